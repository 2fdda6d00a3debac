// What a row is made of: [name, rule, step…]. A step is bytes to send (a string or Buffer), a pause in ms (a number), a
// list of steps, or a function of the row's context: it sends, expects, or both. `rule` names the limit as
// protocol/limits.md does, or the section of a specification.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { request, text, upgrade } from './bytes.mjs';
import { Wire } from './wire.mjs';

// Context: one row on one server. `wire` is the connection that bytes go to.
export class Context {
  constructor(server) {
    Object.assign(this, { port: server.port, server, wires: [], sids: new Set(), held: new Map() });
  }

  open() {
    this.wire = new Wire(this.port);
    this.wires.push(this.wire);
    return this.wire;
  }

  // One request on a connection of its own.
  async ask(data, options) {
    const wire = new Wire(this.port);
    this.wires.push(wire);
    wire.write(data);
    try {
      return await wire.response(undefined, options);
    } finally {
      wire.drop();
    }
  }

  async run(steps) {
    for (const step of steps) {
      if (this.over) return;
      if (typeof step === 'function') await step(this);
      else if (typeof step === 'number') await sleep(step);
      else if (Array.isArray(step)) await this.run(step);
      else this.wire.write(step);
    }
  }

  // Nothing of the row stays at the server.
  async end() {
    this.over = true;
    for (const wire of this.wires) wire.drop();
    for (const sid of this.sids) await this.ask(request(`POST ${this.path}&sid=${sid}`, ['Content-Length: 1'], '1'));
  }
}

const matches = (expected, actual, what) => {
  if (expected === undefined) return;
  if (expected instanceof RegExp) assert.match(actual ?? '', expected, what);
  else assert.equal(actual, expected, what);
};

// ---- HTTP

// The next response on the wire; the connection goes on.
export const answered = (status, { body, headers = {}, head, within } = {}) => async ({ wire }) => {
  const response = await wire.response(within, { head });
  assert.equal(response.status, status, `status; the body is ${response.body.slice(0, 200)}`);
  matches(body, response.body, 'body');
  for (const [name, value] of Object.entries(headers)) {
    if (value === null) assert.equal(response.headers.has(name), false, `there is a ${name}`);
    else matches(value, response.headers.get(name), name);
  }
  return response;
};
// The next response is the last: it says so, and the server closes.
export const refused = (status, { headers, ...expected } = {}) => async (context) => {
  await answered(status, { headers: { connection: 'close', ...headers }, ...expected })(context);
  await context.wire.ended(expected.within);
};
// The server closes without a word.
export const cutOff = ({ wire }) => wire.ended();
export const cutOffWithin = (ms) => ({ wire }) => wire.ended(ms);
// The connection is of use: another request is answered.
export const usable = [request('GET /livez'), answered(200, { body: 'ok\n' })];

// ---- time

// Sends a byte now and then until the connection is over.
export const trickle = (pieces, ms) => ({ wire }) => {
  let at = 0;
  const timer = setInterval(() => {
    if (wire.over || wire.socket.destroyed) clearInterval(timer);
    else wire.write(pieces[at++ % pieces.length]);
  }, ms);
};
// The step ends between these two, counted from its beginning.
export const between = (least, most, step) => async (context) => {
  const began = Date.now();
  await step(context);
  const took = (Date.now() - began) / 1_000;
  assert.ok(took >= least && took <= most, `after ${took} s, not ${least} to ${most}`);
};

// ---- WebSocket

export const upgraded = (headers) => answered(101, { headers });
export const says = (expected) => async ({ wire }) => {
  const { opcode, payload } = await wire.frame();
  assert.equal(opcode, 1, `a frame of opcode ${opcode}: ${payload.toString('latin1').slice(0, 100)}`);
  matches(expected, payload.toString(), 'text');
};
export const saysBinary = (expected) => async ({ wire }) => {
  const { opcode, payload } = await wire.frame();
  assert.equal(opcode, 2, `a frame of opcode ${opcode}: ${payload.toString('latin1').slice(0, 100)}`);
  assert.deepEqual(payload, Buffer.from(expected));
};
export const pongs = (expected) => async ({ wire }) => {
  const { opcode, payload } = await wire.frame();
  assert.equal(opcode, 10);
  matches(expected, payload.toString(), 'payload of the pong');
};
// A Close frame with this code (none: 1005) and no reason, then the end of TCP.
export const closes = (code = 1005, ms) => async ({ wire }) => {
  const { opcode, payload } = await wire.frame(ms);
  assert.equal(opcode, 8, `a frame of opcode ${opcode}: ${payload.toString('latin1').slice(0, 100)}`);
  assert.equal(payload.length < 2 ? 1005 : payload.readUInt16BE(0), code, 'close code');
  assert.equal(payload.subarray(2).toString(), '', 'close reason');
  if (code === 1005) wire.write(Buffer.from([0x88, 0x80, 0, 0, 0, 0])); // our answer, or TCP stays for 30 s
  await wire.ended(ms);
};

// A WebSocket session of Engine.IO; its open packet is read.
export const webSocket = (path) => [(context) => context.open(), upgrade(path ? { path } : {}), upgraded(), says(/^0\{"sid"/)];
// It is of use: a CONNECT is accepted.
export const joins = [text('40'), says(/^40\{"sid":"/)];
