// Sender: lanes of messages into rooms, each lane with one message at a time; several lanes into one room are a pipeline.
// An open message is repeated with its key, here or on another node, until its answer is final; some are never repeated.
import { setTimeout as sleep } from 'node:timers/promises';
import { hash, keyOf } from '../recorder.mjs';
import { between } from '../seeded.mjs';
import { Person } from './person.mjs';

const kNeverRepeats = 0.1;
const kMoves = 0.3; // how often a failure makes it try another node

export class Sender extends Person {
  // lanes: [{room, pause}]: ms between an answer and the next message, on average.
  constructor({ lanes, run, heads, ...person }) {
    super(person);
    Object.assign(this, { lanes, run, heads });
    this.sent = 0;
    this.acked = 0;
    this.refused = 0;
    this.open = 0; // keys it will go on repeating
    this.sending = true;
  }

  start() {
    this.done = Promise.all(this.lanes.map((lane) => this.work(lane)));
    return this.done;
  }

  async work({ room, pause }) {
    await sleep(this.random() * pause);
    while (this.sending) {
      await this.deliver(room);
      if (pause > 0) await sleep(between(this.random, 0.5, 1.5) * pause);
    }
  }

  async until() {
    while (!this.live && !this.ended) await sleep(10);
  }

  async deliver(room) {
    await this.until();
    if (!this.sending) return;
    const n = this.take(room);
    const k = keyOf(room, this.user, this.device, n);
    const text = `${this.run}/${this.name}/${room.slice(0, 6)}/${n}/${'x'.repeat(Math.floor(this.random() * 200))}`;
    const once = this.random() < kNeverRepeats;
    const h = hash(text);
    this.sent += 1;
    if (!once) this.open += 1;
    for (let attempt = 0; !this.ended; attempt += 1) {
      const { c } = this;
      this.note({ e: 'send', c, k, room, h, try: attempt, ...(once && { once }) });
      const { answer, error, lost } = await this.request('message.send', { room, n, text });
      if (answer) {
        this.note({ e: 'ack', c, k, room, seq: answer.seq, epoch: answer.epoch });
        this.acked += 1;
        this.heads.set(room, Math.max(this.heads.get(room) ?? 0, answer.seq));
        break;
      }
      if (error?.retry === 'same' || lost) this.note({ e: 'info', k, why: lost ?? error.code });
      else this.note({ e: 'nack', k, code: error.code, final: error.retry === 'no' });
      if (error?.retry === 'no') {
        this.refused += 1;
        break;
      }
      if (once) return;
      // Alone on its connection it may go: what else is open here would be lost with it.
      if (this.lanes.length === 1 && this.live && this.random() < kMoves) this.move();
      await sleep(between(this.random, 20, 400));
      await this.until();
    }
    if (!once) this.open -= 1;
  }
}
