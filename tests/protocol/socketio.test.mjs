// Socket.IO 5 as the public suite checks it, row by row, over both transports. Packets are compared as text, frames counted.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { calm, Example } from '../support/example.mjs';
import { undisturbed } from '../support/stall_probe.mjs';
import { channels, PollingChannel } from './raw.mjs';

const server = new Example();
const calmServer = new Example(calm);
before(() => Promise.all([server.start(), calmServer.start()]));
after(() => Promise.all([server.stop(), calmServer.stop()]));

const accepted = (nsp = '') => new RegExp(`^40${nsp}\\{"sid":"[\\w-]{20}"\\}$`);
const bytes = (...values) => Buffer.from(values);

for (const Channel of channels) {
  const open = () => Channel.open(server);
  // Connected to /, with the greeting read.
  async function joined() {
    const channel = await open();
    await channel.send('40');
    assert.match(await channel.receive(), accepted());
    assert.equal(await channel.receive(), '42["auth",{}]');
    return channel;
  }
  // What comes next is the ping: the server has said nothing.
  const silent = async (channel) => assert.equal(await channel.receive(), '2');

  describe(`connect over ${Channel.transport}`, () => {
    for (const [packet, nsp, greeting] of [
      ['40', '', '42["auth",{}]'],
      ['40{"token":"123"}', '', '42["auth",{"token":"123"}]'],
      ['40/,', '', '42["auth",{}]'],
      ['40/custom,', '/custom,', '42/custom,["auth",{}]'],
      ['40/custom', '/custom,', '42/custom,["auth",{}]'],
      ['40/custom,{"token":"abc"}', '/custom,', '42/custom,["auth",{"token":"abc"}]'],
      ['40{"b":1,"a":{"z":1.50,"y":[]}}', '', '42["auth",{"b":1,"a":{"z":1.50,"y":[]}}]'],
    ]) {
      test(`${packet} is accepted with the key sid alone, then greeted`, async () => {
        const channel = await open();
        await channel.send(packet);
        assert.match(await channel.receive(), accepted(nsp));
        assert.equal(await channel.receive(), greeting);
        await silent(channel);
        channel.drop();
      });
    }

    test('the socket id is not the id of the session', async () => {
      const channel = await open();
      await channel.send('40');
      assert.notEqual(JSON.parse((await channel.receive()).slice(2)).sid, channel.handshake.sid);
      channel.drop();
    });

    test('40/random is refused and the connection stays', async () => {
      const channel = await open();
      await channel.send('40/random');
      assert.equal(await channel.receive(), '44/random,{"message":"Invalid namespace"}');
      await channel.send('40');
      assert.match(await channel.receive(), accepted());
      channel.drop();
    });

    test('4abc as the first packet ends the connection', async () => {
      const channel = await open();
      await channel.send('4abc');
      await channel.ended();
    });

    test('no packet at all ends the connection', (t) =>
      undisturbed(t, async () => {
        const channel = await open();
        const at = await channel.ended(['2']);
        assert.ok(at - channel.opened < 600, `${at - channel.opened} ms`);
      }));

    for (const [what, packets, rest] of [
      ['no packet', [], []],
      ['a refused CONNECT alone', ['40/random'], ['44/random,{"message":"Invalid namespace"}']],
    ]) {
      test(`${what}: the connect timeout ends the connection after a second`, (t) =>
        undisturbed(t, async () => {
          const channel = await Channel.open(calmServer);
          if (packets.length > 0) await channel.send(...packets);
          const took = (await channel.ended(rest)) - channel.opened;
          assert.ok(took > 990 && took < 1_060, `${took} ms`);
        }));
    }

    test('the connect timeout does not touch who has joined, nor who has left again', async () => {
      const channel = await Channel.open(calmServer);
      await channel.send('40');
      await channel.receive();
      await channel.receive();
      await channel.send('41');
      await assert.rejects(channel.receive(1_200), /nothing for 1200 ms/);
      channel.drop();
    });
  });

  describe(`disconnect over ${Channel.transport}`, () => {
    test('41 gets no answer and keeps the connection', async () => {
      const channel = await joined();
      await channel.send('41');
      await silent(channel);
      channel.drop();
    });

    test('leaving /custom leaves / alone', async () => {
      const channel = await joined();
      await channel.send('40/custom');
      assert.match(await channel.receive(), accepted('/custom,'));
      assert.equal(await channel.receive(), '42/custom,["auth",{}]');
      await channel.send('41/custom');
      await channel.send('42["message","hi"]');
      assert.equal(await channel.receive(), '42["message-back","hi"]');
      channel.drop();
    });

    test('a namespace that was left can be joined again, under a new id', async () => {
      const channel = await open();
      await channel.send('40');
      const first = await channel.receive();
      await channel.receive();
      await channel.send('41');
      await channel.send('40');
      const second = await channel.receive();
      assert.match(second, accepted());
      assert.notEqual(second, first);
      channel.drop();
    });
  });

  describe(`message over ${Channel.transport}`, () => {
    test('plain text and JSON', async () => {
      const channel = await joined();
      await channel.send('42["message",1,"2",{"3":[true]}]');
      assert.equal(await channel.receive(), '42["message-back",1,"2",{"3":[true]}]');
      channel.drop();
    });

    test('two attachments', async () => {
      const channel = await joined();
      await channel.send('452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', bytes(1, 2, 3), bytes(4, 5, 6));
      assert.equal(await channel.receive(), '452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
      assert.deepEqual(await channel.receive(), bytes(1, 2, 3));
      assert.deepEqual(await channel.receive(), bytes(4, 5, 6));
      await silent(channel);
      channel.drop();
    });

    test('an acknowledgement', async () => {
      const channel = await joined();
      await channel.send('42456["message-with-ack",1,"2",{"3":[false]}]');
      assert.equal(await channel.receive(), '43456[1,"2",{"3":[false]}]');
      await silent(channel);
      channel.drop();
    });

    test('an acknowledgement with two attachments', async () => {
      const channel = await joined();
      await channel.send('452-789["message-with-ack",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', bytes(1, 2, 3), bytes(4, 5, 6));
      assert.equal(await channel.receive(), '462-789[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
      assert.deepEqual(await channel.receive(), bytes(1, 2, 3));
      assert.deepEqual(await channel.receive(), bytes(4, 5, 6));
      await silent(channel);
      channel.drop();
    });

    test('a packet in a namespace is answered there', async () => {
      const channel = await open();
      await channel.send('40/custom,');
      await channel.receive();
      await channel.receive();
      await channel.send('42/custom,7["message-with-ack"]');
      assert.equal(await channel.receive(), '43/custom,7[]');
      channel.drop();
    });

    for (const packet of ['4abc', '42{}', '42abc["message-with-ack",1]', '42', '42["connect"]', '42[{}]', '42[]', '42["message"']) {
      test(`${packet} ends the connection`, async () => {
        const channel = await joined();
        await channel.send(packet);
        await channel.ended();
      });
    }
  });
}

test('over polling an event may follow its CONNECT in one body, as it may over WebSocket', async () => {
  const channel = await PollingChannel.open(server);
  await channel.send('40', '42["message",1]');
  assert.match(await channel.receive(), accepted());
  assert.equal(await channel.receive(), '42["auth",{}]');
  assert.equal(await channel.receive(), '42["message-back",1]');
});
