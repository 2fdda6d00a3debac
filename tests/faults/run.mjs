// Run: one row of the fault table, from the start of the services to the verdict.
//   warm-up → load, with the faults that row and seed give → heal → quiet → final reads → checker
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkFolder } from './checker/checker.mjs';
import { Cluster } from './cluster.mjs';
import { injectors } from './injectors/index.mjs';
import { readDatabase, readHistories, readLog, waitForQuiet } from './finals.mjs';
import { People } from './people/people.mjs';
import { now, Recorder } from './recorder.mjs';
import { scenarios } from './scenarios.mjs';
import { between, generator } from './seeded.mjs';
import { root } from '../support/skat.mjs';

const kTick = 20; // ms between two looks at the clock
const kStall = 50; // a longer pause than that counts as the machine's
const kWarmUp = 5_000;
const kAfterwards = 5_000;
const kPatience = 60_000; // for acks after the last fault
const kSettle = 30_000; // after the healing: every key has its answer, every subscriber the heads
export const topic = 'skat.log';

export class Run {
  constructor({ row, seed, folder, seconds, rate = row.rate ?? 150, say = console.log }) {
    Object.assign(this, { row, seed, folder, rate, say, random: generator(seed) });
    this.seconds = seconds ?? row.seconds ?? 0;
    this.active = new Set();
  }

  async perform() {
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(join(this.folder, 'history'), { recursive: true });
    this.recorder = new Recorder(join(this.folder, 'history', 'run.jsonl'));
    this.began = Date.now();
    const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
    const { name, mode, nodes = 3 } = this.row;
    const faults = [...new Set((this.row.steps ?? []).map(({ fault }) => fault).filter(Boolean))];
    this.recorder.mark({ e: 'run', id: name, seed: this.seed, commit, mode, nodes, faults });
    try {
      this.cluster = await Cluster.start({
        folder: this.folder,
        mode,
        nodes,
        env: this.row.env,
        services: this.row.services,
        progress: (line) => this.tell(line),
      });
      if (this.row.scenario) await this.play();
      else await this.work();
    } finally {
      this.people?.end();
      clearInterval(this.seconds_);
      clearInterval(this.probe);
      if (!this.orderly) await this.cluster?.kill();
      await this.recorder.close();
    }
    const verdict = await checkFolder(join(this.folder, 'history'), { minimumAcks: this.row.minimumAcks });
    return { ...verdict, row: name, mode, seed: this.seed, commit, sent: this.people?.sent };
  }

  // A row with a story of its own.
  async play() {
    await scenarios[this.row.scenario](this);
    this.phase('final');
    this.orderly = true;
    await this.cluster.stop();
  }

  async work() {
    await this.row.before?.(this);
    await this.cluster.startNodes();
    this.tell(`${this.cluster.nodes.length} nodes are ready`);
    for (const node of this.cluster.nodes) this.watch(node);
    this.phase('warmup');
    this.people = await People.gather(this);
    this.seconds_ = setInterval(() => this.everySecond(), 1_000);
    this.probe = setInterval(() => this.watchMachine(), kTick);
    this.people.start();
    await sleep(kWarmUp);
    this.phase('load');
    await this.everySecond();
    await this.load();
    this.phase('heal');
    await this.heal();
    this.phase('healed');
    await this.settle();
    await this.finish();
  }

  async load() {
    const end = Date.now() + this.seconds * 1_000;
    for (const [index, step] of this.row.steps.entries()) {
      if (index === Math.ceil(this.row.steps.length / 2)) this.people.startLate();
      await sleep(between(this.random, ...(step.after ?? [1, 3])) * 1_000);
      if (step.fault) await this.step(step);
    }
    this.people.startLate();
    // Some work after the last fault, and enough of it in all.
    const after = Date.now() + kAfterwards;
    const wanted = Math.max((this.row.minimumAcks ?? 1_000) * 1.2, this.people.acked + this.rate);
    const limit = Math.max(end, after) + kPatience;
    while ((Date.now() < Math.max(end, after) || this.people.acked < wanted) && Date.now() < limit) await sleep(100);
  }

  async step({ fault, promises = [], ...options }) {
    const inject = injectors[fault];
    if (!inject) throw new Error(`there is no fault ${fault}`);
    this.tell(`${fault} ${JSON.stringify(options)}`);
    const { from, to } = await inject(this, { ...options, name: fault });
    for (const { what, ms, after } of promises) {
      this.recorder.mark({ e: 'promise', what, ms, from: after === 'end' ? to : from, to });
    }
  }

