// Steps of a polling session: each request goes over a connection of its own.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { request, upgrade } from './bytes.mjs';
import { Wire } from './wire.mjs';

const check = (response, status, body, headers = {}) => {
  assert.equal(response.status, status, `status; the body is ${response.body.slice(0, 200)}`);
  if (body instanceof RegExp) assert.match(response.body, body);
  else if (body !== undefined) assert.equal(response.body, body);
  for (const [name, value] of Object.entries(headers)) assert.equal(response.headers.get(name) ?? null, value, name);
};

const RS = '\x1e';
export const packets = (...list) => list.join(RS);
export const errors = {
  transport: '{"code":0,"message":"Transport unknown"}',
  sid: '{"code":1,"message":"Session ID unknown"}',
  method: '{"code":2,"message":"Bad handshake method"}',
  bad: '{"code":3,"message":"Bad request"}',
  forbidden: '{"code":4,"message":"Forbidden"}',
  version: '{"code":5,"message":"Unsupported protocol version"}',
};

// A new session; its path stays in the context.
export const session = (path = '/socket.io/') => async (context) => {
  context.path = `${path}?EIO=4&transport=polling`;
  const { status, body } = await context.ask(request(`GET ${context.path}`));
  assert.equal(status, 200, body);
  context.sid = JSON.parse(body.slice(1)).sid;
  context.sids.add(context.sid);
};
const path = (context) => `${context.path}&sid=${context.sid}`;

// Any request about the session: "PUT", more lines, a body.
export const asks = (method, status, body, { lines = [], content = '', query = '', headers } = {}) => async (context) => {
  const length = content.length > 0 || method === 'POST' ? [`Content-Length: ${Buffer.byteLength(content)}`] : [];
  const data = request(`${method} ${path(context)}${query}`, [...length, ...lines], content);
  check(await context.ask(data, { head: method === 'HEAD' }), status, body, headers);
};
export const polls = (body, status = 200) => asks('GET', status, body);
export const posts = (content, status = 200, body = status === 200 ? 'ok' : '', options = {}) => asks('POST', status, body, { content, ...options });
// The session is not known any more.
export const gone = async (context) => {
  await polls(errors.sid, 400)(context);
  context.sids.delete(context.sid);
};
// The session is of use: a CONNECT is accepted.
export const lives = async (context) => {
  await posts('40')(context);
  await polls(/^40\{"sid":/)(context);
};
// It was closed by the floor above: the next poll hears of it.
export const closing = async (context) => {
  await polls(packets('6', '1'))(context);
  await gone(context);
};

// A GET that the server holds; what becomes of it is asked by `held`.
export const hold = async (context) => {
  const wire = new Wire(context.port);
  context.wires.push(wire);
  context.held.set('GET', wire);
  wire.write(request(`GET ${path(context)}`));
  await sleep(50); // there is nothing to wait for: a held GET is silent
  assert.equal(wire.buffer.length, 0, 'the GET was answered');
};
export const held = (body, status = 200) => async (context) => check(await context.held.get('GET').response(), status, body);
export const abort = (context) => context.held.get('GET').drop();

// A WebSocket for the session, its 101 read; it is the wire of the context then.
export const upgrades = async (context) => {
  context.open().write(upgrade({ path: `/socket.io/?EIO=4&transport=websocket&sid=${context.sid}` }));
  assert.equal((await context.wire.response()).status, 101);
};
export const first = (context) => {
  context.first = context.wire;
};
export const backToFirst = (context) => {
  context.wire = context.first;
};
