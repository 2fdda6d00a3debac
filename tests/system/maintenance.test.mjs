// skat verify, rebuild and log adopt on data that a real run left behind, in the embedded profile.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { ChatClient } from '../support/client.mjs';
import { binary, freePort, Skat, temporaryFolder, withSkat } from '../support/skat.mjs';

const skat = (args, env = {}) =>
  spawnSync(binary, args, { encoding: 'utf8', timeout: 60_000, env: { ...process.env, ...env } });
const verify = (data, ...more) => skat(['verify', '--data', data, ...more]);
const hashOf = (output, word = 'store') => new RegExp(`^${word} .*hash ([0-9a-f]{32})$`, 'm').exec(output)[1];

function sql(file, statement, ...parameters) {
  const database = new DatabaseSync(file);
  try {
    const prepared = database.prepare(statement);
    return /^select/i.test(statement) ? prepared.all(...parameters) : prepared.run(...parameters).changes;
  } finally {
    database.close();
  }
}

function removeDatabase(file) {
  for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
}

// A run with two rooms, repeats and a leave; stopped in order, or killed.
async function makeData({ messages = 40, kill = false } = {}) {
  const data = temporaryFolder();
  const server = await new Skat({ data }).start();
  const ada = await new ChatClient(server.url, { name: 'Ada' }).ready();
  const bob = await new ChatClient(server.url, { name: 'Bob' }).ready();
  const { room } = await ada.request('room.create', { name: 'tea' });
  await bob.request('room.join', { room: room.id, n: 1 });
  for (let n = 2; n < messages; n += 1) {
    const target = n % 2 ? room.id : ada.welcome.lobby;
    await bob.request('message.send', { room: target, n, text: `hello ${n}` });
    if (n % 7 === 0) await bob.request('message.send', { room: target, n, text: `hello ${n}` });
  }
  await bob.request('room.leave', { room: room.id, n: messages });
  const cursor = { room: room.id, epoch: ada.infos.get(room.id).epoch };
  const { token } = ada;
  ada.close();
  bob.close();
  if (kill) await server.kill();
  else await server.stop();
  return { data, room: room.id, cursor, token };
}

const clean = (data) => rmSync(data, { recursive: true, force: true });
const failure = (run) => `${run.stdout}\n${run.stderr}`;

test('verify agrees with what a run left, and prints a hash a room', async () => {
  const { data, room } = await makeData();
  const run = verify(data, '--rooms');
  assert.equal(run.status, 0, failure(run));
  assert.match(run.stdout, /^verify: log, store and fold agree$/m);
  assert.match(run.stdout, new RegExp(`^room ${room} seq \\d+ hash [0-9a-f]{32}$`, 'm'));
  assert.match(run.stdout, /^compared +\d+ events/m);
  assert.equal(hashOf(verify(data).stdout), hashOf(run.stdout));
  clean(data);
});

test('verify agrees with what a killed run left', async () => {
  const { data } = await makeData({ kill: true });
  const run = verify(data);
  assert.equal(run.status, 0, failure(run));
  clean(data);
});

test('one byte of one stored event changed: verify names it, rebuild mends it', async () => {
  const { data, room } = await makeData();
  const store = join(data, 'store.sqlite');
  const good = hashOf(verify(data).stdout);
  const changed = sql(store, "UPDATE events SET body = replace(body, 'hello 7', 'hellO 7') WHERE body LIKE '%hello 7\"%'");
  assert.equal(changed, 1);
  const [{ seq }] = sql(store, "SELECT seq FROM events WHERE body LIKE '%hellO 7\"%'");
  const run = verify(data);
  assert.equal(run.status, 1, failure(run));
  assert.match(run.stdout, new RegExp(`^disagreement: room ${room}: event ${seq} is not what the log makes of it: stored with another body$`, 'm'));
  assert.match(run.stdout, /^verify: 1 disagreements$/m);

  const rebuilt = skat(['rebuild', '--yes', '--data', data]);
  assert.equal(rebuilt.status, 0, failure(rebuilt));
  assert.notEqual(hashOf(rebuilt.stdout, 'before'), good);
  assert.equal(hashOf(rebuilt.stdout, 'after'), good);
  assert.equal(verify(data).status, 0);
  clean(data);
});