  // begin(): lets the fault happen and throws unless it took effect. The answer's end() says when it was over.
  async fault(name, target, begin) {
    const before = this.recorder.mark({ e: 'fault', name, target, phase: 'asked' });
    try {
      await begin();
      const from = this.recorder.mark({ e: 'fault', name, target, phase: 'begin', bit: true });
      this.active.add(name);
      return {
        before,
        from,
        end: () => {
          this.active.delete(name);
          return this.recorder.mark({ e: 'fault', name, target, phase: 'end' });
        },
      };
    } catch (error) {
      this.recorder.mark({ e: 'fault', name, target, phase: 'begin', bit: false, detail: error.message });
      throw new Error(`${name} did not take effect: ${error.message}`, { cause: error });
    }
  }

  expect(what, ok, detail = '') {
    this.recorder.mark({ e: 'expect', what, ok, detail });
    if (!ok) this.tell(`NOT AS PROMISED: ${what}: ${detail}`);
  }

  // Says when a node's process ends by itself: nobody may die who was not killed.
  watch(node) {
    this.recorder.mark({ e: 'proc', node: node.index, pid: node.child.pid, phase: 'ready' });
    const { child } = node;
    node.exited.then(({ code, signal }) => {
      this.recorder.mark({ e: 'proc', node: node.index, pid: child.pid, phase: 'exit', code, sig: signal });
      if (!node.up) return;
      node.up = false;
      if (!node.mayDie) this.expect(`node ${node.index} runs`, false, `it ended with ${code ?? signal}: ${node.stderr.slice(-500)}`);
    });
  }

  async restart(node, env) {
    await node.start(env);
    this.watch(node);
  }

  async heal() {
    for (const daemon of this.cluster.services?.daemons ?? []) {
      if (!daemon.running) await daemon.start();
    }
    for (const node of this.cluster.nodes) if (!node.running && !node.gone) await this.restart(node);
  }

  async settle() {
    const end = Date.now() + kSettle + 5_000;
    this.people.stopSending();
    while (this.people.open > 0 && Date.now() < end) await sleep(50);
    this.people.stopMoving();
    this.phase('quiet');
    const { readers, rooms } = this.people;
    const quiet = { readers: readers.filter(({ home }) => this.cluster.nodes[home].up), rooms, cluster: this.cluster };
    const detail = await waitForQuiet(quiet);
    this.recorder.mark({ e: 'quiet', ok: detail === undefined, detail });
    this.tell(detail ? `NOT QUIET: ${detail}` : 'all nodes have the same heads');
    await this.people.reachHeads(readers[0], kSettle);
  }

  async finish() {
    this.phase('final');
    await this.everySecond();
    clearInterval(this.seconds_);
    const { rooms, readers } = this.people;
    const { recorder, cluster } = this;
    await readHistories({ readers: readers.filter(({ home }) => cluster.nodes[home].up), rooms, recorder });
    const { postgres, kafka } = cluster.services ?? {};
    if (postgres) await readDatabase({ postgres, rooms, recorder });
    if (kafka) this.records = await readLog({ kafka, topic, recorder });
    await this.row.after?.(this);
    this.people.end();
    this.orderly = true;
    this.expect('every node ends in an orderly way', await cluster.stop());
  }

  phase(name) {
    this.recorder.mark({ e: 'phase', name });
    this.tell(name);
  }

  // How long the machine let this process wait: no delay of a server is shorter.
  watchMachine() {
    const t = now();
    const ms = this.looked === undefined ? 0 : (t - this.looked) / 1e6 - kTick;
    this.looked = t;
    if (ms > kStall) this.recorder.put({ e: 'stall', t, ms: Math.round(ms) });
  }

  async everySecond() {
    const lines = await Promise.all(this.cluster.nodes.map((node) => node.resources()));
    for (const line of lines.filter(Boolean)) this.recorder.mark({ e: 'mem', ...line });
    this.seconds_count = (this.seconds_count ?? 0) + 1;
    if (this.seconds_count % 5 === 0) this.tell(this.people.summary());
  }

  tell(line) {
    const at = ((Date.now() - this.began) / 1_000).toFixed(1).padStart(6);
    const faults = this.active.size > 0 ? ` [${[...this.active].join(' ')}]` : '';
    this.say(`${at} s  ${this.row.name}  ${line}${faults}`);
  }
}
