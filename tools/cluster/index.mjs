// A whole cluster on loopback: real Kafka, Redis and PostgreSQL, Skat nodes on them, nginx before them if asked. Every
// process is a Daemon: it can be killed, held and started again in place, by name.
import { join } from 'node:path';
import { Services } from '../services/index.mjs';
import { Nginx } from './nginx.mjs';
import { SkatNode } from './node.mjs';

export class Cluster {
  // folder: exists and is empty. binary: of a build. services: more options of Services.start(). env: more settings of every
  // node. detached: release() may leave it behind.
  static async start({
    folder,
    binary,
    nodes = 3,
    brokers = 3,
    redis = true,
    nginx = false,
    env = {},
    services = {},
    detached = false,
    progress = () => {},
  }) {
    const cluster = Object.assign(new Cluster(), { folder, binary, brokers, env, detached, progress, nodes: [], began: Date.now() });
    try {
      const only = ['kafka', 'postgres', ...(redis ? ['redis'] : [])];
      cluster.services = await Services.start({ folder, detached, only, kafka: { nodes: brokers }, progress, ...services });
      await Promise.all(Array.from({ length: nodes }, (_, i) => cluster.addNode(`node-${i + 1}`)));
      if (nginx) {
        cluster.nginx = await Nginx.create({ folder, detached, nodes: cluster.nodes.map(({ port }) => port) });
        await cluster.nginx.start();
        cluster.tell('nginx is ready');
      }
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  tell(what) {
    this.progress(`${what} after ${((Date.now() - this.began) / 1000).toFixed(1)} s`);
  }

  // One more node, started and ready.
  async addNode(name, env = {}) {
    const { folder, binary, detached } = this;
    const node = await SkatNode.create({ folder, name, binary, detached, env: { ...this.settings, ...this.env, ...env } });
    this.nodes.push(node);
    this.nodes.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
    await node.start();
    this.tell(`${name} is ready`);
    return node;
  }

  // What makes a Skat a node of this cluster.
  get settings() {
    const { kafka, redis, postgres } = this.services;
    return {
      KAFKA_BROKERS: kafka.addresses(),
      DATABASE_URL: postgres.url,
      ...(redis && { REDIS_URL: redis.url }),
      ...(this.brokers < 3 && { KAFKA_REPLICATION_FACTOR: String(this.brokers) }),
    };
  }

  get daemons() {
    return [...(this.services?.daemons ?? []), ...this.nodes, this.nginx].filter(Boolean);
  }

  // "node-2", "kafka-1", "redis", "postgres", "nginx": to kill(), pause(), resume(), stop() and start() it.
  get(name) {
    const found = this.daemons.find((daemon) => daemon.name === name);
    if (!found) throw new Error(`the cluster has no '${name}'; it has ${this.daemons.map((daemon) => daemon.name).join(' ')}`);
    return found;
  }

  release() {
    for (const daemon of this.daemons) daemon.release();
  }

  // The nodes first: they drain while their services are there. True: everybody went by himself.
  async stop() {
    const front = await this.nginx?.stop();
    const nodes = await Promise.all(this.nodes.map((node) => node.stop()));
    const services = (await this.services?.stop()) ?? true;
    return services && nodes.every(Boolean) && front !== false;
  }
}

export const folderOf = (root) => join(root, 'build', 'cluster');
