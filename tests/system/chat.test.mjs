// What people do: rooms, history, resume, repeats, typing, read markers; and what is refused.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChatClient, RefusedError } from '../support/client.mjs';
import { Gate } from '../support/gate.mjs';
import { Skat } from '../support/skat.mjs';

const server = new Skat({ everywhere: true });
before(() => server.start());
after(() => server.stop());

const options = { transports: ['websocket'] };
const connect = (name, more = {}) => new ChatClient(server.url, { name, options, ...more }).ready();
const refused = (code, retry = 'no') => (error) => error instanceof RefusedError && error.code === code && error.retry === retry;
let rooms = 0;
const roomName = () => `room ${(rooms += 1)} of ${process.pid}`;

test('a repeated send is answered with the first number and appears once', async () => {
  const ada = await connect('Ada');
  const { room } = await ada.request('room.create', { name: roomName() });
  const first = await ada.request('message.send', { room: room.id, n: 2, text: 'once' });
  const again = await ada.request('message.send', { room: room.id, n: 2, text: 'once' });
  assert.deepEqual(again, first);
  const both = await Promise.all([3, 3, 3].map((n) => ada.request('message.send', { room: room.id, n, text: 'together' })));
  assert.equal(new Set(both.map((answer) => answer.seq)).size, 1);
  const texts = (await ada.history(room.id)).filter((event) => event.kind === 'message').map((event) => event.body.text);
  assert.deepEqual(texts, ['once', 'together']);
  ada.close();
});

test('a repeat is known on another connection, after a restart, and 1,100 sends later', { timeout: 60_000 }, async () => {
  const own = new Skat({ everywhere: true });
  await own.start();
  const ada = await new ChatClient(own.url, { name: 'Ada', options }).ready();
  const lobby = ada.welcome.lobby;
  const first = await ada.request('message.send', { room: lobby, n: 1, text: 'old' });
  for (let n = 2; n <= 1_101; n += 100) { // a client keeps its unanswered n within 512
    await Promise.all(Array.from({ length: 100 }, (_, i) => ada.request('message.send', { room: lobby, n: n + i, text: `${n + i}` })));
  }
  assert.equal((await ada.request('message.send', { room: lobby, n: 1, text: 'old' })).seq, first.seq);
  await own.kill();
  await own.start();
  await ada.next('welcome');
  assert.equal((await ada.request('message.send', { room: lobby, n: 1, text: 'old' })).seq, first.seq);
  assert.equal((await ada.history(lobby)).filter((event) => event.body.text === 'old').length, 1);
  ada.close();
  await own.stop();
});

test('a refusal uses up its n: a later copy is refused although the reason is gone', async () => {
  const ada = await connect('Ada');
  const bob = await connect('Bob');
  const { room } = await ada.request('room.create', { name: roomName() });
  await assert.rejects(bob.request('message.send', { room: room.id, n: 1, text: 'too early' }), refused('not_a_member'));
  await bob.request('room.join', { room: room.id, n: 2 });
  await assert.rejects(bob.request('message.send', { room: room.id, n: 1, text: 'too early' }), RefusedError);
  const sent = await bob.request('message.send', { room: room.id, n: 3, text: 'now' });
  assert.ok(sent.seq > 0);
  ada.close();
  bob.close();
});

