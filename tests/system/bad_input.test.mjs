// Bad input: each is answered with its code, the connection stays, others are served, nothing is lost.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ChatClient, within } from '../support/client.mjs';
import { Skat } from '../support/skat.mjs';

const server = new Skat();
let client;
let lobby;
before(async () => {
  await server.start();
  client = await new ChatClient(server.url, { name: 'Mallory', options: { transports: ['websocket'] } }).ready();
  lobby = client.welcome.lobby;
});
after(async () => {
  client.close();
  await server.stop();
});

const nobody = '0'.repeat(31) + '7';
const deep = (levels) => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
const table = [
  ['an unknown event', 'no.such', {}, 'unknown_event'],
  ['an inherited name', 'constructor', {}, 'unknown_event'],
  ['no payload', 'message.send', undefined, 'bad_request'],
  ['a string', 'message.send', 'hello', 'bad_request'],
  ['an array', 'message.send', [1], 'bad_request'],
  ['null', 'message.send', null, 'bad_request'],
  ['a member missing', 'message.send', { text: 'x' }, 'bad_request'],
  ['a member of another type', 'message.send', () => ({ room: lobby, text: 5 }), 'bad_request'],
  ['an id that is none', 'message.send', { room: 'lobby', text: 'x' }, 'bad_request'],
  ['an id in upper case', 'message.send', () => ({ room: lobby.toUpperCase(), text: 'x' }), 'bad_request'],
  ['nested too deep', 'message.send', () => ({ room: lobby, text: 'x', more: deep(40) }), 'bad_request'],
  ['an unknown room', 'message.send', { room: nobody, n: 1, text: 'x' }, 'unknown_room'],
  ['an unknown room to read', 'history.get', { room: nobody }, 'unknown_room'],
  ['an unknown room to join', 'room.join', { room: nobody, n: 2 }, 'unknown_room'],
  ['an empty text', 'message.send', () => ({ room: lobby, n: 1, text: '' }), 'bad_text'],
  ['U+0000', 'message.send', () => ({ room: lobby, n: 1, text: 'a\u0000b' }), 'bad_text'],
  ['a lone high surrogate', 'message.send', () => ({ room: lobby, n: 1, text: 'a\ud800b' }), 'bad_text'],
  ['a lone low surrogate', 'message.send', () => ({ room: lobby, n: 1, text: '\udc00' }), 'bad_text'],
  ['a text one byte too long', 'message.send', () => ({ room: lobby, n: 1, text: 'x'.repeat(16_385) }), 'text_too_long'],
  ['a text too long in bytes, not in characters', 'message.send', () => ({ room: lobby, n: 1, text: '€'.repeat(5_462) }), 'text_too_long'],
  ['n of 0', 'message.send', () => ({ room: lobby, n: 0, text: 'x' }), 'bad_n'],
  ['n below 0', 'message.send', () => ({ room: lobby, n: -1, text: 'x' }), 'bad_n'],
  ['n with a fraction', 'message.send', () => ({ room: lobby, n: 1.5, text: 'x' }), 'bad_n'],
  ['n above 2^53-1', 'message.send', () => ({ room: lobby, n: 2 ** 53, text: 'x' }), 'bad_n'],
  ['n as text', 'message.send', () => ({ room: lobby, n: '1', text: 'x' }), 'bad_n'],
  ['an over-long room name', 'room.create', { name: 'x'.repeat(65) }, 'bad_name'],
  ['an empty room name', 'room.create', { name: '' }, 'bad_name'],
  ['a control character in a name', 'room.create', { name: 'a\tb' }, 'bad_name'],
  ['an access that is none', 'room.create', { name: 'fine', access: 'secret' }, 'bad_request'],
  ['access of the lobby', 'room.create', { name: 'fine', access: 'everyone' }, 'bad_request'],
  ['joining the lobby', 'room.join', () => ({ room: lobby, n: 3 }), ['already_a_member', 'not_joinable']],
  ['leaving the lobby', 'room.leave', () => ({ room: lobby, n: 4 }), 'cannot_leave'],
  ['a page limit of 0', 'history.get', () => ({ room: lobby, limit: 0 }), 'bad_request'],
  ['a page limit of 101', 'history.get', () => ({ room: lobby, limit: 101 }), 'bad_request'],
  ['both ways at once', 'history.get', () => ({ room: lobby, before: 5, after: 2 }), 'bad_request'],
  ['a resume that is no object', 'resume', { rooms: [] }, 'bad_request'],
  ['too many rooms in a resume', 'resume', () => ({ rooms: Object.fromEntries(Array.from({ length: 501 }, (_, i) => [i.toString(16).padStart(32, '0'), null])) }), 'bad_request'],
  ['a read mark without a number', 'read.mark', () => ({ room: lobby }), 'bad_request'],
];

for (const [what, event, payload, code] of table) {
  test(`${what} is answered with ${code}`, async () => {
    const value = typeof payload === 'function' ? payload() : payload;
    const args = value === undefined ? [] : [value];
    const answer = await client.socket.timeout(5_000).emitWithAck(event, ...args);
    assert.ok([code].flat().includes(answer.error?.code), JSON.stringify(answer));
    assert.equal(answer.error.retry, 'no');
    assert.equal(typeof answer.error.message, 'string');
    assert.ok(client.socket.connected);
  });
}

test('a text of exactly 16,384 bytes and a name of exactly 64 code points pass', async () => {
  assert.ok((await client.request('message.send', { room: lobby, n: 10, text: 'x'.repeat(16_384) })).ok);
  assert.ok((await client.request('room.create', { name: '😀'.repeat(64) })).ok);
});

test('a duplicate member is refused, __proto__ is an ordinary name', async () => {
  const raw = (text) =>
    within(
      new Promise((resolve) => {
        const { engine } = client.socket.io;
        const listener = ({ type, data }) => {
          if (type !== 'message' || !String(data).startsWith('3/chat,9')) return;
          engine.off('packet', listener);
          resolve(JSON.parse(data.slice(data.indexOf('[')))[0]);
        };
        engine.on('packet', listener);
        engine.write(text);
      }),
      5_000,
      'a raw answer',
    );
  assert.equal((await raw(`2/chat,991["message.send",{"room":"${lobby}","text":"a","text":"b"}]`)).error.code, 'bad_request');
  assert.equal((await raw(`2/chat,992["message.send",{"room":"${lobby}","text":"a","__proto__":{"x":1}}]`)).ok, true);
});

test('a WebSocket message above maxPayload closes with 1009 and others are served', async () => {
  const other = await new ChatClient(server.url, { name: 'Big', options: { transports: ['websocket'], reconnection: false } }).ready();
  const closed = within(new Promise((resolve) => other.socket.io.engine.on('close', (reason, how) => resolve(how))), 5_000, 'close');
  other.socket.emit('message.send', { room: lobby, text: 'x'.repeat(1_000_001) });
  const how = await closed;
  assert.equal(how.context.code, 1009);
  assert.ok((await client.request('message.send', { room: lobby, n: 11, text: 'still here' })).ok);
});

test('a POST above maxPayload is answered 413 and the session lives on', async () => {
  const base = `${server.url}/socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse((await (await fetch(base)).text()).slice(1));
  const url = `${base}&sid=${sid}`;
  assert.equal((await fetch(url, { method: 'POST', body: `4${'x'.repeat(1_000_001)}` })).status, 413);
  assert.equal((await fetch(url, { method: 'POST', body: '40' })).status, 200);
  assert.match(await (await fetch(url)).text(), /^40\{"sid":/);
});
