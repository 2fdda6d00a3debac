// ./dev cluster: a cluster of this tree's build on loopback, for people; tools/cluster/index.mjs is the library.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Cluster, folderOf } from './cluster/index.mjs';
import { readiness } from './cluster/node.mjs';
import { ask } from './services/daemon.mjs';
import { endAll, find, recordOf } from './services/processes.mjs';

const usage = `usage: ./dev cluster up|status|down [OPTIONS]

  up             start Kafka, PostgreSQL, Redis and Skat nodes on free ports of loopback, and leave
                 them running; prints their addresses
  status         each process: pid, memory, address, health
  down           end them, nodes first, and remove their data; the logs stay until the next up

  --nodes N      Skat nodes (default 3)
  --brokers 1|3  Kafka brokers (default 3: replication factor 3, min.insync.replicas 2)
  --no-redis     without Redis: live events go by way of Kafka
  --nginx        nginx before the nodes, without stickiness
  --dev-build    the nodes are of build/dev (failpoints, quick to build) instead of build/release
`;

const root = new URL('..', import.meta.url).pathname;
const folder = folderOf(root);
const stateFile = join(folder, 'state.json');
// Root's PostgreSQL runs as another user, who may not be able to reach the tree.
const postgresHome = join(tmpdir(), `skat-cluster-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`);

function fail(message) {
  console.error(message);
  process.exit(2);
}

function readOptions(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        nodes: { type: 'string', default: '3' },
        brokers: { type: 'string', default: '3' },
        'no-redis': { type: 'boolean', default: false },
        nginx: { type: 'boolean', default: false },
        'dev-build': { type: 'boolean', default: false },
      },
    });
    if (!/^[1-9]\d?$/.test(values.nodes)) throw new Error('--nodes: 1 to 99');
    if (!['1', '3'].includes(values.brokers)) throw new Error('--brokers: 1 or 3');
    return {
      nodes: Number(values.nodes),
      brokers: Number(values.brokers),
      redis: !values['no-redis'],
      nginx: values.nginx,
      binary: join(root, 'build', values['dev-build'] ? 'dev' : 'release', 'skat'),
    };
  } catch (error) {
    return fail(`${error.message} (./dev cluster --help)`);
  }
}

function readState() {
  return existsSync(stateFile) ? JSON.parse(readFileSync(stateFile, 'utf8')) : undefined;
}

async function health({ name, url, port, process: runs }) {
  if (!runs) return 'does not run';
  if (url?.startsWith('http')) return (await readiness(url))?.text ?? 'does not answer';
  if (name === 'redis') return (await ask(port, 'PING\r\n')) === '+PONG\r\n' ? 'answers' : 'does not answer';
  // Kafka answers an unknown request by closing the connection, PostgreSQL a request for TLS by one letter.
  const question = name === 'postgres' ? Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]) : '';
  if (name === 'postgres') return (await ask(port, question)) ? 'answers' : 'does not answer';
  return 'runs';
}

async function print(state) {
  const rows = state.daemons.map((record) => ({ ...record, process: find(record) }));
  for (const row of rows) {
    const where = row.url ?? (row.port ? `127.0.0.1:${row.port}` : '');
    const what = row.process ? `pid ${String(row.pid).padEnd(8)} ${String(row.process.mebibytes).padStart(4)} MiB` : ''.padEnd(21);
    console.log(`${row.name.padEnd(9)} ${what}  ${where.padEnd(45)} ${await health(row)}`);
  }
  console.log(`\nlogs      ${relative(process.cwd(), folder) || '.'}/*.log`);
  console.log(`settings  ${Object.entries(state.settings).map(([key, value]) => `${key}=${value}`).join(' ')}`);
  return rows.every(({ process: runs }) => runs);
}

// Where it is reached: what `status` prints and asks.
const placeOf = ({ url, port, ports }) => ({ url, port: port ?? ports?.PLAINTEXT });

async function up(options) {
  if (readState()?.daemons.some(find)) fail('a cluster runs already (./dev cluster status; ./dev cluster down)');
  for (const place of [folder, postgresHome]) {
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place, { recursive: true });
  }
  // However the start ends early: what has begun ends with this process.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
  console.log(`starting ${options.brokers} Kafka, PostgreSQL${options.redis ? ', Redis' : ''} and ${options.nodes} Skat; logs in ${relative(process.cwd(), folder)}`);
  const services = { postgres: { home: join(postgresHome, 'postgres') } };
  const cluster = await Cluster.start({ folder, detached: true, progress: console.log, services, ...options });
  const daemons = cluster.daemons.map((daemon) => ({ ...recordOf(daemon), ...placeOf(daemon) }));
  writeFileSync(stateFile, JSON.stringify({ settings: cluster.settings, daemons }, undefined, 2));
  cluster.release();
  console.log('');
  await print(readState());
  console.log(`\nopen      ${(cluster.nginx ?? cluster.nodes[0]).url}`);
  process.exit(0);
}

async function status() {
  const state = readState();
  if (!state) {
    console.log('no cluster runs');
    process.exitCode = 1;
    return;
  }
  if (!(await print(state))) process.exitCode = 1;
}

async function down() {
  const daemons = readState()?.daemons ?? [];
  const isService = ({ name }) => /^(kafka|postgres|redis)/.test(name);
  const killed = [...(await endAll(daemons.filter((daemon) => !isService(daemon)))), ...(await endAll(daemons.filter(isService)))];
  if (killed.length > 0) console.log(`had to be killed: ${killed.join(', ')}`);
  rmSync(postgresHome, { recursive: true, force: true });
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (!name.endsWith('.log')) rmSync(join(folder, name), { recursive: true, force: true });
  }
  console.log(daemons.length > 0 ? `ended ${daemons.length} processes` : 'no cluster runs');
}

const [verb, ...rest] = process.argv.slice(2);
const verbs = { up, status, down };
if (verb === undefined || !(verb in verbs) || rest.includes('--help')) {
  const asked = verb === '--help' || rest.includes('--help');
  (asked ? console.log : console.error)(usage);
  process.exit(asked ? 0 : 2);
}
const options = readOptions(rest);
await verbs[verb](options).catch((error) => {
  console.error(`cluster ${verb}: ${error.message}`);
  process.exit(1);
});
