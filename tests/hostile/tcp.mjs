// TCP: connections that are silent, cut, slow to send or never read; and every limit in time. The last section is
// "patient": its rows run at once on servers of their own.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { closing, frame, ping, pong, raw, request, text, upgrade } from './bytes.mjs';
import { gone, hold, lives, posts, session, upgrades } from './polling.mjs';
import { answered, between, closes, cutOff, cutOffWithin, joins, refused, says, trickle, upgraded, usable, webSocket } from './steps.mjs';

const open = (context) => context.open();
const leave = ({ wire }) => wire.drop();
const reset = ({ wire }) => wire.socket.resetAndDestroy();
const finish = ({ wire }) => wire.socket.end();
// The head of a POST to a session, since without one nobody would wait for the body.
const posting = (...lines) => [session(), open, ({ wire, path, sid }) => wire.write(request(`POST ${path}&sid=${sid}`, lines))];
const post = posting('Content-Length: 900000');
const chunked = posting('Transfer-Encoding: chunked');
const many = (count, make) => Array.from({ length: count }, (_, i) => make(i));
const page = request('GET /');

const short = [
  ['a connection that is closed at once', 'RFC 9293 3.6', open, leave],
  ['a connection that is reset at once', 'RFC 9293 3.5', open, reset],
  ['a client that has nothing to say', 'RFC 9293 3.6', open, finish, cutOff],
  ['a reset within a request line', 'RFC 9293 3.5', open, raw('GET /li'), 5, reset],
  ['a reset within a head', 'RFC 9293 3.5', open, raw('GET /livez HTTP/1.1\r\nHost: x\r\nX: '), 5, reset],
  ['a reset within a body', 'RFC 9293 3.5', post, Buffer.alloc(400_000, '4'), 5, reset],
  ['a reset within a chunk', 'RFC 9293 3.5', chunked, 'ffff\r\nabc', 5, reset],
  ['a reset behind a request', 'RFC 9293 3.5', open, page, reset],
  ['a reset while answers are on their way', 'RFC 9293 3.5', open, many(200, () => page), 20, reset],
  ['a reset within a handshake', 'CVE-2022-41940', open, upgrade(), reset],
  ['a reset behind a refused handshake', 'CVE-2022-41940', open, upgrade({ path: '/socket.io/?transport=x' }), reset],
  ['a reset within a WebSocket message', 'RFC 9293 3.5', webSocket(), text('x'.repeat(500_000), { length: 900_000 }), 5, reset],
  ['a reset within fragments', 'RFC 9293 3.5', webSocket(), frame(1, '4', { fin: false }), 5, reset],
  ['three hundred connections that say nothing', 'max_connections', many(300, () => open), open, usable],
  ['three hundred connections with half a request', 'max_head_bytes', many(300, () => [open, raw('GET / HTTP/1.1\r\nX: 1')]), open, usable],
  ['fifty connections with half a body', 'max_body_bytes', many(50, () => [post, Buffer.alloc(40_000, '4')]), open, usable],
  ['a hundred handshakes that are left alone', 'max_sessions', many(100, () => [open, upgrade(), upgraded(), says(/^0/), leave])],
  ['a window that opens late', 'RFC 9293 3.8.6', open, ({ wire }) => wire.socket.pause(), many(60, () => page), 300, ({ wire }) => wire.socket.resume(), many(60, () => answered(200, { body: /^<!doctype html>/ })), usable],
  ['a held GET whose client shuts its side', 'engine.io 3.4', session(), hold, ({ held: waiting }) => waiting.get('GET').socket.end(), 50, gone],
  ['a thousand pings, unread', 'kMaxWaitingPongs', webSocket(), ({ wire }) => wire.socket.pause(), many(1_000, () => ping('p')), 100, ({ wire }) => wire.socket.resume(), ping('last'), async ({ wire }) => {
    while ((await wire.frame()).payload.toString() !== 'last');
  }, joins],
];

