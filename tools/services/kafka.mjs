// Apache Kafka in KRaft mode: one broker for quick tests, or three combined nodes (broker and controller) with replication
// factor 3 and min.insync.replicas=2. The jars come from tools/install.sh.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Daemon, freePort } from './daemon.mjs';

const run = promisify(execFile);
const jars = new URL('../../.tools/kafka', import.meta.url).pathname;

// Small heaps and one compiler tier: a broker is up sooner and rests in less memory.
const java = [
  '-Xms64m',
  '-Xmx384m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS',
  '-cp',
  `${jars}/*`,
];

// Kafka's form of a UUID: 16 bytes in URL-safe base64, not beginning with a dash (a command line would read it as an option).
function uuid() {
  for (;;) {
    const text = randomBytes(16).toString('base64url');
    if (!text.startsWith('-')) return text;
  }
}

function properties(entries) {
  return Object.entries(entries).map(([key, value]) => `${key}=${value}\n`).join('');
}

// Whom the SASL listener knows, by PLAIN and by SCRAM-SHA-512.
export const user = { name: 'skat', password: 'a-secret-of-tests' };

function secured(certificates) {
  const login = 'org.apache.kafka.common.security';
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': join(certificates, 'server.keys.pem'),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': join(certificates, 'ca.pem'),
    'listener.name.tls.ssl.client.auth': 'required',
    'listener.name.sasl.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-512',
    'listener.name.sasl.plain.sasl.jaas.config': `${login}.plain.PlainLoginModule required user_${user.name}="${user.password}";`,
    'listener.name.sasl.scram-sha-512.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
  };
}

class Broker extends Daemon {
  // Once every broker has been told of the others, this line is written and clients are served.
  static isReady(broker) {
    return broker.output().includes('Kafka Server started');
  }
}

export class Kafka {
  // nodes: 1 or 3. settings: more lines of server.properties. certificates: a folder of makeCertificates(); then there are
  // two more listeners: TLS, which demands a client certificate, and SASL, for `user`.
  static async create({ folder, detached, nodes = 1, settings = {}, certificates }) {
    if (!existsSync(jars)) throw new Error('Kafka is not there; run: tools/install.sh services');
    const kafka = new Kafka();
    const replicas = Math.min(nodes, 3);
    const inSync = Math.min(nodes, 2);
    const names = { PLAINTEXT: 'PLAINTEXT', ...(certificates && { TLS: 'SSL', SASL: 'SASL_SSL' }) };
    const members = [];
    for (let id = 1; id <= nodes; id += 1) {
      const ports = {};
      for (const name of [...Object.keys(names), 'CONTROLLER']) ports[name] = await freePort();
      members.push({ id, ports, directory: uuid(), home: join(folder, `kafka-${id}`) });
    }
    const address = (member, name) => `127.0.0.1:${member.ports[name]}`;
    const own = (member) => Object.keys(names).map((name) => `${name}://${address(member, name)}`).join(',');
    const clusterId = uuid();
    const voters = members.map((member) => `${member.id}@${address(member, 'CONTROLLER')}:${member.directory}`).join(',');

    kafka.brokers = members.map((member) => {
      mkdirSync(member.home, { recursive: true });
      const file = join(member.home, 'server.properties');
      writeFileSync(
        file,
        properties({
          'process.roles': 'broker,controller',
          'node.id': member.id,
          'controller.quorum.bootstrap.servers': members.map((each) => address(each, 'CONTROLLER')).join(','),
          'controller.listener.names': 'CONTROLLER',
          listeners: `${own(member)},CONTROLLER://${address(member, 'CONTROLLER')}`,
          'advertised.listeners': own(member),
          'inter.broker.listener.name': 'PLAINTEXT',
          'listener.security.protocol.map': ['CONTROLLER:PLAINTEXT', ...Object.entries(names).map((pair) => pair.join(':'))].join(','),
          'log.dirs': join(member.home, 'data'),
          'auto.create.topics.enable': false,
          'default.replication.factor': replicas,
          'min.insync.replicas': inSync,
          'offsets.topic.replication.factor': replicas,
          'offsets.topic.num.partitions': 3,
          'transaction.state.log.replication.factor': replicas,
          'transaction.state.log.min.isr': inSync,
          'transaction.state.log.num.partitions': 1,
          'share.coordinator.state.topic.replication.factor': replicas,
          'share.coordinator.state.topic.min.isr': inSync,
          'share.coordinator.state.topic.num.partitions': 1,
          'group.initial.rebalance.delay.ms': 0,
          'num.network.threads': 2,
          'num.io.threads': 4,
          'log.cleaner.dedupe.buffer.size': 8 * 1024 * 1024,
          ...(certificates && secured(certificates)),
          ...settings,
        }),
      );
      const broker = new Broker({
        name: `kafka-${member.id}`,
        command: 'java',
        args: [...java, 'kafka.Kafka', file],
        log: join(folder, `kafka-${member.id}.log`),
        ready: Broker.isReady,
        startLimit: 120_000,
        options: { cwd: member.home },
        detached,
      });
      return Object.assign(broker, { id: member.id, ports: member.ports, file });
    });
    await Promise.all(
      kafka.brokers.map(({ file }) => {
        const quorum = nodes === 1 ? ['--standalone'] : ['--initial-controllers', voters];
        const scram = certificates ? ['--add-scram', `SCRAM-SHA-512=[name=${user.name},password=${user.password}]`] : [];
        return run('java', [...java, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', file, ...quorum, ...scram]);
      }),
    );
    return kafka;
  }

  // host:port of every broker, for that listener.
  addresses(listener = 'PLAINTEXT') {
    return this.brokers.map(({ ports }) => `127.0.0.1:${ports[listener]}`).join(',');
  }

  async start() {
    await Promise.all(this.brokers.map((broker) => broker.start()));
    return this;
  }

  async stop() {
    const orderly = await Promise.all(this.brokers.map((broker) => broker.stop()));
    return orderly.every(Boolean);
  }
}
