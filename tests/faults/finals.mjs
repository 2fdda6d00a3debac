// The end of a run: every node's history, and what lies in PostgreSQL and in the log, read past all of Skat.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { hash, keyOf } from './recorder.mjs';

// Waits until all nodes have the same heads, the database too, for `stable` ms. undefined, or what was still different.
export async function waitForQuiet({ readers, rooms, cluster, limit = 30_000, stable = 3_000 }) {
  const end = Date.now() + limit;
  let since;
  let before;
  let detail = 'no node answered';
  for (;;) {
    const { heads, problem } = await compareHeads(readers, rooms, cluster);
    if (problem) {
      detail = problem;
      since = undefined;
    } else if (heads !== before) {
      since = Date.now();
      before = heads;
    }
    if (!problem && Date.now() - since >= stable) return undefined;
    if (Date.now() > end) return detail;
    await sleep(200);
  }
}

async function compareHeads(readers, rooms, cluster) {
  const heads = [];
  for (const room of rooms) {
    const answers = await Promise.all(readers.map((reader) => reader.head(room)));
    const bad = answers.findIndex((head) => head === undefined);
    if (bad >= 0) return { problem: `node ${readers[bad].home} gives no complete page of ${room}` };
    if (answers.some((head) => head !== answers[0])) return { problem: `heads of ${room} differ: ${answers.join(', ')}` };
    heads.push(answers[0]);
  }
  if (cluster.services?.postgres) {
    const stored = await storedHeads(cluster.services.postgres);
    const behind = rooms.findIndex((room, i) => stored.get(room) !== heads[i]);
    if (behind >= 0) return { problem: `the database has ${stored.get(rooms[behind]) ?? 'nothing'} of ${rooms[behind]}, the nodes ${heads[behind]}` };
  }
  return { heads: heads.join(' ') };
}

async function storedHeads(postgres) {
  const text = await postgres.query('SELECT room, max(seq) FROM events GROUP BY room');
  return new Map(text.split('\n').filter(Boolean).map((line) => [hexOf(line.split('|')[0]), Number(line.split('|')[1])]));
}

export async function readHistories({ readers, rooms, recorder }) {
  for (const reader of readers) {
    for (const room of rooms) {
      let items;
      for (const end = Date.now() + 20_000; !items && Date.now() < end; ) {
        items = await reader.history(room);
        if (!items) await sleep(100);
      }
      recorder.put({ e: 'hist', node: reader.home, room, items: items ?? [] });
    }
  }
}

const hexOf = (uuid) => uuid.replaceAll('-', '');
// device and epoch are 64 bits, in PostgreSQL with a sign.
const hex64 = (number) => BigInt.asUintN(64, BigInt(number)).toString(16).padStart(16, '0');

const kRows = 'SELECT room, seq, mseq, sender, device, n, epoch, body FROM events ORDER BY room, seq';

export async function readDatabase({ postgres, rooms, recorder }) {
  const wanted = new Set(rooms);
  const items = new Map(rooms.map((room) => [room, []]));
  const psql = ['-X', '-q', '-A', '-t', '-F', '\t', '-c', kRows];
  for await (const line of linesOf(`${postgres.bin}/psql`, [postgres.url, ...psql])) {
    const [uuid, seq, mseq, sender, device, n, epoch, body] = line.split('\t');
    const room = hexOf(uuid);
    if (!wanted.has(room)) continue;
    const value = mseq === '' ? [null, null] : [keyOf(room, hexOf(sender), hex64(device), n), hash(JSON.parse(body).text)];
    items.get(room).push([Number(seq), ...value, hex64(epoch)]);
  }
  for (const [room, list] of items) recorder.put({ e: 'db', room, items: list });
  const offsets = await postgres.query('SELECT partition, next_offset FROM log_progress');
  for (const line of offsets.split('\n').filter(Boolean)) {
    const [part, next] = line.split('|').map(Number);
    recorder.put({ e: 'offsets', part, next });
  }
}

export async function readLog({ kafka, topic, recorder }) {
  const arguments_ = ['-b', kafka.addresses(), '-C', '-t', topic, '-o', 'beginning', '-e', '-q', '-f', '%p %o %s\n'];
  let records = 0;
  for await (const line of linesOf('kcat', arguments_)) {
    const [part, off] = line.split(' ', 2);
    const value = line.slice(part.length + off.length + 2);
    records += 1;
    recorder.put({ e: 'log', part: Number(part), off: Number(off), k: keyOfRecord(value) });
  }
  return records;
}

function keyOfRecord(value) {
  try {
    const { kind, room, sender, device, n } = JSON.parse(value);
    return kind === 'message.send' ? keyOf(room, sender, device, n) : null;
  } catch {
    return null; // planted
  }
}

async function* linesOf(command, arguments_) {
  const child = spawn(command, arguments_, { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors = (errors + chunk).slice(-2_000);
  });
  const exited = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  yield* createInterface({ input: child.stdout });
  if ((await exited) !== 0) throw new Error(`${command}: ${errors}`);
}
