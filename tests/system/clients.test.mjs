// The unmodified socket.io-client, the one of today and the one of the ancestor's page, over every transport.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { io as ioCurrent } from 'socket.io-client';
import { io as ioOld } from 'socket.io-client-4.7.2';
import { ChatClient } from '../support/client.mjs';
import { fortuneLines } from '../support/lines.mjs';
import { Skat } from '../support/skat.mjs';

const server = new Skat({ everywhere: true });
before(() => server.start());
after(() => server.stop());

const versions = { 'current client': ioCurrent, 'client 4.7.2': ioOld };
const transports = {
  defaults: {},
  'polling only': { transports: ['polling'] },
  'websocket only': { transports: ['websocket'] },
};

for (const [version, io] of Object.entries(versions)) {
  for (const [way, options] of Object.entries(transports)) {
    test(`${version}, ${way}: two clients talk, acks and events agree`, async () => {
      const ada = await new ChatClient(server.url, { name: 'Ada', io, options }).ready();
      const bob = await new ChatClient(server.url, { name: 'Bob', io, options }).ready();
      const lobby = ada.welcome.lobby;
      await ada.follow(lobby, { fromStart: false });
      await bob.follow(lobby, { fromStart: false });
      const seen = [ada, bob].map((client) => client.next('event', (event) => event.body.text === `${version} ${way}`));
      const ack = await ada.request('message.send', { room: lobby, n: 1, text: `${version} ${way}` });
      for (const event of await Promise.all(seen)) {
        assert.equal(event.seq, ack.seq);
        assert.equal(event.mseq, ack.mseq);
        assert.equal(event.ts, ack.ts);
        assert.equal(event.epoch, ack.epoch);
        assert.deepEqual([event.sender, event.device, event.n, event.kind], [ada.user.id, ada.device, 1, 'message']);
        assert.equal(event.body.name, 'Ada');
      }
      ada.close();
      bob.close();
    });
  }

  test(`${version}: begins with polling and is on WebSocket within two seconds`, async () => {
    const client = await new ChatClient(server.url, { name: 'Upgrader', io }).ready();
    const { engine } = client.socket.io;
    if (engine.transport.name !== 'websocket') {
      await new Promise((resolve, reject) => {
        engine.once('upgrade', resolve);
        setTimeout(() => reject(new Error('no upgrade')), 2_000);
      });
    }
    assert.equal(engine.transport.name, 'websocket');
    client.close();
  });
}

test('messages sent while the transport is being upgraded keep their order', async () => {
  for (let round = 0; round < 5; round += 1) {
    const client = new ChatClient(server.url, { name: 'Upgrader' });
    await client.ready();
    const lobby = client.welcome.lobby;
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => client.request('message.send', { room: lobby, n: i + 1, text: `up ${i}` })),
    );
    const numbers = answers.map((answer) => answer.seq);
    assert.deepEqual(numbers, [...numbers].sort((a, b) => a - b));
    assert.equal(new Set(numbers).size, 200);
    client.close();
  }
});

test('10,000 real lines in many scripts come back byte for byte and in order', { timeout: 120_000 }, async () => {
  const lines = fortuneLines(10_000);
  const writer = await new ChatClient(server.url, { name: 'Writer' }).ready();
  const reader = await new ChatClient(server.url, { name: 'Reader' }).ready();
  const { room } = await writer.request('room.create', { name: 'ten thousand lines' });
  await reader.request('room.join', { room: room.id });
  await reader.follow(room.id);
  const window = 256;
  for (let start = 0; start < lines.length; start += window) {
    await Promise.all(
      lines.slice(start, start + window).map((text, i) => writer.request('message.send', { room: room.id, n: 2 + start + i, text })),
    );
  }
  await reader.reached(room.id, lines.length + 2);
  const live = reader.rooms.get(room.id).events.filter((event) => event.kind === 'message');
  assert.deepEqual(live.map((event) => event.body.text), lines);
  const stored = (await reader.history(room.id)).filter((event) => event.kind === 'message');
  assert.deepEqual(stored, live);
  writer.close();
  reader.close();
});
