// A chat client for tests: connects to /chat with the real socket.io-client, keeps its identity over reconnects, follows
// rooms as protocol/events.md says (drop what it has, resume from its cursors) and repeats unanswered requests with their n.
import { setTimeout as sleep } from 'node:timers/promises';
import { io as ioCurrent } from 'socket.io-client';

export function within(promise, ms, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing for ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export class RefusedError extends Error {
  constructor(event, error) {
    super(`${event}: ${error.code}: ${error.message}`);
    Object.assign(this, error);
  }
}

export class ChatClient {
  constructor(url, { name = 'tester', io = ioCurrent, options = {}, auth } = {}) {
    this.auth = auth ?? { name };
    this.rooms = new Map(); // room -> {epoch, seq, events: []}
    this.infos = new Map(); // room -> the RoomInfo last seen
    this.listeners = new Set();
    this.socket = io(`${url}/chat`, {
      reconnectionDelay: 50,
      reconnectionDelayMax: 200,
      forceNew: true,
      auth: (give) => give(this.token ? { token: this.token } : this.auth),
      ...options,
    });
    this.socket.on('welcome', (welcome) => {
      this.welcome = welcome;
      this.token = welcome.token;
      this.user = welcome.user;
      this.device = welcome.device;
      for (const info of welcome.rooms) this.infos.set(info.id, info);
      this.tell('welcome', welcome);
      if (this.rooms.size > 0) this.resume();
    });
    this.socket.on('event', (event) => this.take(event));
    this.socket.on('resync', (payload) => this.tell('resync', payload));
    for (const name of ['typing', 'presence', 'room.joined', 'room.left', 'read.marked']) {
      this.socket.on(name, (payload) => this.tell(name, payload));
    }
    this.socket.on('connect_error', (error) => this.tell('connect_error', error));
    this.socket.on('disconnect', (reason) => this.tell('disconnect', reason));
  }

  tell(what, payload) {
    for (const listener of this.listeners) listener(what, payload);
  }

  // The next (what, payload) for which `matches` holds.
  next(what, matches = () => true, ms = 10_000) {
    return within(
      new Promise((resolve) => {
        const listener = (name, payload) => {
          if (name !== what || !matches(payload)) return;
          this.listeners.delete(listener);
          resolve(payload);
        };
        this.listeners.add(listener);
      }),
      ms,
      what,
    );
  }

  async ready(ms = 10_000) {
    if (!this.welcome) await this.next('welcome', undefined, ms);
    return this;
  }

  take(event) {
    const room = this.rooms.get(event.room);
    this.tell('wire', event);
    if (!room) return;
    if (room.epoch !== undefined && event.epoch !== room.epoch) return;
    if (event.seq <= room.seq) return;
    if (room.seq !== undefined && event.seq !== room.seq + 1) {
      this.tell('hole', { room: event.room, from: room.seq, to: event.seq });
      this.resume([event.room]);
      return;
    }
    room.seq = event.seq;
    room.epoch = event.epoch;
    room.events.push(event);
    this.tell('event', event);
  }

  // One request; rejects with RefusedError, or with a time-out.
  async request(event, payload, ms = 10_000) {
    const answer = await this.socket.timeout(ms).emitWithAck(event, payload);
    if (answer.error) throw new RefusedError(event, answer.error);
    if (answer.room?.id) this.infos.set(answer.room.id, answer.room);
    return answer;
  }

  // From the beginning of the room: an own seq of 0 asks for everything.
  async follow(room, { fromStart = true } = {}) {
    this.rooms.set(room, { epoch: this.infos.get(room).epoch, seq: fromStart ? 0 : undefined, events: [] });
    return this.resume([room]);
  }

  async resume(rooms = [...this.rooms.keys()]) {
    const cursors = {};
    for (const id of rooms) {
      const { epoch, seq } = this.rooms.get(id);
      cursors[id] = seq === undefined ? null : { epoch, seq };
    }
    let answer;
    try {
      answer = await this.request('resume', { rooms: cursors });
    } catch (error) {
      // Connection gone: the next welcome resumes again. A refusal of the server is worth another try later.
      if (this.socket.connected) setTimeout(() => this.socket.connected && this.resume(rooms), 100);
      return undefined;
    }
    for (const [id, state] of Object.entries(answer.rooms)) {
      const room = this.rooms.get(id);
      if (state.error) {
        this.tell('resume_refused', { room: id, error: state.error });
        if (state.error.retry !== 'no') setTimeout(() => this.socket.connected && this.resume([id]), 100);
      } else if (state.resync) {
        // The stream goes on from the head; what lies before it is read by pages.
        const known = room.epoch === state.epoch ? (room.seq ?? 0) : 0;
        Object.assign(room, { epoch: state.epoch, seq: Math.max(known, state.seq) });
        this.tell('resync', { room: id, reason: 'resume' });
      } else if (room.seq === undefined) {
        Object.assign(room, { epoch: state.epoch, seq: state.seq });
      }
    }
    return answer;
  }

  // Until the room's event `seq` is there.
  async reached(room, seq, ms = 20_000) {
    // By an event, or by a resume that began at the head.
    for (const end = Date.now() + ms; !((this.rooms.get(room)?.seq ?? 0) >= seq); await sleep(10)) {
      if (Date.now() > end) throw new Error(`event ${seq} of ${room}: nothing for ${ms} ms`);
    }
  }

  // Every event of the room by history.get, in pages of `limit` messages.
  async history(room, limit = 100) {
    const events = [];
    let after = 0;
    for (;;) {
      const page = await this.request('history.get', { room, after, limit });
      if (!page.complete) throw new Error('an incomplete page');
      events.push(...page.events);
      if (page.events.length > 0) after = page.events.at(-1).seq;
      if (!page.more) return events;
    }
  }

  close() {
    this.socket.disconnect();
  }
}
