// engine.io-client and ws, unmodified, at the bare Engine.IO server: texts, binary, order across the upgrade, heartbeat, close.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { Socket } from 'engine.io-client';
import { WebSocket } from 'ws';
import { within } from '../support/client.mjs';
import { Example } from '../support/example.mjs';
import { modes } from './visits.mjs';

const limit = { timeout: 30_000 };
const server = new Example(['--ping-interval', '150', '--ping-timeout', '4000']);
before(() => server.start());
after(() => server.stop());

for (const [mode, options] of Object.entries(modes)) {
  describe(`engine.io-client, ${mode}`, () => {
    async function open() {
      const socket = new Socket(server.url, { path: '/engine.io/', ...options });
      socket.binaryType = 'nodebuffer';
      await within(once(socket, 'open'), 10_000, 'open');
      return socket;
    }
    // `count` messages, as they come.
    const messages = (socket, count) =>
      within(
        new Promise((resolve) => {
          const got = [];
          socket.on('message', (data) => got.push(data) === count && resolve(got));
        }),
        15_000,
        `${count} messages`,
      );

    test('texts of all sorts and binary come back', limit, async () => {
      const socket = await open();
      const sent = ['hello', 'Zürich €', '😀', '"\\\n', 'b', '0', 'x'.repeat(200_000), Buffer.from([0, 255, 30]), Buffer.alloc(100_000, 7)];
      const got = messages(socket, sent.length);
      for (const data of sent) socket.send(data);
      assert.deepEqual(await got, sent);
      socket.close();
    });

    test('1,000 messages keep their order, whatever the transport', limit, async () => {
      const socket = await open();
      const got = messages(socket, 1_000);
      for (let i = 0; i < 1_000; i += 1) {
        socket.send(String(i));
        if (i % 25 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      assert.deepEqual(await got, Array.from({ length: 1_000 }, (_, i) => String(i)));
      assert.equal(socket.transport.name, options.transports?.[0] ?? 'websocket');
      socket.close();
    });

    test('lives through pings, and closes by itself', limit, async () => {
      const socket = await open();
      for (let i = 0; i < 4; i += 1) await within(once(socket, 'heartbeat'), 5_000, 'a ping');
      const closed = once(socket, 'close');
      socket.close();
      assert.equal((await closed)[0], 'forced close');
    });
  });
}

test('engine.io-client: a message above maxPayload closes with 1009', limit, async () => {
  const socket = new Socket(server.url, { path: '/engine.io/', transports: ['websocket'] });
  await once(socket, 'open');
  const closed = once(socket, 'close');
  socket.send('x'.repeat(1_000_000));
  const [reason, details] = await closed;
  assert.deepEqual([reason, details.context.code, details.context.reason], ['transport close', 1009, '']);
});

test('engine.io-client: the server that stops is a transport close', limit, async () => {
  const mortal = await new Example().start();
  for (const options of Object.values(modes).slice(1)) {
    if (!mortal.running) await mortal.start();
    const socket = new Socket(mortal.url, { path: '/engine.io/', ...options });
    await once(socket, 'open');
    if (socket.transport.name !== 'websocket') await once(socket, 'upgrade');
    const closed = once(socket, 'close');
    await mortal.stop();
    assert.equal((await closed)[0], 'transport close');
  }
});

test('ws: fragments, its own ping, text and binary, an orderly close', limit, async () => {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/engine.io/?EIO=4&transport=websocket`);
  assert.match(String((await once(socket, 'message'))[0]), /^0\{/);
  assert.equal(socket.extensions, '', 'what it offers is declined');
  socket.send('4in ', { fin: false });
  socket.ping('p');
  socket.send('pieces', { fin: true });
  const echoed = once(socket, 'message');
  assert.equal(String((await once(socket, 'pong'))[0]), 'p');
  assert.equal(String((await echoed)[0]), '4in pieces');
  socket.send(Buffer.from([1, 2]));
  const [data, isBinary] = await once(socket, 'message');
  assert.deepEqual([data, isBinary], [Buffer.from([1, 2]), true]);
  socket.close(1000, 'done');
  const [code] = await once(socket, 'close');
  assert.equal(code, 1000);
});
