// Behind nginx, with the headers of an upgrade passed on and proxy_buffering on and off: two clients over each way of transport.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { ChatClient } from '../support/client.mjs';
import { Example } from '../support/example.mjs';
import { withSkat } from '../support/skat.mjs';
import { Nginx } from './nginx.mjs';
import { modes, next, same, settled, visiting, visits } from './visits.mjs';

const limit = { timeout: 30_000 };
const server = new Example(['--ping-interval', '400', '--ping-timeout', '4000']);
before(() => server.start());
after(() => server.stop());

for (const buffering of ['on', 'off']) {
  describe(`nginx, proxy_buffering ${buffering}`, () => {
    let nginx;
    before(async () => {
      nginx = await new Nginx(server.port, { buffering }).start();
    });
    after(() => nginx.stop());

    for (const [mode, options] of Object.entries(modes)) {
      for (const what of ['connects with auth and query', 'sends and gets every kind of JSON', 'sends and gets binary', 'joins rooms and hears broadcasts', 'knows why it was disconnected', 'keeps the order of 1,000 events each way while the transport changes']) {
        test(`${mode}: ${what}`, limit, () => visits[what]({ io, url: nginx.url, options }));
      }

      test(`${mode}: two clients exchange 700 kB of binary`, limit, () =>
        visiting({ io, url: nginx.url, options }, async (open) => {
          const nsp = '/room-1';
          const [one, other] = [await open.ready(nsp), await open.ready(nsp)];
          await other.emitWithAck('join', 'large');
          // Over polling base64 adds a third: 933 kB of the 1 MB that a body may have.
          const large = Buffer.alloc(700_000, 0).map((_, i) => (i * 31) & 0xff);
          const got = next(other, 'binary');
          one.emit('binary', 'large', large);
          same(await got, [large], 'the bytes');
        }));

      test(`${mode}: idle for more than two pings, then served`, limit, () =>
        visiting({ io, url: nginx.url, options }, async (open) => {
          const socket = await open.ready();
          await settled(socket);
          let pings = 0;
          socket.io.on('ping', () => {
            pings += 1;
          });
          await sleep(1_400);
          assert.ok(socket.connected && pings >= 2, `${pings} pings`);
          assert.equal(await socket.emitWithAck('message-with-ack', 'awake'), 'awake');
        }));
    }
  });
}

test('Skat itself behind nginx: two people chat, the page comes through', limit, () =>
  withSkat({}, async (skat) => {
    const nginx = await new Nginx(skat.port, { buffering: 'on' }).start();
    try {
      assert.match(await (await fetch(nginx.url)).text(), /<html/i);
      const ada = await new ChatClient(nginx.url, { name: 'Ada' }).ready();
      const bob = await new ChatClient(nginx.url, { name: 'Bob', options: { transports: ['polling'] } }).ready();
      const { lobby } = ada.welcome;
      await bob.follow(lobby, { fromStart: false });
      const seen = bob.next('event', (event) => event.body.text === 'through nginx');
      const ack = await ada.request('message.send', { room: lobby, n: 1, text: 'through nginx' });
      assert.equal((await seen).seq, ack.seq);
      ada.close();
      bob.close();
    } finally {
      await nginx.stop();
    }
  }));
