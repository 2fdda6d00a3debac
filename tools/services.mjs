// Real Kafka, Redis and PostgreSQL on loopback, for people and for tests.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serveControl } from './services/control.mjs';
import { kinds, Services } from './services/index.mjs';
import { endAll, find, recordOf } from './services/processes.mjs';

const usage = `usage: node tools/services.mjs VERB [OPTIONS]

  up                 start them and leave them running; prints their addresses
  status             what runs, with its memory
  down               stop them and remove their data and logs
  run -- COMMAND…    start them, with TLS listeners for Kafka; run COMMAND with their addresses in
                     SKAT_TEST_KAFKA, SKAT_TEST_REDIS, SKAT_TEST_POSTGRES (and more, see
                     docs/services.md); stop them; exits as COMMAND does

  --brokers 1|3      Kafka: one broker, or three with replication factor 3 (default 1)
  --only LIST        of ${kinds.join(',')}
`;

// Not in the tree: root's PostgreSQL runs as another user, who may not be able to reach that.
const root = new URL('..', import.meta.url).pathname;
const home = join(tmpdir(), `skat-services-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`);
const stateFile = join(home, 'state.json');
const signals = ['SIGINT', 'SIGTERM'];

function fail(message) {
  console.error(message);
  process.exit(2);
}

function readOptions(args) {
  const split = args.indexOf('--');
  const command = split === -1 ? [] : args.slice(split + 1);
  try {
    const { values, positionals } = parseArgs({
      args: split === -1 ? args : args.slice(0, split),
      options: { brokers: { type: 'string', default: '1' }, only: { type: 'string' } },
      allowPositionals: true,
    });
    if (positionals.length > 0) throw new Error(`'${positionals[0]}' is not understood`);
    const only = values.only?.split(',') ?? kinds;
    const unknown = only.find((kind) => !kinds.includes(kind));
    if (unknown !== undefined) throw new Error(`--only: there is no '${unknown}'`);
    if (!['1', '3'].includes(values.brokers)) throw new Error('--brokers: 1 or 3');
    return { only, kafka: { nodes: Number(values.brokers) }, command };
  } catch (error) {
    return fail(`${error.message}\n\n${usage}`);
  }
}

function readState() {
  if (!existsSync(stateFile)) return undefined;
  const state = JSON.parse(readFileSync(stateFile, 'utf8'));
  for (const daemon of state.daemons) daemon.process = find(daemon);
  return state;
}

function print(state) {
  for (const [name, value] of Object.entries(state.environment)) console.log(`${name}=${value}`);
  for (const { name, pid, process } of state.daemons) {
    console.log(`${name.padEnd(10)} ${process ? `process ${pid}, ${process.mebibytes} MiB` : 'does not run'}`);
  }
  console.log(`logs and data: ${home}`);
}

async function up(options) {
  const state = readState();
  if (state?.daemons.some(({ process }) => process)) fail('they run already; see: node tools/services.mjs status');
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home);
  const services = await Services.start({ folder: home, detached: true, progress: console.log, ...options });
  writeFileSync(stateFile, JSON.stringify({ environment: services.environment, daemons: services.daemons.map(recordOf) }));
  for (const daemon of services.daemons) daemon.release();
  print(readState());
}

function status() {
  const state = readState();
  if (!state) {
    console.log('nothing runs');
    process.exitCode = 1;
    return;
  }
  print(state);
  if (state.daemons.some(({ process }) => !process)) process.exitCode = 1;
}

async function down() {
  await endAll(readState()?.daemons ?? []);
  rmSync(home, { recursive: true, force: true });
}

async function run({ command, ...options }) {
  if (command.length === 0) fail(usage);
  const folder = mkdtempSync(join(tmpdir(), 'skat-services-'));
  const services = await Services.start({ folder, tls: true, progress: console.error, ...options });
  for (const signal of signals) process.removeAllListeners(signal);
  const control = join(folder, 'control');
  await serveControl(control, services);
  const env = { ...process.env, ...services.environment, SKAT_TEST_CONTROL: control };
  const child = spawn(command[0], command.slice(1), { stdio: 'inherit', env });
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  const code = await new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`${command[0]}: ${error.message}`);
      resolve(127);
    });
    child.once('exit', (status) => resolve(status ?? 1));
  });
  await services.stop();
  if (code === 0) services.remove();
  else console.error(`the services' logs: ${folder}`);
  process.exitCode = code;
}

// While they start: leave, and take along what has started.
for (const signal of signals) process.once(signal, () => process.exit(130));
const [verb, ...rest] = process.argv.slice(2);
const verbs = { up, status, down, run };
if (verb === undefined || !(verb in verbs)) fail(usage);
await verbs[verb](readOptions(rest));