test('rebuild makes the same store, and a node goes on with it', async () => {
  const { data, token, room } = await makeData();
  const before = hashOf(verify(data).stdout);
  const asked = skat(['rebuild', '--data', data]);
  assert.equal(asked.status, 2);
  assert.match(asked.stderr, /--yes/);
  const run = skat(['rebuild', '--yes', '--data', data]);
  assert.equal(run.status, 0, failure(run));
  assert.equal(hashOf(run.stdout, 'before'), before);
  assert.equal(hashOf(run.stdout, 'after'), before);
  assert.match(run.stderr, /folding the log into the store .*100 %/);
  const server = await new Skat({ data }).start();
  const ada = await new ChatClient(server.url, { auth: { token } }).ready();
  assert.equal(ada.user.name, 'Ada');
  const history = await ada.history(room);
  assert.equal(history.filter((event) => event.kind === 'message').length, 19);
  ada.close();
  await server.stop();
  assert.equal(verify(data).status, 0);
  clean(data);
});

test('a rebuild that is killed goes on, and ends with the same hash', async () => {
  const { data } = await makeData();
  const good = hashOf(verify(data).stdout);
  const killed = skat(['rebuild', '--yes', '--data', data], { SKAT_FAILPOINT: 'rebuild.after_batch:kill:1' });
  assert.equal(killed.signal, 'SIGKILL', failure(killed));
  const run = skat(['rebuild', '--yes', '--data', data]);
  assert.equal(run.status, 0, failure(run));
  assert.match(run.stdout, /went on with a rebuild that was interrupted/);
  assert.equal(hashOf(run.stdout, 'before'), good);
  assert.equal(hashOf(run.stdout, 'after'), good);
  assert.equal(verify(data).status, 0);
  clean(data);
});

test('a node that starts on an interrupted rebuild finishes it', async () => {
  const { data } = await makeData();
  const good = hashOf(verify(data).stdout);
  skat(['rebuild', '--yes', '--data', data], { SKAT_FAILPOINT: 'rebuild.after_batch:kill:1' });
  const server = await new Skat({ data }).start();
  await server.stop();
  const run = verify(data);
  assert.equal(run.status, 0, failure(run));
  assert.equal(hashOf(run.stdout), good);
  clean(data);
});

test('while a node runs, verify, rebuild and adopt refuse and name it', async () => {
  await withSkat({}, async (server) => {
    for (const command of [['verify'], ['rebuild', '--yes'], ['log', 'adopt', '--yes']]) {
      const run = skat([...command, '--data', server.data]);
      assert.equal(run.status, 2, failure(run));
      assert.match(run.stderr, new RegExp(`in use by process ${server.child.pid}`));
    }
  });
});

test('where there is no data, nothing is made and one sentence says so', () => {
  const data = join(temporaryFolder(), 'none');
  for (const command of [['verify'], ['rebuild', '--yes'], ['log', 'adopt'], ['dead-letter', 'list']]) {
    const run = skat([...command, '--data', data]);
    assert.equal(run.status, 2, failure(run));
    assert.match(run.stderr, /there is no (store|log)/);
    assert.equal(existsSync(data), false);
  }
});

test('dead letters are listed on one line each', async () => {
  const { data, room } = await makeData();
  sql(join(data, 'store.sqlite'), 'INSERT INTO dead_letters VALUES (0, 5, ?, ?, ?)', Buffer.from(room), Buffer.from('{no\nrecord\xff', 'latin1'), 'the bytes are no record');
  const run = skat(['dead-letter', 'list', '--data', data]);
  assert.equal(run.status, 0, failure(run));
  assert.match(run.stdout, new RegExp(`^0:5 the bytes are no record key ${room} value \\{no\\\\x0arecord\\\\xff$`, 'm'));
  assert.match(run.stdout, /^1 dead letters$/m);
  clean(data);
});

// ---- A log that is not, or no longer, the store's own -----------------------------------------------------------------

async function refusesToServe(data) {
  const port = await freePort();
  const run = skat(['serve', '--listen', `127.0.0.1:${port}`, '--data', data]);
  assert.equal(run.status, 2, failure(run));
  assert.match(run.stderr, /`skat log adopt`/);
}

async function adopt(data, consequence) {
  const asked = skat(['log', 'adopt', '--data', data]);
  assert.equal(asked.status, 1, failure(asked));
  assert.match(asked.stdout, consequence);
  assert.match(asked.stdout, /say --yes/);
  await refusesToServe(data);
  const run = skat(['log', 'adopt', '--yes', '--data', data]);
  assert.equal(run.status, 0, failure(run));
  assert.match(run.stdout, /^adopted: 1 partitions go on in a new epoch$/m);
  const again = skat(['log', 'adopt', '--yes', '--data', data]);
  assert.equal(again.status, 1, failure(again));
  assert.match(again.stderr, /nothing to adopt/);
}

