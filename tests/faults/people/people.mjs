// Everybody of a run: who sends into which rooms, who follows which, and how they behave.
import { setTimeout as sleep } from 'node:timers/promises';
import { generator } from '../seeded.mjs';
import { Person } from './person.mjs';
import { Reader } from './reader.mjs';
import { Sender } from './sender.mjs';
import { habits, Subscriber } from './subscriber.mjs';

const kBusyRooms = 5;
const kQuietRooms = 16;
const kClosedLoops = 5;
const kPipelines = 3;
const kDepth = 6; // messages of a pipeline that are open at a time
const kAnswer = 15; // ms an answer takes, more or less: for the pauses
const kQuietPause = 6_000;

export class People {
  // Connects everybody, makes the rooms, lets all join.
  static async gather(run) {
    const people = Object.assign(new People(), { run, moving: true, lateCame: false });
    const { nodes } = run.cluster;
    const common = (name, index) => ({
      name,
      nodes,
      home: index % nodes.length,
      recorder: run.recorder,
      random: generator(Math.floor(run.random() * 2 ** 31)),
    });
    people.founder = new Person(common('founder', 0));
    people.founder.connect();
    await people.makeRooms();
    const { busy, quiet, rooms } = people;

    const lanes = kClosedLoops + kPipelines * kDepth;
    const pause = Math.max(0, (lanes * 1_000) / run.rate - kAnswer);
    const heads = new Map();
    people.senders = [];
    const sender = (name, lanes_) =>
      people.senders.push(new Sender({ ...common(name, people.senders.length), lanes: lanes_, heads, run: `${run.row.name}-${run.seed}` }));
    for (let i = 0; i < kClosedLoops; i += 1) sender(`closed-${i}`, [{ room: busy[i % busy.length], pause }]);
    for (let i = 0; i < kPipelines; i += 1) {
      sender(`pipeline-${i}`, Array.from({ length: kDepth }, () => ({ room: busy[i % busy.length], pause })));
    }
    for (let i = 0; i < 2; i += 1) {
      sender(`quiet-${i}`, quiet.filter((_, index) => index % 2 === i).map((room) => ({ room, pause: kQuietPause })));
    }

    people.subscribers = [];
    const subscriber = (habit, i, rooms_) => {
      const each = new Subscriber({ ...common(`${habit}-${i}`, people.subscribers.length + 1), rooms: rooms_, steady: habit === 'steady' });
      each.habit = habit;
      people.subscribers.push(each);
    };
    for (let i = 0; i < 2; i += 1) subscriber('steady', i, rooms);
    for (let i = 0; i < 2; i += 1) subscriber('flapping', i, rooms.filter((_, index) => index % 2 === i));
    subscriber('slow', 0, busy);
    for (let i = 0; i < 2; i += 1) subscriber('moving', i, rooms.filter((_, index) => index % 3 !== i));
    subscriber('leaving', 0, [...busy.slice(0, 2), ...quiet.slice(0, 3)]);
    subscriber('late', 0, busy);
    subscriber('late', 1, rooms.filter((_, index) => index % 4 === 0));

    people.readers = nodes.map((_, index) => new Reader({ ...common(`reader-${index}`, index), rooms, heads, pause: 250 }));
    await people.enter();
    return people;
  }

  async makeRooms() {
    const { founder, run } = this;
    const name = (kind, i) => `${kind} ${i} of ${run.row.name} ${run.seed}`;
    const make = async (kind, i) => (await founder.insist('room.create', { name: name(kind, i), access: 'open' })).room.id;
    this.busy = [];
    this.quiet = [];
    for (let i = 0; i < kBusyRooms; i += 1) this.busy.push(await make('busy', i));
    for (let i = 0; i < kQuietRooms; i += 1) this.quiet.push(await make('quiet', i));
    this.rooms = [...this.busy, ...this.quiet];
  }

  async enter() {
    const present = this.subscribers.filter(({ habit }) => habit !== 'late');
    for (const person of [...this.senders, ...present, ...this.readers]) person.connect();
    await Promise.all(
      this.senders.map(async (sender) => {
        await sender.ready();
        for (const room of new Set(sender.lanes.map((lane) => lane.room))) await sender.join(room);
      }),
    );
    await Promise.all(present.map((subscriber) => subscriber.begin()));
  }

  start() {
    this.watchFor(Promise.all(this.senders.map((sender) => sender.start())));
    const running = () => this.moving;
    for (const subscriber of this.subscribers) {
      if (subscriber.habit !== 'late') this.watchFor(habits[subscriber.habit](subscriber, running));
    }
    this.watchFor(Promise.all(this.readers.map((reader) => reader.work(running))));
  }

  startLate() {
    if (this.lateCame) return;
    this.lateCame = true;
    for (const subscriber of this.subscribers.filter(({ habit }) => habit === 'late')) {
      subscriber.connect();
      this.watchFor(subscriber.begin());
    }
  }

  // A person whose program ends is an error of the run.
  watchFor(work) {
    work.catch((error) => this.run.expect('everybody goes on', false, error.message));
  }

  stopSending() {
    for (const sender of this.senders) sender.sending = false;
  }

  stopMoving() {
    this.moving = false;
  }

  sum(of, what) {
    return of.reduce((sum, each) => sum + each[what], 0);
  }

  get acked() {
    return this.sum(this.senders, 'acked');
  }
  get sent() {
    return this.sum(this.senders, 'sent');
  }
  get open() {
    return this.sum(this.senders, 'open');
  }

  async reachHeads(reader, limit) {
    const end = Date.now() + limit;
    for (const room of this.rooms) {
      let head;
      while ((head = await reader.head(room)) === undefined && Date.now() < end) await sleep(100);
      for (const subscriber of this.subscribers) {
        const state = subscriber.rooms.get(room);
        if (!state?.following) continue;
        while (state.last < head && Date.now() < end) await sleep(20);
      }
    }
  }

  summary() {
    const { senders, subscribers, readers } = this;
    return (
      `sent ${this.sent}, acked ${this.acked}, open ${this.open}, refused ${this.sum(senders, 'refused')}; ` +
      `seen ${this.sum(subscribers, 'seen')}, holes ${this.sum(subscribers, 'holes')}, resyncs ${this.sum(subscribers, 'resyncs')}; ` +
      `reads ${this.sum(readers, 'reads')} (${this.sum(readers, 'incomplete')} not complete)`
    );
  }

  end() {
    for (const person of [this.founder, ...(this.senders ?? []), ...(this.subscribers ?? []), ...(this.readers ?? [])]) person.end();
  }
}
