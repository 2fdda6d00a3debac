// The profile that behaviour is tested in, by SKAT_TEST_PROFILE, on the services that `tools/services.mjs run` started:
//   embedded       (default) one node with nothing beside it
//   single-node    one node on Kafka with a SQLite store
//   cluster-1      one node on Kafka, Redis and PostgreSQL
//   cluster-3      three, with the clients spread over them
//   follower-3     three without Redis
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const profiles = {
  embedded: { nodes: 1 },
  'single-node': { nodes: 1, kafka: true },
  'cluster-1': { nodes: 1, kafka: true, postgres: true, redis: true },
  'cluster-3': { nodes: 3, kafka: true, postgres: true, redis: true },
  'follower-3': { nodes: 3, kafka: true, postgres: true },
};

export const profile = process.env.SKAT_TEST_PROFILE ?? 'embedded';
if (!(profile in profiles)) throw new Error(`SKAT_TEST_PROFILE: there is no '${profile}'; there are ${Object.keys(profiles).join(' ')}`);
export const nodeCount = profiles[profile].nodes;

function address(name) {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set; run: node tools/services.mjs run -- COMMAND`);
  return value;
}

// Settings of a server that shares nothing with others on the same services: a topic, a database and channels of its own.
export async function makeWorld() {
  const { kafka, redis, postgres } = profiles[profile];
  const name = `t${randomBytes(6).toString('hex')}`;
  const settings = {};
  if (kafka) {
    // Few partitions: making the topic is most of a start.
    const topic = { KAFKA_TOPIC_PREFIX: `${name}.`, KAFKA_PARTITIONS: '4', KAFKA_REPLICATION_FACTOR: '1' };
    Object.assign(settings, { KAFKA_BROKERS: address('SKAT_TEST_KAFKA') }, topic);
    if (!postgres) settings.SKAT_SINGLE_NODE = '1';
  }
  if (postgres) {
    const url = address('SKAT_TEST_POSTGRES');
    await promisify(execFile)('psql', [url, '-X', '-q', '-c', `CREATE DATABASE ${name}`]);
    settings.DATABASE_URL = url.replace(/[^/]*$/, name);
  }
  if (redis) Object.assign(settings, { REDIS_URL: address('SKAT_TEST_REDIS'), REDIS_CHANNEL_PREFIX: `${name}:` });
  return settings;
}
