// ./dev bench cluster: a cluster's figures, on real services of this machine; writes its tables into docs/benchmarks.md.
// Options: --seconds N (60), --rate N (2000), --backlog N (1000000), --only load,hop,owner,backlog
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const root = new URL('../..', import.meta.url).pathname;
process.env.SKAT_BIN ??= join(root, 'build/release/skat');
const { Cluster } = await import('../faults/cluster.mjs');
const { Person } = await import('../faults/people/person.mjs');
const { generator } = await import('../faults/seeded.mjs');

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '2000' },
    backlog: { type: 'string', default: '1000000' },
    only: { type: 'string', default: 'load,hop,owner,backlog' },
  },
});
const seconds = Number(values.seconds);
const rate = Number(values.rate);
const backlog = Number(values.backlog);
const load = join(root, 'build/bench/tests/load/skat_load');
const kTopic = 'skat.log';
const began = Date.now();
const say = (line) => process.stderr.write(`[${Math.round((Date.now() - began) / 1_000)} s] ${line}\n`);
const settings = { LOG_LEVEL: 'warn' };

async function withCluster({ mode, nodes, env }, work) {
  const folder = mkdtempSync(join(tmpdir(), 'skat-bench-'));
  chmodSync(folder, 0o755); // PostgreSQL may run as another user
  const cluster = await Cluster.start({ folder, mode, nodes, env: { ...settings, ...env }, progress: say });
  try {
    await cluster.startNodes();
    return await work(cluster);
  } finally {
    await cluster.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

function generate(nodes, args) {
  const each = nodes.flatMap(({ port, child }) => ['--port', String(port), '--server-pid', String(child.pid)]);
  return new Promise((resolve, reject) => {
    const child = spawn(load, ['--dialect', 'skat', ...each, ...args.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => (text === '' ? reject(new Error(`skat_load ended with ${code}`)) : resolve(JSON.parse(text))));
  });
}

async function sum(nodes, name) {
  let total = 0;
  for (const node of nodes) total += (await node.metrics())[name] ?? 0;
  return total;
}

const format = (value) => (value >= 100 ? Math.round(value).toLocaleString('en') : value >= 10 ? value.toFixed(1) : value.toFixed(2));
const tables = [];

// ---- 2,000 msg/s over 20 rooms: acks, deliveries, rows per commit --------------------------------------------------

async function measureLoad(mode, nodes) {
  return withCluster({ mode, nodes }, async (cluster) => {
    say(`${mode}, ${nodes} nodes: ${rate} msg/s for ${seconds} s`);
    const before = { rows: await sum(cluster.nodes, 'skat_archived_total'), commits: await sum(cluster.nodes, 'skat_archive_commits_total') };
    // Four connections a room: with three nodes, every room has people on each.
    const report = await generate(cluster.nodes, ['--rooms', 20, '--subscribers', 4, '--rate', rate, '--seconds', seconds]);
    await sleep(2_000);
    const rows = (await sum(cluster.nodes, 'skat_archived_total')) - before.rows;
    const commits = (await sum(cluster.nodes, 'skat_archive_commits_total')) - before.commits;
    const stored = Number(await cluster.services.postgres.query('SELECT count(*) FROM events WHERE mseq IS NOT NULL'));
    const outcome = { mode, nodes, ...report, rows, commits, stored };
    say(JSON.stringify(outcome));
    return outcome;
  });
}

async function loadTable() {
  const lines = [
    `${rate.toLocaleString('en')} messages a second (by the clock; a latency counts from the moment a message was due), 20 rooms × 4 connections, ${seconds} s:`,
    '',
    '| nodes | bus | acked/s | refused | ack p50 | ack p99 | delivered p50 | delivered p99 | rows per commit | CPU µs a message, all nodes | lost, doubled, reordered |',
    '|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---|',
  ];
  for (const [mode, nodes] of [['redis', 1], ['redis', 3], ['follower', 3]]) {
    const row = await measureLoad(mode, nodes).catch((error) => ({ failed: error.message }));
    if (row.failed) {
      say(row.failed);
      lines.push(`| ${nodes} | ${mode === 'redis' ? 'Redis' : 'none'} | failed: ${row.failed} |`);
      continue;
    }
    const ms = [row.ack_p50_ms, row.ack_p99_ms, row.p50_ms, row.p99_ms].map((value) => `${format(value)} ms`).join(' | ');
    const perCommit = row.commits > 0 ? format(row.rows / row.commits) : '–';
    lines.push(
      `| ${nodes} | ${mode === 'redis' ? 'Redis' : 'none'} | ${format(row.messages_per_second)} | ${row.refused} | ${ms} | ${perCommit} | ${format(row.cpu_us_per_message)} | ${row.lost}, ${row.doubled}, ${row.reordered} |`,
    );
  }
  tables.push(lines.join('\n'));
}

// ---- The Redis hop: few messages, so that nothing waits ------------------------------------------------------------

async function hopTable() {
  const lines = [
    'The way between nodes, 20 messages a second over 20 rooms, three nodes (nothing queues):',
    '',
    '| bus | ack p50 | ack p99 | delivered p50 | delivered p99 |',
    '|---|---:|---:|---:|---:|',
  ];
  for (const mode of ['follower', 'redis']) {
    await withCluster({ mode, nodes: 3 }, async ({ nodes }) => {
      const report = await generate(nodes, ['--rooms', 20, '--subscribers', 4, '--rate', 20, '--seconds', 20]);
      say(`hop, ${mode}: ${JSON.stringify(report)}`);
      const ms = [report.ack_p50_ms, report.ack_p99_ms, report.p50_ms, report.p99_ms].map((value) => `${format(value)} ms`);
      lines.push(`| ${mode === 'redis' ? 'Redis' : 'none: every node reads Kafka'} | ${ms.join(' | ')} |`);
    });
  }
  tables.push(lines.join('\n'));
}

// ---- The owner killed → live again ---------------------------------------------------------------------------------

// One person on a surviving node sends into every room every 50 ms; what counts is the worst room: from the kill to the
// first delivery of something sent after it.
async function killOwner(cluster, round) {
  const { node: owner, held } = await cluster.holder('owner');
  const home = cluster.nodes.findIndex((node) => node !== owner && node.up);
  const recorder = { mark() {}, put() {} };
  const person = new Person({ name: `probe-${round}`, nodes: cluster.nodes, home, stays: true, recorder, random: generator(round + 1) });
  const arrived = new Map(); // text -> when
  person.onEvent = (what, event) => what === 'event' && event.kind === 'message' && arrived.set(event.body.text, performance.now());
  person.transports = ['websocket'];
  person.connect();
  const rooms = [];
  for (let i = 0; i < 20; i += 1) {
    const { room } = await person.insist('room.create', { name: `owner ${round} ${i} ${Date.now()}` });
    rooms.push({ id: room.id, n: 2, sent: [] });
  }
  await person.insist('resume', { rooms: Object.fromEntries(rooms.map(({ id }) => [id, null])) });
  let sending = true;
  const sender = (async () => {
    for (let i = 0; sending; i += 1) {
      for (const room of rooms) {
        const text = `${room.id}/${i}`;
        room.sent.push({ text, at: performance.now() });
        person.request('message.send', { room: room.id, n: room.n++, text });
      }
      await sleep(50);
    }
  })();
  await sleep(2_000);
  const killed = performance.now();
  await owner.kill();
  await sleep(12_000);
  sending = false;
  await sender;
  const waits = rooms.map(({ sent }) => {
    const moments = sent.filter(({ at, text }) => at > killed && arrived.has(text)).map(({ text }) => arrived.get(text));
    return moments.length > 0 ? Math.min(...moments) - killed : Infinity;
  });
  person.end();
  await owner.start();
  say(`owner of ${held} partitions killed: worst room ${format(Math.max(...waits))} ms`);
  return Math.max(...waits);
}

async function ownerTable() {
  const waits = await withCluster({ mode: 'redis', nodes: 3 }, async (cluster) => {
    const all = [];
    await sleep(3_000);
    for (let round = 0; round < 3; round += 1) {
      all.push(await killOwner(cluster, round));
      await sleep(12_000);
    }
    return all;
  });
  tables.push(`The owner of most partitions killed, three nodes with Redis, 20 rooms: until the last of them is live again, on a node that survives (${waits.length} kills): ${waits.map((ms) => `${format(ms / 1_000)} s`).join(', ')}.`);
}

// ---- A backlog: catching up beside a bare COPY of the same rows ----------------------------------------------------

// Skat's own rooms and members, then `backlog` records put into the topic past it while no node runs.
async function prepareBacklog(cluster, person) {
  const { kafka } = cluster.services;
  const rooms = [];
  for (let i = 0; i < 20; i += 1) rooms.push((await person.insist('room.create', { name: `backlog ${i}` })).room.id);
  for (let end = Date.now() + 30_000; Date.now() < end; await sleep(200)) {
    if (Number(await cluster.services.postgres.query('SELECT count(*) FROM rooms')) >= 20) break;
  }
  const partitionOf = new Map();
  const entries = execFileSync('kcat', ['-b', kafka.addresses(), '-C', '-t', kTopic, '-e', '-q', '-f', '%p %k\n'], { encoding: 'utf8' });
  for (const line of entries.trim().split('\n')) partitionOf.set(line.split(' ')[1], line.split(' ')[0]);
  await Promise.all(cluster.nodes.map((node) => node.stop()));
  const byPartition = Map.groupBy(rooms, (room) => partitionOf.get(room));
  let left = backlog;
  let share = Math.floor(backlog / rooms.length);
  for (const [partition, here] of byPartition) {
    const file = join(cluster.folder, `backlog-${partition}`);
    const out = createWriteStream(file);
    for (let n = 2; n < share + 2; n += 1) {
      for (const room of here) {
        const text = `message ${n} of a backlog ${'x'.repeat(80)}`;
        const record = `{"v":1,"room":"${room}","kind":"message.send","sender":"${person.user}","device":"${person.device}","n":${n},"origin":"${'0'.repeat(16)}","body":{"name":"backlog","text":"${text}"}}`;
        left -= 1;
        if (!out.write(`${room}\t${record}\n`)) await new Promise((resolve) => out.once('drain', resolve));
      }
    }
    await new Promise((resolve) => out.end(resolve));
    execFileSync('kcat', ['-b', kafka.addresses(), '-P', '-t', kTopic, '-p', partition, '-K', '\t', '-X', 'acks=all', '-X', 'linger.ms=50', '-X', 'queue.buffering.max.messages=1000000', '-l', file]);
    rmSync(file);
  }
  return backlog - left;
}

async function backlogTable() {
  await withCluster({ mode: 'redis', nodes: 3 }, async (cluster) => {
    const { postgres } = cluster.services;
    const person = new Person({ name: 'backlog', nodes: cluster.nodes, recorder: { mark() {}, put() {} }, random: generator(1) });
    person.connect();
    const records = await prepareBacklog(cluster, person);
    person.end();
    say(`${records.toLocaleString('en')} records lie in the log`);
    const count = async () => Number(await postgres.query('SELECT count(*) FROM events'));
    const before = await count();
    const start = performance.now();
    await cluster.startNodes();
    let stored = before;
    let first;
    for (let last = start; stored < before + records; ) {
      await sleep(500);
      stored = await count();
      if (stored > before) first ??= performance.now();
      if (performance.now() - last > 5_000) {
        last = performance.now();
        say(`${(stored - before).toLocaleString('en')} rows after ${Math.round((last - start) / 1_000)} s`);
      }
      if (performance.now() - start > 600_000) throw new Error('not caught up after 600 s');
    }
    const took = (performance.now() - start) / 1_000;
    const commits = await sum(cluster.nodes, 'skat_archive_commits_total');
    await Promise.all(cluster.nodes.map((node) => node.stop()));
    // The same rows into the same indexed table, by COPY alone.
    const file = join(postgres.data, 'events.copy'); // where its user may write
    await postgres.query(`COPY (SELECT * FROM events ORDER BY room, seq) TO '${file}'`);
    await postgres.query('CREATE TABLE bare (LIKE events INCLUDING ALL)');
    const copy = performance.now();
    await postgres.query(`COPY bare FROM '${file}'`);
    const copied = (performance.now() - copy) / 1_000;
    const [ours, bare] = [records / took, (records + before) / copied];
    say(`caught up in ${format(took)} s: ${format(ours)} rows/s; bare COPY ${format(bare)} rows/s`);
    tables.push(
      [
        `A backlog of ${records.toLocaleString('en')} records in the log, three nodes started on it, senders quiet:`,
        '',
        '| way | rows/s | of a bare COPY | rows per commit |',
        '|---|---:|---:|---:|',
        `| archivers of three nodes, from the start of their processes | ${format(ours)} | ${format(ours / bare)} | ${format(records / Math.max(1, commits))} |`,
        `| COPY of the same rows, sorted, into the same indexed table | ${format(bare)} | 1 | all |`,
      ].join('\n'),
    );
  });
}

const parts = { load: loadTable, hop: hopTable, owner: ownerTable, backlog: backlogTable };
let failed = 0;
for (const name of values.only.split(',')) {
  try {
    await parts[name]();
  } catch (error) {
    failed += 1;
    say(`${name}: ${error.stack}`);
    tables.push(`\`${name}\` failed: ${error.message.split('\n')[0]}`);
  }
}
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
const head = `Run of ${new Date().toISOString().slice(0, 10)} at ${commit}, \`./dev bench cluster\`: three Kafka brokers, Redis, PostgreSQL, all nodes and the generator on the same 2 cores; load average at the end ${loadavg()[0].toFixed(1)}.`;
const text = [head, ...tables].join('\n\n');
const page = join(root, 'docs/benchmarks.md');
const [begin, end] = ['<!-- begin cluster -->', '<!-- end cluster -->'];
const old = readFileSync(page, 'utf8');
const block = `${begin}\n${text}\n${end}`;
writeFileSync(page, old.includes(begin) ? old.replace(new RegExp(`${begin}[^]*${end}`), () => block) : `${old.trimEnd()}\n\n## The cluster\n\n${block}\n`);
console.log(text);
process.exit(failed === 0 ? 0 : 1);
