// skat verify, rebuild and log adopt on Kafka and PostgreSQL, with nodes that run and that do not.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { ChatClient } from '../support/client.mjs';
import { withServices } from '../support/services.mjs';
import { binary, Skat } from '../support/skat.mjs';

const hashOf = (output, word = 'store') => new RegExp(`^${word} .*hash ([0-9a-f]{32})$`, 'm').exec(output)?.[1];

function skat(args, env) {
  return new Promise((resolve) => {
    const child = spawn(binary, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const run = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (run.stdout += chunk));
    child.stderr.on('data', (chunk) => (run.stderr += chunk));
    child.on('close', (status) => resolve({ ...run, status }));
  });
}
const failure = (run) => `exit ${run.status}\n${run.stdout}\n${run.stderr}`;

test('verify beside running nodes, rebuild and adopt without them', { timeout: 480_000 }, async () => {
  await withServices({ only: ['kafka', 'postgres'], kafka: { nodes: 1 } }, async (services) => {
    const env = {
      KAFKA_BROKERS: services.kafka.addresses(),
      DATABASE_URL: services.postgres.url,
      KAFKA_REPLICATION_FACTOR: '1',
      KAFKA_PARTITIONS: '3',
    };
    const node = new Skat({ env });
    await node.start();
    const ada = await new ChatClient(node.url, { name: 'Ada', options: { transports: ['websocket'] } }).ready(30_000);
    const rooms = [];
    for (const name of ['tea', 'coffee', 'milk', 'juice']) rooms.push((await ada.request('room.create', { name })).room.id);
    const say = async (from, to) => {
      for (let n = from; n < to; n += 1) {
        for (const room of rooms) await ada.request('message.send', { room, n, text: `hello ${n}` });
      }
    };
    await say(2, 20);
    // While it serves, and people go on: what is compared is what was stored at one moment.
    const talking = say(20, 40);
    const beside = await skat(['verify'], env);
    await talking;
    assert.equal(beside.status, 0, failure(beside));
    assert.match(beside.stdout, /^partitions +3,/m);

    const refused = await skat(['rebuild', '--yes'], env);
    assert.equal(refused.status, 2, failure(refused));
    assert.match(refused.stderr, /another node is a member of the group skat-live/);
    const sent = await ada.request('message.send', { room: rooms[0], n: 40, text: 'afterwards' }, 30_000);
    const { token } = ada;
    ada.close();
    await node.stop();

    const before = await skat(['verify'], env);
    assert.equal(before.status, 0, failure(before));
    const rebuilt = await skat(['rebuild', '--yes'], env);
    assert.equal(rebuilt.status, 0, failure(rebuilt));
    assert.equal(hashOf(rebuilt.stdout, 'before'), hashOf(before.stdout));
    assert.equal(hashOf(rebuilt.stdout, 'after'), hashOf(before.stdout));
    const after = await skat(['verify'], env);
    assert.equal(after.status, 0, failure(after));

    // Another topic under the same store: refused, adopted, gone on with.
    const other = { ...env, KAFKA_TOPIC: 'skat.other' };
    const differs = await skat(['verify'], other);
    assert.equal(differs.status, 1, failure(differs));
    assert.match(differs.stdout, /`skat log adopt`/);
    const adopted = await skat(['log', 'adopt', '--yes'], other);
    assert.equal(adopted.status, 0, failure(adopted));
    assert.match(adopted.stdout, /^adopted: 3 partitions go on in a new epoch$/m);
    const next = new Skat({ env: other });
    await next.start();
    const again = await new ChatClient(next.url, { auth: { token }, options: { transports: ['websocket'] } }).ready(30_000);
    const history = await again.history(rooms[0]);
    assert.equal(history.at(-1).seq, sent.seq);
    const { seq } = await again.request('message.send', { room: rooms[0], n: 900, text: 'in a new epoch' });
    assert.equal(seq, sent.seq + 1);
    again.close();
    await next.stop();
    const last = await skat(['verify'], other);
    assert.equal(last.status, 0, failure(last));
    assert.equal(hashOf(last.stdout) === hashOf(before.stdout), false);
  });
});
