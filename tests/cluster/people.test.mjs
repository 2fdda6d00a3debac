// What people see of each other, and of their own other devices, when they are on different nodes. Three nodes on real Kafka,
// Redis and PostgreSQL:  node tools/services.mjs run -- env SKAT_TEST_PROFILE=cluster-3 node --test tests/cluster/people.test.mjs
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChatClient, RefusedError } from '../support/client.mjs';
import { nodeCount } from '../support/profile.mjs';
import { Skat } from '../support/skat.mjs';

const kLeaseMs = 20_000; // a node's lease, and the time until somebody looks
const cluster = new Skat({ everywhere: true });
let nodes;

before(
  async () => {
    assert.equal(nodeCount, 3, 'SKAT_TEST_PROFILE=cluster-3');
    await cluster.start();
    nodes = [cluster, ...cluster.others];
    await settled();
  },
  { timeout: 90_000 },
);
after(async () => {
  close(...people);
  for (const node of nodes ?? []) if (node.running) node.child.kill('SIGKILL');
  cluster.clean();
});

const options = { transports: ['websocket'] };
const people = [];
const connect = (node, auth) => {
  people.push(new ChatClient(`http://127.0.0.1:${nodes[node].port}`, { auth, options }));
  return people.at(-1).ready();
};
const guest = (node, name) => connect(node, { name });
const secondDevice = (node, client) => connect(node, { token: client.token, new_device: true });
let rooms = 0;
const makeRoom = async (client) => (await client.request('room.create', { name: `room ${(rooms += 1)} of ${process.pid}` })).room;

// What a node has told while its partitions changed hands may be lost: it is a hint. So they are settled first.
async function settled() {
  const sum = async (name) => {
    let total = 0;
    for (const { port } of nodes) {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      total += Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)[1]);
    }
    return total;
  };
  const partitions = Number(cluster.env.KAFKA_PARTITIONS);
  let since;
  await eventually(async () => {
    const owned = (await sum('skat_partitions_owned')) === partitions && (await sum('skat_partitions_followed')) === 0;
    since = owned ? (since ?? Date.now()) : undefined;
    return owned && Date.now() - since > 2_000;
  }, 40_000, 'every partition has one owner');
}

// Everybody in one room, with its stream open.
async function meet(...clients) {
  const room = await makeRoom(clients[0]);
  for (const client of clients.slice(1)) await client.request('room.join', { room: room.id });
  for (const client of clients) await client.follow(room.id);
  return room.id;
}

async function seen(client, room) {
  const { people } = await client.request('presence.get', { room });
  return Object.fromEntries(people.map((person) => [person.user.name, person.text === undefined ? person.state : `${person.state}: ${person.text}`]));
}