test('rooms: create, list, join, leave; numbers are dense over all events', async () => {
  const ada = await connect('Ada');
  const bob = await connect('Bob');
  const name = roomName();
  const { room } = await ada.request('room.create', { name });
  assert.equal(room.name, name);
  assert.equal(room.access, 'open');
  await assert.rejects(bob.request('room.create', { name: name.toUpperCase() }), refused('name_taken'));
  assert.equal((await ada.request('room.create', { name })).room.id, room.id, 'a repeat gives the same room');
  const told = bob.next('room.joined', (info) => info.id === room.id);
  await bob.request('room.join', { room: room.id, n: 1 });
  assert.equal((await told).name, name);
  await bob.follow(room.id);
  await ada.request('message.send', { room: room.id, n: 2, text: 'hello' });
  await bob.reached(room.id, 3);
  await assert.rejects(bob.request('room.join', { room: room.id, n: 2 }), refused('already_a_member'));
  const listed = await eventually(async () => (await allRooms(ada)).find((info) => info.id === room.id && info.members === 2));
  assert.equal(listed.name, name);
  await bob.request('room.leave', { room: room.id, n: 3 });
  await ada.request('message.send', { room: room.id, n: 3, text: 'not for bob' });
  await sleep(200);
  const kinds = bob.rooms.get(room.id).events.map((event) => event.kind);
  assert.deepEqual(kinds, ['room.created', 'member.joined', 'message', 'member.left']);
  await assert.rejects(bob.request('message.send', { room: room.id, n: 4, text: 'x' }), refused('not_a_member'));
  await assert.rejects(bob.request('history.get', { room: room.id }), RefusedError);
  ada.close();
  bob.close();
});

async function allRooms(client) {
  const all = [];
  for (let after_; ; ) {
    const page = await client.request('room.list', { limit: 50, ...(after_ === undefined ? {} : { after: after_ }) });
    all.push(...page.rooms);
    if (page.next === undefined) return all;
    after_ = page.next;
  }
}

async function eventually(probe, ms = 5_000) {
  const end = Date.now() + ms;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > end) throw new Error('it did not happen');
    await sleep(20);
  }
}

test('a closed room is not listed, and a stranger cannot see or join it', async () => {
  const ada = await connect('Ada');
  const eve = await connect('Eve');
  const { room } = await ada.request('room.create', { name: roomName(), access: 'closed' });
  await assert.rejects(eve.request('history.get', { room: room.id }), refused('unknown_room'));
  await assert.rejects(eve.request('room.join', { room: room.id, n: 1 }), RefusedError);
  assert.ok(!(await allRooms(eve)).some((info) => info.id === room.id));
  const answer = await eve.request('resume', { rooms: { [room.id]: null } });
  assert.equal(answer.rooms[room.id].error.code, 'unknown_room');
  ada.close();
  eve.close();
});

test('history pages both ways, and each page agrees with the whole', async () => {
  const ada = await connect('Ada');
  const { room } = await ada.request('room.create', { name: roomName() });
  await Promise.all(Array.from({ length: 250 }, (_, i) => ada.request('message.send', { room: room.id, n: i + 2, text: `m${i}` })));
  const whole = await ada.history(room.id);
  assert.deepEqual(whole.map((event) => event.seq), Array.from({ length: 251 }, (_, i) => i + 1));
  const backwards = [];
  for (let before_; ; ) {
    const page = await ada.request('history.get', { room: room.id, limit: 33, ...(before_ === undefined ? {} : { before: before_ }) });
    assert.equal(page.complete, true);
    assert.equal(page.head, 251);
    backwards.unshift(...page.events);
    if (!page.more) break;
    before_ = page.events[0].seq;
  }
  assert.deepEqual(backwards, whole);
  ada.close();
});

test('resume brings what was missed, once and in order, before its answer; a foreign cursor gets resync', async () => {
  const gate = await new Gate(server.port).listen();
  const ada = await connect('Ada');
  const bob = await new ChatClient(gate.url, { name: 'Bob', options }).ready();
  const lobby = ada.welcome.lobby;
  await bob.follow(lobby, { fromStart: false });
  gate.cut();
  const sent = [];
  for (let i = 0; i < 40; i += 1) sent.push(await ada.request('message.send', { room: lobby, n: i + 1, text: `missed ${i}` }));
  gate.restore();
  await bob.reached(lobby, sent.at(-1).seq);
  assert.deepEqual(bob.rooms.get(lobby).events.map((event) => event.seq), sent.map((answer) => answer.seq));
  const { epoch, seq } = bob.rooms.get(lobby);
  for (const cursor of [{ epoch: '00000000000000ff', seq: 1 }, { epoch, seq: seq + 1000 }]) {
    const answer = await ada.request('resume', { rooms: { [lobby]: cursor } });
    assert.equal(answer.rooms[lobby].resync, true);
  }
  ada.close();
  bob.close();
  await gate.close();
});

