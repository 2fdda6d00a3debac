// Judges the history of a run: takes one entry at a time, in any order except that the entries of one client come in the
// order in which it wrote them, and names every anomaly by its rule. README.md has the format and the rules.
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Findings } from './findings.mjs';
import { Messages } from './messages.mjs';
import { Numbers } from './numbers.mjs';
import { Promises } from './promises.mjs';
import { Resources } from './resources.mjs';
import { Streams } from './streams.mjs';

export class Checker {
  findings = new Findings();
  messages = new Messages(this.findings);
  numbers = new Numbers(this.findings);
  streams = new Streams(this.findings);
  promises = new Promises(this.findings);
  resources = new Resources(this.findings);
  doubts = []; // why nothing can be said
  clocks = new Map(); // recorder -> its last moment
  bitten = new Set(); // faults that took effect
  wanted = []; // faults that the run announced
  lines = 0;

  take(entry) {
    this.lines += 1;
    if (entry.t !== undefined) this.watchClock(entry);
    this[`on_${entry.e}`]?.(entry);
  }

  watchClock({ t, p, e, node }) {
    const recorder = p ?? `${e} ${node ?? ''}`;
    if (t < (this.clocks.get(recorder) ?? 0)) this.doubts.push(`the clock of ${recorder} went back`);
    this.clocks.set(recorder, t);
  }

  on_run({ faults = [] }) {
    this.wanted.push(...faults);
  }
  on_fault({ name, phase, bit }) {
    if (bit === false) this.doubts.push(`the fault ${name} did not take effect`);
    else if (phase === 'begin') this.bitten.add(name);
  }
  on_phase({ t, name }) {
    if (name === 'load') this.resources.warm = t;
    if (name === 'healed') this.healed = t;
  }
  on_send(entry) {
    this.messages.send(entry);
  }
  on_ack(entry) {
    this.messages.ack(entry);
    this.numbers.tell(entry.room, entry.seq, entry.k, undefined, entry.epoch, entry.t, 'an ack');
  }
  on_nack(entry) {
    this.messages.nack(entry);
  }
  on_info(entry) {
    this.messages.info(entry);
  }
  on_sub(entry) {
    this.streams.sub(entry);
  }
  on_resync(entry) {
    this.streams.resync(entry);
  }
  on_leave(entry) {
    this.streams.leave(entry);
  }
  on_recv(entry) {
    const { p, room, seq, k, h, epoch, t, level } = entry;
    this.streams.recv(entry);
    this.numbers.tell(room, seq, k, h, epoch, t, p);
    if (level === 'app' && k !== null && this.streams.all.get(`${p} ${room}`)?.steady) this.promises.saw(k, t);
  }
  on_read(entry) {
    this.numbers.read(entry);
    this.promises.read(entry);
  }
  on_hist({ node, room, items }) {
    this.numbers.take(room, `node ${node}`, items);
  }
  on_db({ room, items }) {
    this.numbers.take(room, 'the database', items);
  }
  on_log(entry) {
    this.numbers.log(entry);
  }
  on_offsets({ part, next }) {
    this.numbers.archived.set(part, next);
  }
  on_promise(entry) {
    this.promises.all.push(entry);
  }
  on_stall(entry) {
    this.promises.stall(entry);
  }
  on_expect({ what, ok, detail }) {
    if (!ok) this.findings.report('L2', `${what}: ${detail}`);
  }
  on_quiet({ ok, detail }) {
    if (!ok) this.findings.report('L1', detail);
  }
  on_mem(entry) {
    this.resources.mem(entry);
  }

  // {verdict: valid | invalid | unknown, found, counts, doubts, acked}
  finish({ minimumAcks = 1_000 } = {}) {
    this.numbers.finish(this.messages);
    this.messages.finish(this.numbers, this.healed);
    this.streams.finish(this.numbers);
    this.promises.finish(this.messages);
    this.resources.finish();
    const { acked } = this.messages;
    this.doubts.push(...this.promises.doubts);
    if (acked < minimumAcks) this.doubts.push(`${acked} acks, at least ${minimumAcks} are needed`);
    for (const name of this.wanted) if (!this.bitten.has(name)) this.doubts.push(`the fault ${name} never came`);
    const { found, counts } = this.findings;
    const verdict = found.length > 0 ? 'invalid' : this.doubts.length > 0 ? 'unknown' : 'valid';
    return { verdict, found, counts, doubts: this.doubts, acked };
  }
}

export function check(history, options) {
  const checker = new Checker();
  for (const entry of history) checker.take(entry);
  return checker.finish(options);
}

// Every *.jsonl of a folder, line by line.
export async function checkFolder(folder, options) {
  const checker = new Checker();
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.jsonl'))) {
    for await (const line of createInterface({ input: createReadStream(join(folder, name)) })) {
      if (line) checker.take(JSON.parse(line));
    }
  }
  return { ...checker.finish(options), lines: checker.lines };
}
