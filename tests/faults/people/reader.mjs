// Reader: asks one node for pages of history, again and again, and writes down what it got and when it had asked.
import { setTimeout as sleep } from 'node:timers/promises';
import { now, valueOf } from '../recorder.mjs';
import { pick } from '../seeded.mjs';
import { Person } from './person.mjs';

const kRecent = 150; // below the 200 newest that a node keeps in memory

export class Reader extends Person {
  // heads: room -> the newest number that anybody knows of; shared.
  constructor({ rooms, pause, heads = new Map(), ...person }) {
    super({ ...person, stays: true });
    Object.assign(this, { rooms, pause, heads });
    this.reads = 0;
    this.incomplete = 0;
  }

  // Only its own node: it is this node's history that it asks for.
  choose() {
    return this.home;
  }

  async work(running) {
    await this.ready();
    for (const room of this.rooms) await this.join(room);
    while (running()) {
      await sleep(this.pause * (0.5 + this.random()));
      if (this.live) await this.read(pick(this.random, this.rooms));
    }
  }

  async read(room) {
    const head = this.heads.get(room) ?? 0;
    const recent = this.random() < 0.7;
    const after = Math.max(0, recent ? head - Math.floor(this.random() * kRecent) : Math.floor(this.random() * head));
    const t0 = now();
    const limit = 1 + Math.floor(this.random() * 100);
    const { answer, error, lost } = await this.request('history.get', { room, after, limit });
    const status = answer ? (answer.complete ? 'complete' : 'incomplete') : (error?.code ?? lost);
    const items = answer?.events.map((event) => [event.seq, ...valueOf(event)]) ?? [];
    this.reads += 1;
    if (status !== 'complete') this.incomplete += 1;
    if (answer) this.heads.set(room, Math.max(this.heads.get(room) ?? 0, answer.head));
    this.note({ e: 'read', t0, node: this.node, room, after, items, more: answer?.more ?? false, status, epoch: answer?.epoch, ...(recent && head > 0 && { recent }) });
  }

  // The whole room, in pages of random size: [seq, k, h, epoch]. undefined: a page was incomplete or did not come.
  async history(room) {
    const items = [];
    let after = 0;
    for (;;) {
      const { answer } = await this.request('history.get', { room, after, limit: 1 + Math.floor(this.random() * 100) });
      if (!answer?.complete) return undefined;
      for (const event of answer.events) items.push([event.seq, ...valueOf(event), event.epoch]);
      if (!answer.more) return items;
      after = answer.events.at(-1).seq;
    }
  }

  // The room's head as this node knows it.
  async head(room) {
    const { answer } = await this.request('history.get', { room, limit: 1 });
    return answer?.complete ? answer.head : undefined;
  }
}
