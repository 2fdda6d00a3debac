// A node on services that are secured as managed ones are: TLS everywhere, certificates made on the spot, one authority.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Services } from '../../tools/services/index.mjs';
import { user } from '../../tools/services/kafka.mjs';
import { ChatClient } from '../support/client.mjs';
import { Skat, withSkat } from '../support/skat.mjs';

let services;
before(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skat-services-'));
  services = await Services.start({ folder, tls: true, redis: { tls: true }, postgres: { tls: true } });
});
after(async () => {
  await services?.stop();
  services?.remove();
});

const certificate = (name) => join(services.certificates, name);
// Each run has a topic of its own, a database and a channel prefix within the user's rights.
async function settings(name, kafka) {
  await services.postgres.query(`CREATE DATABASE ${name}`);
  const ca = certificate('ca.pem');
  return {
    KAFKA_CA_FILE: ca,
    KAFKA_TOPIC: `${name}.log`,
    KAFKA_GROUP_ID: name,
    KAFKA_PARTITIONS: '2',
    KAFKA_REPLICATION_FACTOR: '1',
    REDIS_URL: services.redis.tlsUrl,
    REDIS_CA_FILE: ca,
    REDIS_CHANNEL_PREFIX: `skat:${name}:`,
    DATABASE_URL: `${services.postgres.url.replace(/[^/]*$/, name)}?sslmode=verify-full`,
    DATABASE_CA_FILE: ca,
    ...kafka,
  };
}

const sasl = () => ({
  KAFKA_BROKERS: services.kafka.addresses('SASL'),
  KAFKA_SASL_USERNAME: user.name,
  KAFKA_SASL_PASSWORD: user.password,
});

async function exchange(env) {
  await withSkat({ env }, async (server) => {
    const options = { transports: ['websocket'] };
    const ada = await new ChatClient(server.url, { name: 'Ada', options }).ready();
    const bob = await new ChatClient(server.url, { name: 'Bob', options }).ready();
    const { lobby } = ada.welcome;
    await bob.follow(lobby, { fromStart: false });
    const seen = bob.next('event', ({ body }) => body.text === 'behind TLS');
    const { seq } = await ada.request('message.send', { room: lobby, n: 1, text: 'behind TLS' });
    assert.equal((await seen).seq, seq);
    assert.ok((await bob.history(lobby)).some((event) => event.seq === seq));
    for (const client of [ada, bob]) client.close();
    assert.match(server.stderr, /the bus is up/);
    const plain = `SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'skat' AND NOT ssl`;
    assert.equal(await services.postgres.query(plain), '0');
  });
}

test('a message is sent and read through Kafka with TLS and PLAIN, Redis with TLS and a user, PostgreSQL verify-full', { timeout: 120_000 }, async () => {
  await exchange(await settings('plain', { ...sasl(), KAFKA_SASL_MECHANISM: 'PLAIN' }));
});

test('the same with a client certificate for Kafka', { timeout: 120_000 }, async () => {
  const env = await settings('certificates', {
    KAFKA_BROKERS: services.kafka.addresses('TLS'),
    KAFKA_CERT_FILE: certificate('client.pem'),
    KAFKA_KEY_FILE: certificate('client.key'),
  });
  await exchange(env);
});

// The sentence with which a start that must fail ends.
async function refusal(env) {
  const server = new Skat({ env: { ...env, SKAT_START_TIMEOUT: '20' } });
  await assert.rejects(server.start());
  assert.deepEqual(await server.exited, { code: 2, signal: null });
  server.clean();
  return server.stderr.trim().split('\n').at(-1);
}

test('a start says which service refuses it, and does not wait for what waiting will not mend', { timeout: 120_000 }, async () => {
  const began = Date.now();
  const good = await settings('refused', sasl());
  assert.match(await refusal({ ...good, KAFKA_SASL_PASSWORD: 'wrong' }), /^skat: Kafka at .*[Aa]uthentication failed/);
  assert.match(await refusal({ ...good, KAFKA_CA_FILE: certificate('client.pem') }), /^skat: Kafka at .*certificate verify failed/);
  assert.match(await refusal({ ...good, DATABASE_CA_FILE: certificate('client.pem') }), /^skat: .*PostgreSQL.*certificate verify failed/);
  assert.ok(Date.now() - began < 60_000);
});

// Debian 12 has librdkafka 2.0.2.
test('SCRAM with a librdkafka that is too old for it is warned of, and the refusal repeats it', { timeout: 120_000 }, async () => {
  const env = await settings('scram', { ...sasl(), KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512' });
  assert.match(await refusal(env), /SCRAM-SHA-512 with librdkafka \d+\.\d+\.\d+: versions before 2\.6\.1/);
});