// The old cursor gets resync, the history is whole and of one epoch, and what is said next has the next number.
async function goesOn(data, { room, cursor, token }, head) {
  const server = await new Skat({ data }).start();
  const ada = await new ChatClient(server.url, { auth: { token } }).ready();
  const { epoch } = ada.infos.get(room);
  assert.notEqual(epoch, cursor.epoch);
  const resumed = await ada.request('resume', { rooms: { [room]: { epoch: cursor.epoch, seq: head } } });
  assert.equal(resumed.rooms[room].resync, true);
  const history = await ada.history(room);
  assert.deepEqual(history.map((event) => event.seq), Array.from({ length: head }, (_, i) => i + 1));
  assert.deepEqual([...new Set(history.map((event) => event.epoch))], [epoch]);
  await ada.follow(room);
  assert.equal(ada.rooms.get(room).seq, head);
  const { seq } = await ada.request('message.send', { room, n: 900, text: 'afterwards' });
  assert.equal(seq, head + 1);
  await ada.reached(room, seq);
  ada.close();
  await server.stop();
  const run = verify(data);
  assert.equal(run.status, 0, failure(run));
}

const headOf = (data, room) => sql(join(data, 'store.sqlite'), 'SELECT max(seq) AS head FROM events WHERE room = ?', Buffer.from(room, 'hex'))[0].head;

test('a lost log: serve refuses, adopt goes on from the stored heads in a new epoch', async () => {
  const made = await makeData();
  removeDatabase(join(made.data, 'log.sqlite'));
  await adopt(made.data, /is given up at offset \d+: what was acknowledged behind it and not archived is lost/);
  await goesOn(made.data, made, headOf(made.data, made.room));
  const run = skat(['rebuild', '--yes', '--data', made.data]);
  assert.equal(run.status, 1, failure(run));
  assert.match(run.stderr, /earlier epoch/);
  clean(made.data);
});

test('a log replaced by another: serve refuses, adopt takes its records as new', async () => {
  const made = await makeData();
  const other = await makeData({ messages: 10 });
  removeDatabase(join(made.data, 'log.sqlite'));
  copyFileSync(join(other.data, 'log.sqlite'), join(made.data, 'log.sqlite'));
  await adopt(made.data, /has \d+ records already, from offset \d+ on: they are taken as new/);
  await goesOn(made.data, made, headOf(made.data, made.room));
  clean(made.data);
  clean(other.data);
});

test("yesterday's copy of the log: serve refuses, adopt goes on at its end", async () => {
  const made = await makeData();
  const log = join(made.data, 'log.sqlite');
  const copy = join(made.data, 'yesterday');
  copyFileSync(log, copy);
  const server = await new Skat({ data: made.data }).start();
  const ada = await new ChatClient(server.url, { auth: { token: made.token } }).ready();
  await ada.request('message.send', { room: made.room, n: 800, text: 'after the copy' });
  ada.close();
  await server.stop();
  removeDatabase(log);
  copyFileSync(copy, log);
  await adopt(made.data, /the log ends at offset \d+, the store had come to \d+/);
  await goesOn(made.data, made, headOf(made.data, made.room));
  clean(made.data);
});

test('a log cut at its beginning behind what was archived: serve refuses, adopt goes on behind the hole', async () => {
  const made = await makeData();
  const store = join(made.data, 'store.sqlite');
  const log = join(made.data, 'log.sqlite');
  const [{ next }] = sql(log, 'SELECT next_offset AS next FROM log_partitions');
  sql(log, 'UPDATE log_partitions SET next_offset = next_offset + 5');
  sql(log, 'INSERT INTO log_entries SELECT partition, ?, append_time, key, value FROM log_entries WHERE offset = 1', next + 4);
  sql(log, 'DELETE FROM log_entries WHERE offset < ?', next + 4);
  assert.equal(sql(store, 'SELECT next_offset AS next FROM log_progress')[0].next, next);
  await adopt(made.data, /are gone from the log and were not archived/);
  await goesOn(made.data, made, headOf(made.data, made.room));
  clean(made.data);
});
