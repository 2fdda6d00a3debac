// Raw clients of Engine.IO: polling by fetch, WebSocket by ws. They send what the test says and add nothing: no pong, no close.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { WebSocket } from 'ws';
import { within } from '../support/client.mjs';

export const RS = '\x1e';
const patience = 5_000; // ms for what is due at once, on a busy machine

export const errors = {
  transport: '{"code":0,"message":"Transport unknown"}',
  sid: '{"code":1,"message":"Session ID unknown"}',
  method: '{"code":2,"message":"Bad handshake method"}',
  bad: '{"code":3,"message":"Bad request"}',
  version: '{"code":5,"message":"Unsupported protocol version"}',
};

// One request: {status, headers, body}, or {status: 0} when the connection broke.
export async function ask(url, options) {
  try {
    const answer = await fetch(url, options);
    return { status: answer.status, headers: answer.headers, body: await answer.text() };
  } catch (error) {
    if (options?.signal?.aborted) throw error;
    return { status: 0 };
  }
}

// What one end receives: an array to take from in order, by await. After the end: undefined.
class Inbox {
  items = [];
  waiting = [];

  put(item) {
    this.items.push(item);
    this.waiting.shift()?.();
  }

  end() {
    this.over = true;
    for (const wake of this.waiting.splice(0)) wake();
  }

  async take(ms = patience) {
    while (this.items.length === 0) {
      if (this.over) return undefined;
      await within(new Promise((resolve) => this.waiting.push(resolve)), ms, 'a packet');
    }
    return this.items.shift();
  }
}

// A WebSocket. Texts are strings, binary messages Buffers.
export class Frames {
  constructor(url, options) {
    this.inbox = new Inbox();
    this.socket = new WebSocket(url.replace(/^http/, 'ws'), { perMessageDeflate: false, ...options });
    this.socket.on('message', (data, isBinary) => this.inbox.put(isBinary ? data : data.toString()));
    this.socket.on('error', (error) => {
      this.error = error;
    });
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => {
        this.inbox.end();
        resolve({ code, reason: reason.toString(), at: performance.now() });
      });
    });
  }

  async open() {
    await within(once(this.socket, 'open'), patience, 'the WebSocket');
    return this;
  }

  send(data) {
    this.socket.send(data);
  }

  receive(ms) {
    return this.inbox.take(ms);
  }

  // Until it is closed by the other end; what came before is left in the inbox.
  async ended(ms = patience) {
    return within(this.closed, ms, 'the end of the WebSocket');
  }

  drop() {
    this.socket.terminate();
  }
}

// A session over polling.
export class Polling {
  constructor(base) {
    this.base = base;
  }

  // `begun` is before the request, `opened` after its answer.
  async open(query = '') {
    this.begun = performance.now();
    const answer = await ask(`${this.base}?EIO=4&transport=polling${query}`);
    this.opened = performance.now();
    assert.equal(answer.status, 200, answer.body);
    assert.equal(answer.body[0], '0');
    this.handshake = JSON.parse(answer.body.slice(1));
    this.url = `${this.base}?EIO=4&transport=polling&sid=${this.handshake.sid}`;
    this.socketUrl = this.url.replace('transport=polling', 'transport=websocket');
    return this;
  }

  get(options) {
    return ask(this.url, options);
  }

  post(body, options) {
    return ask(this.url, { method: 'POST', body, ...options });
  }

  // {answer}: of a GET that is held when this returns, for requests sent after it have been answered.
  async hold() {
    const answer = this.get();
    for (let i = 0; i < 2; i += 1) await ask(`${this.base}?EIO=4&transport=polling&sid=nobody`);
    return { answer };
  }

  // The session is unknown to the server.
  async gone() {
    const answer = await this.get();
    assert.deepEqual([answer.status, answer.body], [400, errors.sid]);
  }
}

// The same few calls over either transport: send packets in order, receive one, see the end. The session began between
// `begun` and `opened`.
export class SocketChannel {
  static transport = 'websocket';

  static async open(server, path = '/socket.io/', query = '') {
    const channel = new SocketChannel();
    channel.begun = performance.now();
    channel.frames = await new Frames(`${server.url}${path}?EIO=4&transport=websocket${query}`).open();
    const opening = await channel.frames.receive();
    assert.equal(opening[0], '0');
    channel.handshake = JSON.parse(opening.slice(1));
    channel.opened = performance.now();
    return channel;
  }

  // Packets as they are on this transport: strings with their type, Buffers for binary.
  async send(...packets) {
    for (const packet of packets) this.frames.send(packet);
  }

  receive(ms) {
    return this.frames.receive(ms);
  }

  // The server ends the session; nothing but `rest` comes before. The moment is returned.
  async ended(rest = [], ms) {
    const { code, at } = await this.frames.ended(ms);
    assert.equal(code, 1005, 'a Close frame without a code');
    assert.deepEqual(this.frames.inbox.items, rest);
    return at;
  }

  drop() {
    this.frames.drop();
  }
}

export class PollingChannel {
  static transport = 'polling';

  static async open(server, path = '/socket.io/', query = '') {
    const channel = new PollingChannel();
    channel.session = await new Polling(`${server.url}${path}`).open(query);
    channel.handshake = channel.session.handshake;
    Object.assign(channel, { begun: channel.session.begun, opened: channel.session.opened });
    channel.items = [];
    return channel;
  }

  // All in one body. A session that ends because of them may answer the POST with 400 or not at all.
  async send(...packets) {
    const body = packets.map((packet) => (typeof packet === 'string' ? packet : `b${packet.toString('base64')}`)).join(RS);
    this.posted = await this.session.post(body);
  }

  async receive(ms = patience) {
    const until = performance.now() + ms;
    while (this.items.length === 0) {
      assert.ok(performance.now() < until, `a packet: nothing for ${ms} ms`);
      const answer = await within(this.session.get(), ms, 'a packet');
      if (answer.status !== 200) return undefined;
      const packets = answer.body.split(RS).filter((packet) => packet !== '6');
      this.items.push(...packets.map((packet) => (packet[0] === 'b' ? Buffer.from(packet.slice(1), 'base64') : packet)));
    }
    return this.items.shift();
  }

  async ended(rest = [], ms = patience) {
    const got = [];
    for (let packet = await this.receive(ms); packet !== undefined; packet = await this.receive(ms)) got.push(packet);
    const at = performance.now();
    if (got.at(-1) === '1') got.pop();
    assert.deepEqual(got, rest);
    await this.session.gone();
    return at;
  }

  drop() {}
}

export const channels = [PollingChannel, SocketChannel];