async function eventually(probe, ms, what) {
  for (const end = Date.now() + ms; ; await sleep(50)) {
    if (await probe()) return;
    if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms`);
  }
}

const close = (...clients) => clients.forEach((client) => client.close());

test('a read marker that moves on one node moves on the same person\'s socket on another', async () => {
  const ada = await guest(0, 'Ada');
  const other = await secondDevice(1, ada);
  const bob = await guest(2, 'Bob');
  assert.equal(other.user.id, ada.user.id);
  const sent = await bob.request('message.send', { room: bob.welcome.lobby, text: 'read me' });
  const told = other.next('read.marked', ({ seq }) => seq === sent.seq, 2_000);
  await ada.request('read.mark', { room: ada.welcome.lobby, seq: sent.seq });
  assert.equal((await told).room, ada.welcome.lobby);
  close(ada, other, bob);
});

test('a room created, joined and left on one node comes and goes in the list on another', async () => {
  const ada = await guest(0, 'Ada');
  const other = await secondDevice(1, ada);
  const bob = await guest(2, 'Bob');
  const room = await makeRoom(bob);
  let told = other.next('room.joined', ({ id }) => id === room.id, 2_000);
  await ada.request('room.join', { room: room.id });
  assert.equal((await told).name, room.name);
  told = other.next('room.left', ({ room: left }) => left === room.id, 2_000);
  await ada.request('room.leave', { room: room.id });
  await told;
  told = ada.next('room.joined', () => true, 2_000);
  const made = await makeRoom(other);
  assert.equal((await told).id, made.id);
  close(ada, other, bob);
});

test('who types on one node is seen typing on another', async () => {
  const [ada, bob] = [await guest(0, 'Ada'), await guest(1, 'Bob')];
  const room = await meet(ada, bob);
  const told = bob.next('typing', ({ user }) => user.name === 'Ada', 2_000);
  await ada.request('typing', { room, on: true });
  assert.equal((await told).on, true);
  close(ada, bob);
});

test('people of all nodes see each other, how available they are, and who leaves', async () => {
  const [ada, bob, eve] = [await guest(0, 'Ada'), await guest(1, 'Bob'), await guest(2, 'Eve')];
  const room = await meet(ada, bob, eve);
  for (const client of [ada, bob, eve]) {
    await eventually(async () => Object.keys(await seen(client, room)).length === 3, 5_000, `${client.user.name} sees all`);
  }
  const told = eve.next('presence', ({ people }) => people.some(({ user, state }) => user.name === 'Ada' && state === 'dnd'), 3_000);
  await ada.request('presence.set', { state: 'dnd', text: 'In a meeting' });
  const news = await told;
  assert.equal(news.room, room);
  assert.deepEqual(await seen(bob, room), { Ada: 'dnd: In a meeting', Bob: 'active', Eve: 'active' });

  const other = await secondDevice(1, eve);
  await other.request('presence.set', { state: 'away' });
  await other.request('resume', { rooms: { [room]: null } });
  await eventually(async () => (await other.request('presence.get', { room })).online === 3, 5_000, 'two sockets are one person');
  assert.equal((await seen(bob, room)).Eve, 'active');
  close(eve);
  await eventually(async () => (await seen(ada, room)).Eve === 'away', 6_000, 'only the other device is left');
  const gone = ada.next('presence', ({ people }) => people.some(({ user, state }) => user.name === 'Eve' && state === 'offline'), 6_000);
  close(other);
  assert.equal((await gone).online, 2);
  assert.deepEqual(await seen(bob, room), { Ada: 'dnd: In a meeting', Bob: 'active' });
  close(ada, bob);
});

test('who has not opened a room does not see who is there', async () => {
  const ada = await guest(0, 'Ada');
  const room = await meet(ada);
  const eve = await guest(1, 'Eve');
  await assert.rejects(eve.request('presence.get', { room }), (error) => error instanceof RefusedError && error.code === 'no_stream');
  close(ada, eve);
});

test('a node that stops takes its people with it at once, one that is killed when its lease ends', { timeout: 90_000 }, async () => {
  const [ada, bob, eve] = [await guest(0, 'Ada'), await guest(1, 'Bob'), await guest(2, 'Eve')];
  const room = await meet(ada, bob, eve);
  await eventually(async () => Object.keys(await seen(ada, room)).length === 3, 5_000, 'all are there');
  // They do not come back elsewhere.
  for (const client of [bob, eve]) client.socket.io.reconnection(false);

  const stopped = nodes[1].exited;
  nodes[1].child.kill('SIGTERM');
  const asked = Date.now();
  await eventually(async () => !('Bob' in (await seen(ada, room))), 12_000, 'Bob is gone');
  await stopped;
  console.log(`    stopped: gone after ${Date.now() - asked} ms`);

  nodes[2].child.kill('SIGKILL');
  const killed = Date.now();
  await sleep(5_000);
  assert.equal((await seen(ada, room)).Eve, 'active', 'its lease holds');
  await eventually(async () => !('Eve' in (await seen(ada, room))), kLeaseMs - 5_000, 'Eve is gone');
  const took = Date.now() - killed;
  console.log(`    killed: gone after ${took} ms`);
  assert.ok(took <= kLeaseMs, `${took} ms`);
  assert.deepEqual(await seen(ada, room), { Ada: 'active' });
  close(ada, bob, eve);
});