// ---- limits in time

const waits = (seconds) => () => sleep(seconds * 1_000);
const inTime = { within: 80_000 };
const end = cutOffWithin(80_000);
// Reading nothing, until the server has cut the connection.
const blocked = ({ wire }) => wire.socket.pause();
const cutUnread = async ({ wire }) => {
  wire.socket.resume();
  await wire.take((buffer) => void buffer, 'the end', 10_000);
  assert.ok(wire.over, 'the connection is still there');
};
// The server has let go of the connection: what is sent to it is answered with a reset.
const letGo = async ({ wire }) => {
  for (let i = 0; i < 20 && wire.over !== 'reset'; i += 1) {
    wire.socket.write('x', () => {});
    await sleep(100);
    if (wire.socket.destroyed || wire.socket.errored) return;
  }
  assert.ok(wire.socket.destroyed || wire.socket.errored, 'the connection is still there');
};

const http = [
  ['a silent connection', 'head_timeout', open, between(9, 15, end)],
  ['a head that trickles', 'head_timeout', open, raw('GET /livez HTTP/1.1\r\nX: '), trickle(['a'], 500), between(9, 15, refused(408, inTime))],
  ['a head of many lines that trickle', 'head_timeout', open, raw('GET /livez HTTP/1.1\r\n'), trickle(['X: a\r\n'], 500), between(9, 15, refused(408, inTime))],
  ['empty lines that trickle', 'head_timeout', open, trickle(['\r\n'], 500), between(9, 15, end)],
  ['a second head that trickles', 'head_timeout', open, request('GET /livez'), answered(200), trickle(['G'], 500), between(9, 17, refused(408, inTime))],
  ['a body that stops', 'body_timeout', post, '4', between(28, 38, refused(408, inTime))],
  ['a body that trickles', 'body_timeout', post, trickle(['4'], 1_000), between(28, 38, refused(408, inTime))],
  ['chunks that trickle', 'body_timeout', chunked, trickle(['1\r\n4\r\n'], 1_000), between(28, 38, refused(408, inTime))],
  ['trailers that trickle', 'body_timeout', chunked, '0\r\n', trickle(['X: a\r\n'], 2_000), between(28, 38, refused(408, inTime))],
  ['100 Continue, and nothing then', 'body_timeout', posting('Expect: 100-continue', 'Content-Length: 2'), answered(100), between(28, 38, refused(408, inTime))],
  ['nothing behind a request', 'idle_timeout', open, request('GET /livez'), answered(200), between(60, 75, end)],
  ['a zero window', 'write_timeout', open, blocked, Buffer.concat(many(12_000, () => page)), waits(45), cutUnread],
  ['a refused client that stays', 'linger_timeout', open, raw('NONSENSE\r\n\r\n'), answered(400), waits(4), letGo],
  ['a refused client that goes on sending', 'max_discarded_bytes', open, request('POST /livez', ['Content-Length: 99999999']), Buffer.alloc(6 * 1024 * 1024), between(0, 1.8, letGo)],
];

