// The unmodified socket.io-client, the one of today and 4.7.2, over each way of transport.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { io as ioCurrent } from 'socket.io-client';
import { io as ioOld } from 'socket.io-client-4.7.2';
import { calm, Example } from '../support/example.mjs';
import { Gate } from '../support/gate.mjs';
import { modes, next, settled, visiting, visits } from './visits.mjs';

const limit = { timeout: 30_000 };
const server = new Example(calm);
before(() => server.start());
after(() => server.stop());

for (const [version, io] of Object.entries({ 'the current client': ioCurrent, 'client 4.7.2': ioOld })) {
  for (const [mode, options] of Object.entries(modes)) {
    describe(`${version}, ${mode}`, () => {
      for (const [what, visit] of Object.entries(visits)) {
        test(what, limit, () => visit({ io, url: server.url, options }));
      }

      test('lives through pings', limit, async () => {
        const beating = await new Example(['--ping-interval', '150', '--ping-timeout', '3000']).start();
        await visiting({ io, url: beating.url, options }, async (open) => {
          const socket = await open.ready();
          let pings = 0;
          socket.io.on('ping', () => {
            pings += 1;
          });
          await sleep(800);
          assert.ok(socket.connected && pings >= 3, `${pings} pings`);
          assert.equal(await socket.emitWithAck('message-with-ack', 1), 1);
        });
        await beating.stop();
      });

      test('comes back after the server has stopped, and after it was killed', limit, async () => {
        const mortal = await new Example(calm).start();
        await visiting({ io, url: mortal.url, options }, async (open) => {
          const socket = await open.ready('/', { auth: { token: 'again' } });
          await settled(socket);
          for (const end of ['stop', 'kill']) {
            const { id } = socket;
            const gone = next(socket, 'disconnect');
            await mortal[end]();
            const [reason] = await gone;
            assert.ok(['transport close', 'transport error'].includes(reason), reason);
            if (end === 'stop' && options.transports?.[0] !== 'polling') assert.equal(reason, 'transport close');
            assert.ok(socket.active, 'it tries again');
            const greeted = next(socket, 'auth');
            await mortal.start();
            assert.deepEqual(await greeted, [{ token: 'again' }]);
            assert.notEqual(socket.id, id);
            assert.equal(await socket.emitWithAck('message-with-ack', end), end);
            await settled(socket);
          }
        });
        await mortal.stop();
      });

      test('is recovered after a lost connection: same id, rooms, what it missed', limit, async () => {
        const lasting = await new Example([...calm, '--recovery']).start();
        const gate = await new Gate(lasting.port).listen();
        await visiting({ io, url: gate.url, options }, (open) =>
          visiting({ io, url: lasting.url, options }, async (direct) => {
            const [socket, other] = [await open.ready(), await direct.ready()];
            await settled(socket);
            assert.equal(socket.recovered, false);
            const heard = [];
            socket.on('said', (value) => heard.push(value));
            socket.on('shouted', (value) => heard.push(value));
            await socket.emitWithAck('join', 'red');
            await other.emitWithAck('say', 'red', 0);
            await socket.emitWithAck('message-with-ack');
            const { id } = socket;
            const gone = next(socket, 'disconnect');
            await sleep(50); // the client's GET is held again; a loss that no request tells is known after a ping timeout
            gate.cut();
            await gone;
            await sleep(100);
            for (let i = 1; i <= 5; i += 1) await other.emitWithAck('say', 'red', i);
            await other.emitWithAck('say', 'blue', 'not for it');
            await other.emitWithAck('shout', 6);
            const back = next(socket, 'connect');
            gate.restore();
            await back;
            assert.equal(socket.recovered, true);
            assert.equal(socket.id, id);
            await socket.emitWithAck('message-with-ack');
            assert.deepEqual(heard, [0, 1, 2, 3, 4, 5, 6]);
            await other.emitWithAck('say', 'red', 7);
            await socket.emitWithAck('message-with-ack');
            assert.deepEqual(heard, [0, 1, 2, 3, 4, 5, 6, 7]);
          }),
        );
        await gate.close();
        await lasting.stop();
      });
    });
  }
}
