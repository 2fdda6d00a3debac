// ./dev bench: the whole table, Skat and its peer side by side in one run; writes the tables into docs/benchmarks.md.
// Server on core 0, generator on core 1, rounds in turn, medians. Options: --rounds N (5), --seconds N (4), --only NAME,…
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/skat.mjs';

const root = new URL('../..', import.meta.url).pathname;
const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const rounds = Number(option('rounds', 5));
const seconds = Number(option('seconds', 4));
const only = option('only', '')?.split(',').filter(Boolean);

const load = join(root, 'build/bench/tests/load/skat_load');
const servers = {
  skat: {
    title: 'Skat, durable chat',
    dialect: 'skat',
    command: (port, data) => [join(root, 'build/release/skat'), 'serve', '--listen', `127.0.0.1:${port}`, '--data', data, '--log-level', 'warn'],
  },
  library: {
    title: 'Skat’s Socket.IO library',
    dialect: 'plain',
    command: (port) => [join(root, 'build/release/examples/socketio_server'), '--port', String(port), '--ping-interval', '25000', '--ping-timeout', '20000'],
  },
  peer: {
    title: 'socket.io 4.8.4 on ws',
    dialect: 'plain',
    command: (port) => [process.execPath, join(root, 'tests/load/peer_socketio.mjs'), String(port)],
  },
};

const table = [
  { name: 'fanout-128', title: '1 room × 1,000, 128 B, 32 in flight', args: ['--bytes', '128'], figure: 'cpu_us_per_delivery', unit: 'µs / delivery' },
  { name: 'fanout-1k', title: 'same, 1 KiB', args: ['--bytes', '1024'], figure: 'cpu_us_per_delivery', unit: 'µs / delivery' },
  { name: 'fanout-10k', title: '1 × 10,000, 128 B', args: ['--subscribers', '10000'], figure: 'cpu_us_per_delivery', unit: 'µs / delivery' },
  { name: 'rooms', title: '1,000 rooms × 10', args: ['--rooms', '1000', '--subscribers', '10'], figure: 'cpu_us_per_delivery', unit: 'µs / delivery' },
  { name: 'single', title: 'one message at a time, 20/s × 1,000', args: ['--rate', '20'], figure: 'cpu_us_per_delivery', unit: 'µs / delivery' },
  { name: 'acks', title: 'ack round trip without a log, 1,000 connections', args: ['--scenario', 'acks'], figure: 'cpu_us_per_message', unit: 'µs / ack' },
  { name: 'idle', title: 'user-space bytes per idle connection (5,000)', args: ['--scenario', 'idle', '--connections', '5000'], figure: 'bytes_per_connection', unit: 'bytes' },
];

function pinned(core, command) {
  return ['taskset', '-c', String(core), ...command];
}

