// Promises P1 to P6 against SIGKILL: senders that repeat, subscribers that resume, a server killed at random moments and
// started again, and the checker over everything that was seen. SKAT_KILLS, SKAT_ACKS and SKAT_SEED change the run.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHash } from 'node:crypto';
import { check } from './checker/checker.mjs';
import { generator } from './seeded.mjs';
import { ChatClient } from '../support/client.mjs';
import { outputFolder, Skat } from '../support/skat.mjs';

const kills = Number(process.env.SKAT_KILLS ?? 50);
const wantedAcks = Number(process.env.SKAT_ACKS ?? 20_000);
const seed = Number(process.env.SKAT_SEED ?? Date.now() % 1_000_000);

const now = () => Number(process.hrtime.bigint());
const hash = (text) => createHash('sha256').update(text).digest('hex').slice(0, 16);
// n counts per room, so the room belongs to the key.
const key = (room, user, device, n) => `${room}|${user}/${device}/${n}`;
const keyOf = (event) => (event.kind === 'message' ? key(event.room, event.sender, event.device, event.n) : null);
const hashOf = (event) => (event.kind === 'message' ? hash(event.body.text) : null);

// Sends up to `window` messages at a time into each room and repeats every one, with its n, until an answer is final.
class Sender {
  constructor(server, name, rooms, history, window, options) {
    Object.assign(this, { name, rooms, history, window });
    this.client = new ChatClient(server.url, { name, options });
    this.next = new Map(rooms.map((room) => [room, 1]));
    this.acked = 0;
    this.running = true;
  }

  async run() {
    await this.client.ready();
    const lanes = this.rooms.flatMap((room) => Array.from({ length: this.window }, () => this.lane(room)));
    await Promise.all(lanes);
  }

  async lane(room) {
    while (this.running) {
      const n = this.next.get(room);
      this.next.set(room, n + 1);
      await this.deliver(room, n);
    }
  }

  async deliver(room, n) {
    const text = `run/${this.name}/${room.slice(0, 4)}/${n}`;
    const k = key(room, this.client.user.id, this.client.device, n);
    this.history.push({ e: 'send', t: now(), p: this.name, k, room, h: hash(text) });
    for (let attempt = 0; ; attempt += 1) {
      while (!this.client.socket.connected) await sleep(5);
      try {
        const answer = await this.client.request('message.send', { room, n, text }, 6_000);
        this.history.push({ e: 'ack', t: now(), p: this.name, k, room, seq: answer.seq });
        this.acked += 1;
        return;
      } catch (error) {
        const final = error.retry === 'no';
        this.history.push({ e: final ? 'nack' : 'info', t: now(), p: this.name, k, code: error.code, final });
        if (final) throw error;
        await sleep(10);
      }
    }
  }
}

// Follows the rooms from their beginning and records what the application sees.
async function subscribe(server, name, rooms, history, options) {
  const client = await new ChatClient(server.url, { name, options }).ready();
  client.listeners.add((what, payload) => {
    if (what === 'event') {
      const { room, seq } = payload;
      history.push({ e: 'recv', t: now(), p: name, room, seq, k: keyOf(payload), h: hashOf(payload), level: 'app' });
    } else if (what === 'resync') {
      // So far behind that the room has to be loaded again: what lies in between is read by pages, not here.
      history.push({ e: 'resync', t: now(), p: name, room: payload.room, why: payload.reason });
      if (payload.reason !== 'resume') client.resume([payload.room]);
    }
  });
  for (const room of rooms) {
    if (room !== client.welcome.lobby) await client.request('room.join', { room, n: 1 });
    history.push({ e: 'sub', t: now(), p: name, room, from: 0 });
    await client.follow(room);
  }
  return client;
}

test(`nothing acked is lost, doubled or reordered by ${kills} kills`, { timeout: 14 * 60_000 }, async (context) => {
  const random = generator(seed);
  const folder = join(outputFolder, 'kill');
  mkdirSync(folder, { recursive: true });
  const history = [{ e: 'run', id: 'kill', seed, mode: 'embedded', nodes: 1 }];
  const server = new Skat({ log: join(folder, 'server.log') });
  await server.start();

  const founder = await new ChatClient(server.url, { name: 'founder' }).ready();
  const lobby = founder.welcome.lobby;
  const { room } = await founder.request('room.create', { name: `kill ${seed}` });
  const rooms = [lobby, room.id];

  const senders = [];
  const subscribers = [];
  // Whatever happens, nothing stays behind that keeps the runner waiting.
  context.after(async () => {
    for (const client of [...senders.map((sender) => sender.client), ...subscribers]) client.close();
    for (const sender of senders) sender.running = false;
    if (server.running) await server.kill();
    server.clean();
  });
  const transports = [{}, { transports: ['websocket'] }];
  for (let i = 0; i < 4; i += 1) {
    const sender = new Sender(server, `sender-${i}`, rooms, history, 1 + i * 3, transports[i % 2]);
    await sender.client.ready();
    await sender.client.request('room.join', { room: room.id, n: 1 });
    sender.next.set(room.id, 2);
    senders.push(sender);
  }
  for (let i = 0; i < 4; i += 1) {
    subscribers.push(await subscribe(server, `subscriber-${i}`, rooms, history, transports[i % 2]));
  }
  founder.close();

  const running = senders.map((sender) => sender.run());
  const acked = () => senders.reduce((sum, sender) => sum + sender.acked, 0);
  let done = 0;
  const failed = Promise.race(running.map((run) => run.then(() => new Promise(() => {}))));
  const schedule = (async () => {
    while (done < kills || acked() < wantedAcks) {
      await sleep(80 + random() * 700);
      if (done >= kills) continue;
      history.push({ e: 'proc', t: now(), node: 0, pid: server.child.pid, phase: 'kill' });
      await server.kill();
      await server.start();
      done += 1;
      if (done % 10 === 0) context.diagnostic(`${done} kills, ${acked()} acks`);
    }
  })();
  await Promise.race([schedule, failed]);

  for (const sender of senders) sender.running = false;
  await Promise.all(running);

  // Quiet: every subscriber reaches the heads.
  const reader = await new ChatClient(server.url, { name: 'reader' }).ready();
  await reader.request('room.join', { room: room.id });
  for (const id of rooms) {
    const events = await reader.history(id, 1 + Math.floor(random() * 100));
    history.push({
      e: 'hist', node: 0, room: id,
      items: events.map((event) => [event.seq, keyOf(event), hashOf(event)]),
    });
    await Promise.all(subscribers.map((client) => client.reached(id, events.at(-1).seq)));
  }
  const { verdict, found, acked: keys } = check(history, { minimumAcks: wantedAcks });
  writeFileSync(join(folder, 'history.jsonl'), history.map((entry) => JSON.stringify(entry)).join('\n'));
  for (const client of [...senders.map((sender) => sender.client), ...subscribers, reader]) client.close();
  context.diagnostic(`seed ${seed}: ${done} kills, ${keys} acked messages, verdict ${verdict}`);
  await server.stop();
  assert.deepEqual(found.slice(0, 10), [], `seed ${seed}`);
  assert.equal(verdict, 'valid', `seed ${seed}`);
});
