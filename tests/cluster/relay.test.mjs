// Two nodes behind nginx without stickiness: a client's requests land on either. Real Kafka, PostgreSQL and Redis.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Cluster } from '../faults/cluster.mjs';
import { Nginx } from '../protocol/nginx.mjs';
import { ChatClient } from '../support/client.mjs';
import { outputFolder } from '../support/skat.mjs';

const limit = { timeout: 240_000 };
const folder = join(outputFolder, 'cluster', 'relay');
let cluster;
let nginx;

before(
  async () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    cluster = await Cluster.start({
      folder,
      mode: 'redis',
      nodes: 2,
      env: { KAFKA_REPLICATION_FACTOR: '1' },
      services: { kafka: { nodes: 1 } },
    });
    await cluster.startNodes();
    nginx = await new Nginx(cluster.nodes.map(({ port }) => port), { buffering: 'off' }).start();
  },
  { timeout: 480_000 },
);
after(async () => {
  await nginx?.stop();
  await cluster?.kill();
});

// The default client polls first and then upgrades; `polling` stays there.
const ways = { default: {}, polling: { transports: ['polling'] } };
const through = (name, options) => new ChatClient(nginx.url, { name, options }).ready(30_000);

for (const [way, options] of Object.entries(ways)) {
  test(`${way}: many messages both ways, none lost, none twice, no session closed`, limit, async () => {
    const people = await Promise.all(['Ada', 'Bob', 'Eve', 'Joe'].map((name) => through(name, options)));
    const ends = [];
    for (const client of people) client.socket.on('disconnect', (reason) => ends.push(reason));
    const { room } = await people[0].request('room.create', { name: `relay ${way} ${process.pid}` });
    for (const client of people.slice(1)) await client.request('room.join', { room: room.id });
    for (const client of people) await client.follow(room.id);
    const count = 50;
    const sent = [];
    await Promise.all(
      people.map(async (client, i) => {
        for (let n = 0; n < count; n += 1) {
          const text = `${i}:${n} ${'x'.repeat(n * 40)}`;
          const { seq } = await client.request('message.send', { room: room.id, text }, 30_000);
          sent.push({ seq, text });
        }
      }),
    );
    const last = Math.max(...sent.map(({ seq }) => seq));
    await Promise.all(people.map((client) => client.reached(room.id, last, 30_000)));
    const texts = sent.sort((a, b) => a.seq - b.seq).map(({ text }) => text);
    for (const client of people) {
      const got = client.rooms.get(room.id).events.filter(({ kind }) => kind === 'message');
      assert.deepEqual(got.map(({ body }) => body.text), texts);
    }
    assert.deepEqual(ends, [], 'sessions closed');
    for (const client of people) client.close();
  });
}
