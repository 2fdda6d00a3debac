// Person: one user with one device and one connection at a time, to any node. It keeps its token, and when its connection
// goes it tries the next node, as a client behind a load balancer would.
import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { pick } from '../seeded.mjs';

const kTransports = [undefined, ['websocket'], ['websocket'], ['polling']];

export class Person {
  // nodes: [{url, up}], shared with the run. stays: it goes back to its own node while that is up.
  constructor({ name, nodes, home = 0, stays = false, recorder, random }) {
    Object.assign(this, { name, nodes, home, stays, recorder, random });
    this.transports = pick(random, kTransports);
    this.connections = 0;
    this.numbers = new Map(); // room -> the next n
    this.ended = false;
  }

  get live() {
    return this.welcomed === true && this.socket.connected;
  }

  get c() {
    return `${this.name}#${this.connections}`;
  }

  note(entry) {
    return this.recorder.mark({ ...entry, p: this.name });
  }

  take(room) {
    const n = this.numbers.get(room) ?? 1;
    this.numbers.set(room, n + 1);
    return n;
  }

  connect(node = this.home) {
    if (this.ended) return;
    this.drop();
    this.node = node;
    this.connections += 1;
    const { url } = this.nodes[node];
    const socket = io(`${url}/chat`, {
      forceNew: true,
      reconnection: false,
      timeout: 10_000,
      ...(this.transports && { transports: this.transports }),
      auth: this.token ? { token: this.token } : { name: this.name },
    });
    this.socket = socket;
    const { c } = this;
    socket.on('welcome', (welcome) => {
      if (socket !== this.socket) return;
      this.welcome = welcome;
      this.token = welcome.token;
      this.user = welcome.user.id;
      this.device = welcome.device;
      this.welcomed = true;
      this.note({ e: 'conn', c, node });
      this.onWelcome?.();
    });
    for (const event of ['event', 'resync']) {
      socket.on(event, (payload) => socket === this.socket && this.onEvent?.(event, payload));
    }
    socket.on('disconnect', (reason) => socket === this.socket && this.lost(reason));
    socket.on('connect_error', (error) => socket === this.socket && this.lost(error.message));
  }

  lost(reason) {
    this.note({ e: 'disc', c: this.c, reason });
    this.welcomed = false;
    clearTimeout(this.again);
    this.again = setTimeout(() => this.connect(this.choose()), 100 + this.random() * 300);
  }

  choose() {
    if (this.stays && this.nodes[this.home].up) return this.home;
    return Math.floor(this.random() * this.nodes.length);
  }

  // To another node, without a word to the old one.
  move(node = this.choose()) {
    if (this.socket?.connected) this.note({ e: 'disc', c: this.c, reason: 'moves' });
    this.connect(node);
  }

  // Away for a while.
  async pause(ms) {
    this.note({ e: 'disc', c: this.c, reason: 'pause' });
    this.drop();
    await sleep(ms);
    this.connect(this.choose());
  }

  drop() {
    clearTimeout(this.again);
    this.welcomed = false;
    const socket = this.socket;
    this.socket = undefined;
    socket?.removeAllListeners();
    socket?.disconnect();
  }

  end() {
    this.ended = true;
    this.drop();
  }

  async ready(ms = 30_000) {
    const end = Date.now() + ms;
    while (!this.live) {
      if (this.ended) throw new Error(`${this.name} has ended`);
      if (Date.now() > end) throw new Error(`${this.name}: no welcome for ${ms} ms`);
      await sleep(5);
    }
    return this;
  }

  // {answer}, {error} of the server, or {lost: 'timeout' | 'disc'}.
  async request(event, payload, ms = 8_000) {
    const socket = this.socket;
    if (!socket?.connected) return { lost: 'disc' };
    try {
      const answer = await socket.timeout(ms).emitWithAck(event, payload);
      return answer.error ? { error: answer.error } : { answer };
    } catch (error) {
      return { lost: /timed out/.test(error.message) ? 'timeout' : 'disc' };
    }
  }

  // Until it succeeds, on whatever node; for what a run needs to begin. accepts: codes that are as good.
  async insist(event, payload, { accepts = [], ms = 180_000 } = {}) {
    const end = Date.now() + ms;
    for (;;) {
      await this.ready(ms);
      const { answer, error, lost } = await this.request(event, payload);
      if (answer || accepts.includes(error?.code)) return answer;
      if (error?.retry === 'no' || Date.now() > end) {
        throw new Error(`${this.name}: ${event}: ${error ? `${error.code}: ${error.message}` : lost}`);
      }
      await sleep(50);
    }
  }

  async join(room) {
    return this.insist('room.join', { room, n: this.take(room) }, { accepts: ['already_a_member'] });
  }
}