test('a cursor more than 1,000 events behind gets resync, one exactly 1,000 behind does not', { timeout: 30_000 }, async () => {
  const ada = await connect('Ada');
  const { room } = await ada.request('room.create', { name: roomName() });
  for (let n = 2; n <= 1_002; n += 91) {
    await Promise.all(Array.from({ length: 91 }, (_, i) => ada.request('message.send', { room: room.id, n: n + i, text: 'x' })));
  }
  const resume = async (seq) => (await ada.request('resume', { rooms: { [room.id]: { epoch: room.epoch, seq } } })).rooms[room.id];
  assert.equal((await resume(1)).resync, true);
  assert.equal((await resume(2)).resync, false);
  ada.close();
});

test('the same person on two devices: both see everything, read markers follow', async () => {
  const first = await connect('Ada');
  const second = await connect('Ada', { auth: { token: first.token, new_device: true } });
  assert.equal(second.user.id, first.user.id);
  assert.notEqual(second.device, first.device);
  const told = second.next('room.joined');
  const { room } = await first.request('room.create', { name: roomName() });
  assert.equal((await told).id, room.id);
  const sent = await first.request('message.send', { room: room.id, n: 2, text: 'one' });
  const marked = second.next('read.marked', (mark) => mark.room === room.id);
  await first.request('read.mark', { room: room.id, seq: sent.seq + 100 });
  const { seq, mseq } = await marked;
  assert.deepEqual([seq, mseq], [sent.seq, sent.mseq], 'clamped to the head');
  const back = await first.request('read.mark', { room: room.id, seq: 1 });
  assert.equal(back.seq, sent.seq, 'never goes back');
  const third = await connect('Ada', { auth: { token: first.token } });
  const info = third.welcome.rooms.find((known) => known.id === room.id);
  assert.equal(info.read_mseq, 1);
  for (const client of [first, second, third]) client.close();
});

test('typing reaches the others in the room and not a stranger', async () => {
  const ada = await connect('Ada');
  const bob = await connect('Bob');
  const eve = await connect('Eve');
  const { room } = await ada.request('room.create', { name: roomName() });
  await bob.request('room.join', { room: room.id, n: 1 });
  for (const client of [ada, bob]) await client.follow(room.id);
  let overheard = false;
  eve.listeners.add((what) => {
    if (what === 'typing') overheard = true;
  });
  const seen = bob.next('typing', (payload) => payload.room === room.id && payload.on);
  await ada.request('typing', { room: room.id, on: true });
  assert.deepEqual((await seen).user, { id: ada.user.id, name: 'Ada' });
  await assert.rejects(eve.request('typing', { room: room.id, on: true }), RefusedError);
  await sleep(100);
  assert.equal(overheard, false);
  for (const client of [ada, bob, eve]) client.close();
});

test('identity: no name, a bad name and a bad token are refused with a code', async () => {
  for (const [auth, code] of [
    [{}, 'auth_required'],
    [{ name: '' }, 'bad_name'],
    [{ name: 'x'.repeat(65) }, 'bad_name'],
    [{ name: 'a\nb' }, 'bad_name'],
    [{ name: 5 }, 'bad_request'],
    [{ token: 'nonsense' }, 'bad_token'],
  ]) {
    const client = new ChatClient(server.url, { options, auth });
    const error = await client.next('connect_error');
    assert.equal(error.message, code, JSON.stringify(auth).slice(0, 30));
    assert.equal(error.data.code, code);
    client.close();
  }
  const client = await connect('é'.repeat(64));
  const half = client.token.slice(0, -3) + (client.token.endsWith('AAA') ? 'BBB' : 'AAA');
  const forged = new ChatClient(server.url, { options, auth: { token: half } });
  assert.equal((await forged.next('connect_error')).message, 'bad_token');
  forged.close();
  client.close();
});