async function startServer(server) {
  const port = await freePort();
  const data = mkdtempSync(join(tmpdir(), 'skat-bench-'));
  const begin = process.hrtime.bigint();
  const child = spawn('taskset', pinned(0, server.command(port, data)).slice(1), { stdio: ['ignore', 'ignore', 'inherit'] });
  const end = Date.now() + 15_000;
  for (;;) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`);
      await answer.arrayBuffer();
      if (answer.status === 200) break;
    } catch {
      // not listening yet
    }
    if (Date.now() > end || child.exitCode !== null) throw new Error(`${server.title} did not start`);
    await sleep(5);
  }
  return { child, port, data, started: Number(process.hrtime.bigint() - begin) / 1e6 };
}

async function stopServer({ child, data }) {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await gone;
  clearTimeout(late);
  rmSync(data, { recursive: true, force: true });
}

function generate(running, server, row) {
  const args = ['--dialect', server.dialect, '--port', String(running.port), '--server-pid', String(running.child.pid), '--seconds', String(seconds), ...row.args];
  return new Promise((resolve, reject) => {
    const child = spawn('taskset', pinned(1, [load, ...args]).slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.on('close', (code) => {
      if (code === 2 || text === '') reject(new Error(`skat_load ended with ${code}`));
      else resolve(JSON.parse(text));
    });
  });
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const format = (value) => (value >= 100 ? Math.round(value).toLocaleString('en') : value >= 10 ? value.toFixed(1) : value.toFixed(2));

const chosen = only.length > 0 ? table.filter((row) => only.includes(row.name)) : table;
const results = new Map();
const start = Date.now();
const steps = chosen.length * rounds * Object.keys(servers).length;
let step = 0;
for (const row of chosen) {
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, server] of Object.entries(servers)) {
      step += 1;
      const running = await startServer(server);
      const key = `${row.name} ${name}`;
      try {
        const report = await generate(running, server, row);
        if (report.lost + report.doubled + report.reordered > 0) throw new Error(`lost ${report.lost}, doubled ${report.doubled}, reordered ${report.reordered}`);
        results.set(key, [...(results.get(key) ?? []), { ...report, started: running.started }]);
        process.stderr.write(`[${step}/${steps}, ${Math.round((Date.now() - start) / 1000)} s] ${row.name} ${name}: ${format(report[row.figure])} ${row.unit}\n`);
      } catch (error) {
        process.stderr.write(`[${step}/${steps}] ${row.name} ${name}: ${error.message}\n`);
      } finally {
        await stopServer(running);
      }
    }
  }
}

const figure = (row, name, key = row.figure) => {
  const reports = results.get(`${row.name} ${name}`);
  return reports ? median(reports.map((report) => report[key])) : undefined;
};
const cell = (value) => (value === undefined ? 'failed' : format(value));
const lines = [];
lines.push('| work | unit | Skat, durable chat | Skat’s Socket.IO library | socket.io 4.8.4 on ws | peer ÷ Skat | peer ÷ library |', '|---|---|---|---|---|---|---|');
for (const row of chosen) {
  const [skat, library, peer] = ['skat', 'library', 'peer'].map((name) => figure(row, name));
  const ratio = (ours) => (ours && peer ? `${(peer / ours).toFixed(1)} ×` : '–');
  lines.push(`| ${row.title} | ${row.unit} | ${cell(skat)} | ${cell(library)} | ${cell(peer)} | ${ratio(skat)} | ${ratio(library)} |`);
}
lines.push('', 'Latency and rate of the same runs (ms; a message counts when its last subscriber has it):', '');
lines.push('| work | server | deliveries/s | p50 | p99 | ack p50 | ack p99 |', '|---|---|---|---|---|---|---|');
for (const row of chosen.filter(({ name }) => name !== 'idle')) {
  for (const name of Object.keys(servers)) {
    const values = ['deliveries_per_second', 'p50_ms', 'p99_ms', 'ack_p50_ms', 'ack_p99_ms'].map((key) => cell(figure(row, name, key)));
    lines.push(`| ${row.title} | ${servers[name].title} | ${values.join(' | ')} |`);
  }
}
const startTimes = Object.keys(servers).map((name) => {
  const all = chosen.flatMap((row) => (results.get(`${row.name} ${name}`) ?? []).map((report) => report.started));
  return all.length > 0 ? `${servers[name].title} ${median(all).toFixed(0)} ms` : undefined;
});
lines.push('', `Start to first answered handshake, median: ${startTimes.filter(Boolean).join(', ')}.`);
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
const head = `Run of ${new Date().toISOString().slice(0, 10)} at ${commit}: ${rounds} rounds of ${seconds} s, servers in turn, medians; load average of the machine at the end ${loadavg()[0].toFixed(1)} on 2 cores.`;

const page = join(root, 'docs/benchmarks.md');
const [before, , after] = readFileSync(page, 'utf8').split(/(?<=<!-- begin run -->\n)|(?=<!-- end run -->)/);
if (after === undefined) throw new Error(`${page} has lost one of its two marks`);
writeFileSync(page, `${before}${head}\n\n${lines.join('\n')}\n${after}`);
console.log(`${head}\n\n${lines.join('\n')}`);
