// By hand: how long a cluster with very many rooms in its store takes to be ready, and to deliver without Redis.
// Prints one line of JSON. Options: --rooms N (1000000), --nodes N (2), --runs N (5)
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Cluster } from '../faults/cluster.mjs';
import { ChatClient } from '../support/client.mjs';
import { Skat } from '../support/skat.mjs';

const { values } = parseArgs({
  options: {
    rooms: { type: 'string', default: '1000000' },
    nodes: { type: 'string', default: '2' },
    runs: { type: 'string', default: '5' },
  },
});
const rooms = Number(values.rooms);
const runs = Number(values.runs);
const began = Date.now();
const say = (line) => process.stderr.write(`[${Math.round((Date.now() - began) / 1_000)} s] ${line}\n`);
const seconds = (from) => (Date.now() - from) / 1_000;

// Rooms of three members with one device each, as the archiver writes them (docs/log-format.md, "Snapshots").
const user = (k) => `lpad(to_hex(i % 50000 * 3 + ${k}), 32, '0')`;
const small = (text) => `${text} || '00000000000000'`; // a u64 below 256, little endian
const sender = (k) => `${user(k)} || '0101' || ${small(`'0${k}'`)} || ${small("'02'")} || '00'`;
const state = `decode('0101' || ${small("'04'")} || ${small("'01'")} || '00b0a3b69b010000' || ${user(1)}
  || lpad(to_hex(octet_length('made ' || i)), 2, '0') || '00' || encode(convert_to('made ' || i, 'UTF8'), 'hex')
  || '03000000' || ${sender(1)} || ${sender(2)} || ${sender(3)}, 'hex')`;
const room = `md5('room ' || i)::uuid`;
const from = `FROM generate_series(1, ${rooms}) i`;
const statements = [
  `INSERT INTO snapshots SELECT i % (SELECT count(*) FROM log_progress), ${room}, 0, ${state} ${from}`,
  `INSERT INTO rooms SELECT ${room}, 'made ' || i, 'made ' || i, 1, (${user(1)})::uuid, 1767225600000, 3 ${from}`,
  ...[1, 2, 3].map((k) => `INSERT INTO members SELECT (${user(k)})::uuid, ${room} ${from}`),
  'ANALYZE',
];

// Every node ready, from the start of its process.
async function start(nodes) {
  const at = Date.now();
  return Promise.all(
    nodes.map(async (node) => {
      node.ready = () => Skat.prototype.ready.call(node, 900_000);
      await node.start();
      return { ready: seconds(at), rss: Math.round((await node.resources()).rss / 2 ** 20) };
    }),
  );
}

const stop = (nodes) => Promise.all(nodes.map((node) => node.stop(60_000)));

// From a send on one node to its event on another.
async function deliver(sender, reader, id, text) {
  const heard = reader.next('event', (event) => event.room === id && event.body.text === text, 120_000);
  const at = Date.now();
  const acked = sender.request('message.send', { room: id, text }, 120_000).then(() => seconds(at));
  await heard;
  return { delivered: seconds(at), acked: await acked };
}

async function people(nodes) {
  const [sender, reader] = await Promise.all(
    [nodes[0], nodes.at(-1)].map(({ url }, i) => new ChatClient(url, { name: `person ${i}` }).ready(60_000)),
  );
  return { sender, reader };
}

async function open({ sender, reader }, name) {
  const { room: made } = await sender.request('room.create', { name });
  await reader.request('room.join', { room: made.id });
  await reader.follow(made.id);
  return made.id;
}

async function measure(cluster) {
  const { nodes } = cluster;
  const redis = cluster.get('redis');
  await start(nodes);
  await stop(nodes);
  say(`${rooms} rooms into the store`);
  for (const sql of statements) await cluster.get('postgres').query(sql);

  say('the nodes start, without Redis');
  for (const node of nodes) delete node.env.REDIS_URL;
  const follower = { starts: await start(nodes), deliveries: [] };
  const alone = await people(nodes);
  for (let i = 0; i < runs; i += 1) {
    const id = await open(alone, `follower ${i}`);
    follower.deliveries.push(await deliver(alone.sender, alone.reader, id, `first ${i}`));
  }
  alone.sender.close();
  alone.reader.close();
  await stop(nodes);

  say('the nodes start, with Redis');
  for (const node of nodes) node.env.REDIS_URL = redis.url;
  const live = { starts: await start(nodes), lost: [] };
  const joined = await people(nodes);
  for (let i = 0; i < runs; i += 1) {
    const id = await open(joined, `lost ${i}`);
    const before = await deliver(joined.sender, joined.reader, id, `before ${i}`);
    await redis.kill();
    const first = await deliver(joined.sender, joined.reader, id, `first ${i}`);
    const second = await deliver(joined.sender, joined.reader, id, `second ${i}`);
    live.lost.push({ before, first, second });
    await redis.start();
    await sleep(12_000);
  }
  live.rss = await Promise.all(nodes.map(async (node) => Math.round((await node.resources()).rss / 2 ** 20)));
  joined.sender.close();
  joined.reader.close();
  return { rooms, nodes: nodes.length, load: loadavg()[0], follower, live };
}

const folder = mkdtempSync(join(tmpdir(), 'skat-million-'));
chmodSync(folder, 0o755); // PostgreSQL may run as another user
const cluster = await Cluster.start({
  folder,
  mode: 'redis',
  nodes: Number(values.nodes),
  env: { LOG_LEVEL: 'info', KAFKA_REPLICATION_FACTOR: '1' },
  services: { kafka: { nodes: 1 } },
  progress: say,
});
try {
  process.stdout.write(`${JSON.stringify(await measure(cluster))}\n`);
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
} catch (error) {
  await cluster.kill();
  throw error;
}