const engine = [
  ['an upgrade without a probe', 'upgrade_timeout', session(), upgrades, between(9, 15, closes(1005, 20_000)), lives],
  ['an upgrade that does not end', 'upgrade_timeout', session(), upgrades, text('2probe'), says('3probe'), between(9, 15, closes(1005, 20_000)), lives],
  ['a polling session that nobody polls', 'ping_timeout', session(), lives, waits(50), gone],
  ['a held GET whose client never pongs', 'ping_timeout', session(), hold, async ({ held: waiting }) => {
    assert.equal((await waiting.get('GET').response(30_000)).body, '2');
  }, hold, async ({ held: waiting }) => {
    assert.equal((await waiting.get('GET').response(30_000)).body, '1');
  }, gone],
  ['a WebSocket that never pongs', 'ping_timeout', webSocket(), joins, async ({ wire }) => assert.equal((await wire.frame(30_000)).payload.toString(), '2'), between(18, 28, closes(1005, 30_000))],
  ['a WebSocket that says much and never pongs', 'ping_timeout', webSocket(), joins, async ({ wire }) => assert.equal((await wire.frame(30_000)).payload.toString(), '2'), trickle([text('6')], 1_000), between(19, 50, closes(1005, 60_000))],
  ['WebSocket pongs for Engine.IO pongs', 'ping_timeout', webSocket(), joins, async ({ wire }) => assert.equal((await wire.frame(30_000)).payload.toString(), '2'), pong('2'), between(18, 28, closes(1005, 30_000))],
  ['a client that joins nothing', 'connect_timeout', webSocket(), async ({ wire }) => assert.equal((await wire.frame(30_000)).payload.toString(), '2'), text('3'), between(15, 28, closes(1005, 30_000))],
  ['a closing session that nobody polls', 'close_timeout', session(), posts('4hello'), waits(35), gone],
  ['a Close that is never answered', 'kCloseTimeout', webSocket(), text('42["a"]'), async ({ wire }) => assert.equal((await wire.frame()).opcode, 8), between(25, 38, end)],
  ['a Close with an error whose peer stays', 'kErrorLinger', webSocket(), frame(3), async ({ wire }) => assert.equal((await wire.frame()).opcode, 8), waits(4), letGo],
  ['a Close with an error whose peer goes on sending', 'kMaxDiscardedBytes', webSocket(), frame(3), async ({ wire }) => assert.equal((await wire.frame()).opcode, 8), Buffer.alloc(6 * 1024 * 1024), between(0, 1.8, letGo)],
];

// Has an echo server send until the kernel takes no more from it, and reads nothing: the next message waits in the queue.
const fillUp = async ({ wire, port }) => {
  wire.socket.pause();
  const hex = (n) => n.toString(16).toUpperCase().padStart(4, '0');
  const line = new RegExp(`:${hex(port)} [0-9A-F]+:${hex(wire.socket.localPort)} \\S+ ([0-9A-F]+):`);
  for (let i = 0, last = '', same = 0; same < 3; i += 1) {
    assert.ok(i < 60, 'the kernel takes everything');
    wire.write(text(`4${'x'.repeat(400_000)}`));
    await sleep(150);
    const [, waiting] = line.exec(readFileSync('/proc/net/tcp', 'utf8'));
    same = waiting === last ? same + 1 : 0;
    last = waiting;
  }
};
const library = [
  ['a Close of a client that does not read its answer', 'kCloseTimeout', webSocket('/engine.io/?EIO=4&transport=websocket'), fillUp, closing(1000), waits(36), async ({ wire }) => {
    wire.socket.resume();
    await wire.take(() => undefined, 'the end', 10_000);
    assert.notEqual(wire.buffer.subarray(-4).toString('hex'), '880203e8', 'the server waited for its Close to be read');
  }],
];

// 500 ms between pings, 3 s for a pong, 1 s for a first namespace.
const hasty = [
  ['a client whose every CONNECT is refused', 'connect_timeout', webSocket(), trickle([text('3'), text('40/nowhere,')], 50), async ({ wire }) => {
    for (;;) {
      const { opcode } = await wire.frame();
      if (opcode === 8) break;
    }
  }],
  ['a pong before its ping counts as one', 'ping_timeout', webSocket(), text('40'), says(/^40/), says(/^42/), trickle([text('3')], 100), waits(5), async ({ wire }) => {
    assert.equal(wire.over, undefined, 'it was closed');
  }],
];

export const layer = 'tcp';
export const sections = [
  { on: 'skat', rows: short },
  { on: 'skat', patient: true, rows: [...http, ...engine] },
  { on: 'library', patient: true, rows: library },
  { on: 'hasty', patient: true, rows: hasty },
];
