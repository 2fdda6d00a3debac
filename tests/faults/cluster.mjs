// Cluster: the services of a mode and N Skat nodes on them, each a process that can be killed, held and started again.
//   embedded   one node, no service        kafka            one node, its log a Kafka topic, its store SQLite
//   postgres   one node, its log in SQLite, its store PostgreSQL
//   follower   Kafka and PostgreSQL        redis            and Redis
//   redis-flapping   Redis, which comes and goes
import { chmodSync, copyFileSync, mkdtempSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Services } from '../../tools/services/index.mjs';
import { Skat } from '../support/skat.mjs';

export const modes = {
  embedded: { kinds: [], nodes: 1 },
  kafka: { kinds: ['kafka'], nodes: 1, env: { SKAT_SINGLE_NODE: '1' } },
  postgres: { kinds: ['postgres'], nodes: 1 },
  follower: { kinds: ['kafka', 'postgres'] },
  redis: { kinds: ['kafka', 'postgres', 'redis'] },
  'redis-flapping': { kinds: ['kafka', 'postgres', 'redis'] },
};

// However this process exits, its nodes go too, as its services do.
const belonging = new Set();
process.on('exit', () => {
  for (const node of belonging) if (node.running) node.child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

const kReadyLimit = 60_000;

class Node extends Skat {
  constructor({ index, ...options }) {
    super(options);
    Object.assign(this, { index, up: false, starts: 0 });
    belonging.add(this);
  }

  async start(env = {}) {
    const own = this.env;
    this.env = { ...own, ...env };
    this.starts += 1;
    try {
      await super.start();
      this.up = true;
    } finally {
      this.env = own;
    }
    return this;
  }

  ready() {
    return super.ready(kReadyLimit);
  }

  kill() {
    this.up = false;
    return super.kill();
  }

  stop(limit) {
    this.up = false;
    return super.stop(limit);
  }

  // Numbers of /metrics by name; labels are summed.
  async metrics() {
    const text = await (await fetch(`${this.url}/metrics`, { signal: AbortSignal.timeout(2_000) })).text();
    const numbers = {};
    for (const [, name, value] of text.matchAll(/^(\w+)(?:\{[^}]*\})? (\S+)$/gm)) numbers[name] = (numbers[name] ?? 0) + Number(value);
    return numbers;
  }

  // What the process holds: one `mem` line, or undefined while it is down.
  async resources() {
    if (!this.running || !this.up) return undefined;
    try {
      const { skat_connections: conns = 0, skat_pending_submissions: queued = 0 } = await this.metrics();
      const at = `/proc/${this.child.pid}`;
      const rss = 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`${at}/status`, 'utf8'))[1]);
      return { node: this.index, rss, fds: readdirSync(`${at}/fd`).length, threads: readdirSync(`${at}/task`).length, conns, queued };
    } catch {
      return undefined; // killed meanwhile
    }
  }
}

export class Cluster {
  // folder: for data and logs; empty. env: more settings of every node.
  static async start({ folder, mode, nodes, env = {}, services = {}, progress = () => {} }) {
    const { kinds, nodes: only, env: own } = modes[mode];
    const cluster = Object.assign(new Cluster(), { folder, mode, env: { ...own, ...env }, nodes: [] });
    if (kinds.length > 0) {
      // Root's PostgreSQL runs as another user, who may not be able to reach the tree.
      const home = mkdtempSync(join(tmpdir(), 'skat-faults-'));
      chmodSync(home, 0o755);
      cluster.services = await Services.start({
        folder: home,
        only: kinds,
        kafka: { nodes: 3 },
        progress,
        ...services,
      });
    }
    for (let index = 0; index < (only ?? nodes); index += 1) cluster.add();
    return cluster;
  }

  // One more node, not started.
  add() {
    const index = this.nodes.length;
    const data = join(this.folder, `node-${index}`);
    mkdirSync(data);
    const node = new Node({ index, data, log: join(this.folder, `node-${index}.log`), env: { ...this.settings(), ...this.env } });
    this.nodes.push(node);
    return node;
  }

  settings() {
    const { kafka, redis, postgres } = this.services ?? {};
    return {
      LOG_LEVEL: 'debug',
      ...(kafka && { KAFKA_BROKERS: kafka.addresses() }),
      ...(postgres && { DATABASE_URL: postgres.url }),
      ...(redis && { REDIS_URL: redis.url }),
    };
  }

  async startNodes() {
    await Promise.all(this.nodes.map((node) => node.start()));
  }

  get(kind) {
    const service = this.services?.[kind];
    if (!service) throw new Error(`the mode ${this.mode} has no ${kind}`);
    return service;
  }

  // The node that holds most partitions in this role (owner: skat_partitions_owned, archiver: the same).
  async holder(role) {
    const gauge = { owner: 'skat_partitions_owned', archiver: 'skat_partitions_owned' }[role];
    let best;
    let most = 0;
    for (const node of this.nodes.filter(({ up }) => up)) {
      const { [gauge]: held = 0 } = await node.metrics();
      if (held > most) [best, most] = [node, held];
    }
    if (!best) throw new Error(`no node has ${gauge} > 0`);
    return { node: best, held: most };
  }

  // True: everybody went in an orderly way.
  async stop() {
    let orderly = true;
    for (const node of this.nodes.filter(({ running }) => running)) {
      await node.stop(15_000).catch(() => {
        orderly = false;
      });
    }
    await this.endServices();
    return orderly;
  }

  async kill() {
    for (const node of this.nodes.filter(({ running }) => running)) await node.kill();
    await this.endServices();
  }

  // What they logged stays, in the run's folder; their data goes.
  async endServices() {
    const { services } = this;
    if (!services) return;
    await services.stop();
    for (const name of readdirSync(services.folder).filter((file) => file.endsWith('.log'))) {
      copyFileSync(join(services.folder, name), join(this.folder, name));
    }
    services.remove();
  }
}
