// Subscriber: follows rooms as a careful client does: drops what it has, fills holes by resume, loads pages after a resync,
// and gives its application every number once and in order.
import { setTimeout as sleep } from 'node:timers/promises';
import { valueOf } from '../recorder.mjs';
import { between, pick } from '../seeded.mjs';
import { Person } from './person.mjs';

export class Subscriber extends Person {
  // steady: it stays where it is, so that its delays are the server's.
  constructor({ rooms, steady = false, ...person }) {
    super({ ...person, stays: steady });
    this.steady = steady;
    this.rooms = new Map(rooms.map((room) => [room, { last: 0, epoch: undefined, following: false, loading: false }]));
    this.holes = 0;
    this.resyncs = 0;
    this.seen = 0;
  }

  async begin() {
    await this.ready();
    for (const [room, state] of this.rooms) state.epoch = (await this.join(room))?.epoch;
    for (const room of this.rooms.keys()) this.follow(room);
  }

  follow(room) {
    const state = this.rooms.get(room);
    state.following = true;
    this.resume([room]);
  }

  onWelcome() {
    for (const { id, epoch } of this.welcome.rooms) {
      const state = this.rooms.get(id);
      if (state) state.epoch ??= epoch;
    }
    const rooms = [...this.rooms].filter(([, { following }]) => following).map(([room]) => room);
    if (rooms.length > 0) this.resume(rooms);
  }

  onEvent(what, payload) {
    const state = this.rooms.get(payload.room);
    if (what === 'resync') {
      if (state?.following) this.load(payload.room, payload.reason);
      return;
    }
    if (!state?.following) {
      this.see(payload, 'live', 'wire');
      return;
    }
    if (state.epoch !== undefined && payload.epoch !== state.epoch) {
      if (!state.loading) this.load(payload.room, 'epoch');
      return;
    }
    if (payload.seq <= state.last) return;
    if (payload.seq === state.last + 1) this.deliver(payload, state, 'live');
    else if (!state.loading && !state.asking) {
      this.holes += 1;
      this.note({ e: 'hole', room: payload.room, from: state.last, to: payload.seq });
      this.resume([payload.room]);
    }
  }

  deliver(event, state, via) {
    state.last = event.seq;
    state.epoch = event.epoch;
    this.seen += 1;
    this.see(event, via, 'app');
  }

  see(event, via, level) {
    const [k, h] = valueOf(event);
    const { room, seq, epoch } = event;
    this.note({ e: 'recv', room, seq, k, h, epoch, via, level });
  }

  async resume(rooms) {
    const { c } = this;
    const cursors = {};
    for (const room of rooms) {
      const state = this.rooms.get(room);
      state.asking = true;
      cursors[room] = state.epoch ? { epoch: state.epoch, seq: state.last } : null;
      this.note({ e: 'sub', c, room, from: state.last, ...(this.steady && { steady: true }) });
    }
    const { answer, error } = await this.request('resume', { rooms: cursors });
    if (c !== this.c) return; // the next welcome has resumed again
    for (const room of rooms) {
      const state = this.rooms.get(room);
      state.asking = false;
      const outcome = answer?.rooms[room];
      if (!outcome || outcome.error) this.later([room], outcome?.error ?? error);
      else if (outcome.resync) this.load(room, 'resume');
      else if (cursors[room] === null) {
        state.epoch = outcome.epoch; // known only now: what it wants is everything
        this.later([room]);
      }
    }
  }

  async later(rooms, error) {
    if (error?.retry === 'no' && error.code !== 'not_a_member') this.note({ e: 'refused', room: rooms[0], code: error.code });
    const { c } = this;
    await sleep(between(this.random, 50, 200));
    const still = rooms.filter((room) => this.rooms.get(room).following);
    if (c === this.c && this.live && still.length > 0) this.resume(still);
  }

  // The application's copy goes on behind what it has, by pages; then the stream.
  async load(room, why) {
    const state = this.rooms.get(room);
    if (state.loading) return;
    state.loading = true;
    this.resyncs += 1;
    this.note({ e: 'resync', room, why });
    while (state.following && !this.ended) {
      await sleep(20);
      if (!this.live) continue;
      const limit = 1 + Math.floor(this.random() * 100);
      const { answer } = await this.request('history.get', { room, after: state.last, limit });
      if (!answer?.complete) {
        await sleep(100);
        continue;
      }
      for (const event of answer.events) {
        if (event.seq === state.last + 1) this.deliver(event, state, 'page');
      }
      state.epoch = answer.epoch;
      if (!answer.more) break;
    }
    state.loading = false;
    if (state.following && this.live) this.resume([room]);
  }

  async leave(room) {
    const state = this.rooms.get(room);
    this.note({ e: 'leave', room, phase: 'req' });
    await this.insist('room.leave', { room, n: this.take(room) }, { accepts: ['not_a_member'] });
    state.following = false;
    this.note({ e: 'leave', room, phase: 'ack' });
  }

  reached(room, seq) {
    return this.rooms.get(room).last >= seq;
  }
}

// What they do while the load runs; each ends when `running()` says so.
export const habits = {
  async steady() {},

  async flapping(person, running) {
    while (running()) {
      await sleep(between(person.random, 500, 3_000));
      if (running()) await person.pause(between(person.random, 0, 1_000));
    }
  },

  // Reads nothing for a while, though its connection stands.
  async slow(person, running) {
    person.transports = ['websocket'];
    person.move(person.node);
    while (running()) {
      await sleep(between(person.random, 1_000, 3_000));
      const link = person.socket?.io.engine?.transport.ws;
      link?.pause();
      await sleep(between(person.random, 500, 2_500));
      link?.resume();
    }
  },

  async moving(person, running) {
    while (running()) {
      await sleep(between(person.random, 1_500, 5_000));
      if (running()) person.move();
    }
  },

  async leaving(person, running) {
    while (running()) {
      await sleep(between(person.random, 2_000, 5_000));
      if (!running()) return;
      const room = pick(person.random, [...person.rooms.keys()]);
      await person.leave(room);
      await sleep(between(person.random, 200, 1_500));
      await person.join(room);
      person.follow(room);
    }
  },
};
