// Engine.IO: handshake, sessions over polling, upgrades, packets (engine.io protocol 4).
import assert from 'node:assert/strict';
import { binary, bytes, ping, pong, request, text, upgrade } from './bytes.mjs';
import { abort, asks, backToFirst, closing, errors, first, gone, held, hold, lives, packets, polls, posts, session, upgrades } from './polling.mjs';
import { answered, closes, cutOff, joins, pongs, refused, says, usable, webSocket } from './steps.mjs';

const polling = '/socket.io/?EIO=4&transport=polling';
const get = (query, lines) => request(`GET /socket.io/${query}`, lines);
const said = (error) => answered(400, { body: errors[error], headers: { 'content-type': /^application\/json/ } });
const opens = async (context) => {
  const { body } = await answered(200, { body: /^0\{"sid":"[\w-]{20}","upgrades":\["websocket"\],/ })(context);
  context.path = polling;
  context.sids.add(JSON.parse(body.slice(1)).sid);
};

const handshake = [
  ['no query', 'engine.io 3.2', get(''), said('transport'), usable],
  ['no transport', 'engine.io 3.2', get('?EIO=4'), said('transport')],
  ['transport=constructor', 'CVE-2023-31125', get('?EIO=4&transport=constructor'), said('transport')],
  ['a transport in upper case', 'engine.io 3.2', get('?EIO=4&transport=POLLING'), said('transport')],
  ['a transport with NUL behind it', 'engine.io 3.2', get('?EIO=4&transport=polling%00'), said('transport')],
  ['a transport with an escape that is none', 'RFC 3986 2.1', get('?EIO=4&transport=polling%'), said('transport')],
  ['two transports, the last one bad', 'engine.io 3.1', get('?EIO=4&transport=polling&transport=x'), said('transport')],
  ['two transports, the last one good', 'engine.io 3.1', get('?EIO=4&transport=x&transport=polling'), opens, usable],
  ['WebSocket without an upgrade', 'engine.io 3.2', get('?EIO=4&transport=websocket'), said('bad')],
  ['no revision', 'engine.io 3.2', get('?transport=polling'), said('version')],
  ['revision 3', 'engine.io 8', get('?EIO=3&transport=polling'), said('version')],
  ['a revision with a space', 'engine.io 3.2', get('?EIO=4+&transport=polling'), said('version')],
  ['a name with an escape', 'engine.io 3.1', get('?%45IO=4&transport=%70olling'), opens],
  ['thousands of parameters', 'max_head_bytes', get(`?${'a&'.repeat(7_000)}EIO=4&transport=polling`), opens],
  ['a JSONP callback is ignored', 'engine.io 3.8', get('?EIO=4&transport=polling&j=alert(1)'), opens],
  ['an empty sid is none', 'engine.io 3.2', get('?EIO=4&transport=polling&sid='), opens],
  ['an unknown sid', 'engine.io 3.2', get('?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA'), said('sid')],
  ['sid=__proto__', 'engine.io 3.2', get('?EIO=4&transport=polling&sid=__proto__'), said('sid')],
  ['a sid of 10,000 characters', 'engine.io 3.2', get(`?EIO=4&transport=polling&sid=${'A'.repeat(10_000)}`), said('sid')],
  ['a sid of bytes that are no text', 'engine.io 3.2', get('?EIO=4&transport=polling&sid=%00%ff%1e'), said('sid')],
  ['a sid of a loop that does not exist', 'engine.io 3.2', get('?EIO=4&transport=polling&sid=____________________'), said('sid')],
  ['POST without a sid', 'engine.io 3.2', request(`POST ${polling}`, ['Content-Length: 2'], '40'), said('method')],
  ['PUT without a sid', 'engine.io 3.2', request(`PUT ${polling}`, ['Content-Length: 0']), said('method')],
  ['a method nobody knows', 'engine.io 3.2', request(`BREW ${polling}`), said('method')],
  ['the bad transport is told before the bad sid', 'engine.io 3.2', get('?EIO=3&transport=x&sid=y'), said('transport')],
  ['the bad sid is told before the bad revision', 'engine.io 3.2', get('?EIO=3&transport=polling&sid=y'), said('sid')],
  ['a foreign Origin', 'origin policy', get('?EIO=4&transport=polling', ['Origin: https://evil.example']), answered(403, { body: errors.forbidden, headers: { 'access-control-allow-origin': null } }), usable],
  ['an Origin of null', 'origin policy', get('?EIO=4&transport=polling', ['Origin: null']), answered(403, { body: errors.forbidden })],
  ['an Origin of another scheme', 'origin policy', get('?EIO=4&transport=polling', ['Origin: file://localhost']), answered(403, { body: errors.forbidden })],
  ['an Origin with a path', 'origin policy', get('?EIO=4&transport=polling', ['Origin: http://localhost/../evil']), answered(403, { body: errors.forbidden })],
  ['an Origin that is there twice', 'origin policy', get('?EIO=4&transport=polling', ['Origin: https://evil.example', 'Origin: http://localhost']), answered(403, { body: errors.forbidden })],
  ['a preflight from a foreign Origin', 'origin policy', request(`OPTIONS ${polling}`, ['Origin: https://evil.example', 'Access-Control-Request-Method: POST']), answered(403, { body: errors.forbidden }), usable],
  ['a preflight needs no sid', 'engine.io 3.6', request('OPTIONS /socket.io/?sid=nobody', ['Origin: http://localhost:1']), answered(204, { headers: { 'access-control-allow-origin': 'http://localhost:1' } }), usable],
  ['a preflight with a list of headers too long', 'kMaxRequestedHeadersBytes', request('OPTIONS /socket.io/', ['Origin: http://localhost', `Access-Control-Request-Headers: ${'x,'.repeat(513)}`]), answered(204, { headers: { 'access-control-allow-headers': null } })],
  ['the path without its slash is not ours', 'engine.io 3.8', request('GET /socket.io?EIO=4&transport=polling'), answered(404)],
  ['a path behind ours is ours', 'engine.io 3.8', request('GET /socket.io/../livez?EIO=4&transport=polling'), opens],
];

// A POST of which half has come; the wire stays with it.
const halfPost = [(context) => context.open().write(request(`POST ${context.path}&sid=${context.sid}`, ['Content-Length: 100'], '42["half')), 30];

const sessions = [
  ['two GETs', 'engine.io 3.4', hold, asks('GET', 400, ''), held('1'), gone],
  ['a GET that its client drops', 'engine.io 3.4', hold, abort, 50, gone],
  ['two POSTs', 'engine.io 3.4', halfPost, posts('40', 400), cutOff, gone],
  ['two POSTs, the second one begun too', 'engine.io 3.4', halfPost, first, halfPost, answered(400, { body: '' }), backToFirst, cutOff, gone],
  ['a POST whose client goes', 'engine.io 3.4', halfPost, ({ wire }) => wire.drop(), 50, gone],
  ['a POST whose chunks are none', 'RFC 9112 7.1', (context) => context.open().write(request(`POST ${context.path}&sid=${context.sid}`, ['Transfer-Encoding: chunked'])), 20, 'zz\r\n', refused(400), gone],
  ['two GETs while a POST comes in', 'engine.io 3.4', halfPost, hold, asks('GET', 400, ''), held('1'), cutOff, gone],
  ['a GET behind a GET on one connection waits for it', 'RFC 9112 9.3.2', (context) => context.open().write(bytes(...[1, 2].map(() => request(`GET ${context.path}&sid=${context.sid}`)))), 50, posts('40'), answered(200, { body: /^40\{/ })],
  ['a GET with a body', 'RFC 9110 9.3.1', posts('40'), asks('GET', 200, /^40\{/, { content: '41' })],
  ['PUT', 'engine.io 3.4', asks('PUT', 400, errors.bad, { content: '40' }), lives],
  ['DELETE', 'engine.io 3.4', asks('DELETE', 400, errors.bad), lives],
  ['HEAD', 'engine.io 3.4', asks('HEAD', 400), lives],
  ['another revision', 'engine.io 3.2', asks('GET', 400, errors.bad, { query: '&EIO=3' }), lives],
  ['another transport', 'engine.io 3.2', asks('GET', 400, errors.bad, { query: '&transport=websocket' }), lives],
  ['a foreign Origin within a session', 'origin policy', asks('POST', 403, errors.forbidden, { content: '1', lines: ['Origin: https://evil.example'] }), lives],
  ['a sid with one letter changed', 'engine.io 3.2', asks('GET', 400, errors.sid, { query: 'x' }), lives],
  ['a body of application/octet-stream', 'CVE-2026-59725', posts('40', 400, '', { lines: ['Content-Type: application/octet-stream'] }), gone],
  ['application/octet-stream in capitals, with a parameter', 'CVE-2026-59725', posts('40', 400, '', { lines: ['Content-Type: Application/OCTET-stream;x=y'] }), gone],
  ['another content type is not looked at', 'engine.io 3.4', posts('40', 200, 'ok', { lines: ['Content-Type: image/png'] }), polls(/^40/)],
  ['an empty body', 'engine.io 2.1', posts('', 400), gone],
  ['a packet of no type', 'engine.io 2', posts('abc', 400), gone],
  ['a type behind the last one', 'engine.io 2', posts('7', 400), gone],
  ['a separator at the end', 'engine.io 2.1', posts(packets('40', ''), 400), gone],
  ['a separator at the beginning', 'engine.io 2.1', posts(packets('', '40'), 400), gone],
  ['half a million separators', 'engine.io 2.1', posts('\x1e'.repeat(500_000), 400), gone],
  ['a bad packet behind good ones', 'engine.io 2.1', posts(packets('40', '3', 'x', '41'), 400), gone],
  ['bytes that are no UTF-8', 'RFC 3629 3', posts(Buffer.from([0x34, 0x30, 0xff]), 400), gone],
  ['a separator within a character', 'engine.io 2.1', posts(Buffer.from([0x34, 0xe2, 0x1e, 0x82, 0xac]), 400), gone],
  ['base64 of other letters', 'RFC 4648 4', posts('b!!!!', 400), gone],
  ['base64 without its padding', 'RFC 4648 4', posts('bAQ', 400), gone],
  ['base64 with too much padding', 'RFC 4648 4', posts('bAQID====', 400), gone],
  ['base64 with a line end in it', 'RFC 4648 3.3', posts('bAQ\r\nID', 400), gone],
  ['base64 for URLs', 'RFC 4648 5', posts('b-_8=', 400), gone],
  ['base64 whose last bits are not 0', 'RFC 4648 3.5', posts('40'), polls(/^40/), posts('bAR==', 400), gone],
  ['8,193 packets in a payload', 'max_packets_per_payload', posts(packets(...Array(8_193).fill('3')), 400), gone],
  ['as many packets as a payload may have', 'max_packets_per_payload', posts(packets(...Array(8_192).fill('3'))), lives],
  ['many packets that are no messages', 'engine.io 2', posts(packets('6', '5', '0{}', '3', '3probe', '6data')), lives],
  ['a body above the limit', 'max_payload_bytes', posts(`4${'x'.repeat(1_000_000)}`, 413, /^/), lives],
  ['a body announced above the limit', 'max_payload_bytes', (context) => context.open().write(request(`POST ${context.path}&sid=${context.sid}`, ['Content-Length: 99999999999'])), refused(413), lives],
  ['a body that grows above the limit', 'max_payload_bytes', (context) => context.open().write(request(`POST ${context.path}&sid=${context.sid}`, ['Transfer-Encoding: chunked'], `7a120\r\n${'x'.repeat(500_000)}\r\n`.repeat(3))), refused(413), lives],
  ['a ping of a client', 'engine.io 4', posts('2'), gone],
  ['a probe by polling', 'engine.io 4', hold, posts('2probe'), held('1'), gone],
  ['a close ends a held GET', 'engine.io 7', hold, posts('1'), held('6'), gone],
  ['packets behind a close', 'engine.io 3.4', posts(packets('1', '40', '42["message",{}]')), gone],
  ['a POST behind a close', 'engine.io 7', posts('1'), posts('40', 400, errors.sid), gone],
  ['a packet of another type behind a close is still read', 'engine.io 2.1', posts(packets('1', 'x')), gone],
  ['a message before CONNECT', 'socket.io 2.4', posts('4hello'), closing],
  ['binary that nobody waits for', 'socket.io 2.2', posts(packets('40', 'bAQID')), polls(/^(40\{|6)/), polls(/./), gone],
];

const upgrading = [
  ['the end while a POST comes in', 'engine.io 5', halfPost, first, upgrades, text('2probe'), says('3probe'), text('5'), joins, backToFirst, answered(400, { body: errors.bad })],
  ['a message in place of the probe', 'engine.io 5', upgrades, text('40'), closes(), lives],
  ['a ping of another text', 'engine.io 5', upgrades, text('2other'), closes(), lives],
  ['the answer in place of the probe', 'engine.io 5', upgrades, text('3probe'), closes(), lives],
  ['the end without a probe', 'engine.io 5', upgrades, text('5'), closes(), lives],
  ['the end with something behind it', 'engine.io 5', upgrades, text('2probe'), says('3probe'), text('5now'), closes(), lives],
  ['binary in place of the probe', 'engine.io 5', upgrades, binary('2probe'), closes(), lives],
  ['no packet at all in place of the probe', 'engine.io 5', upgrades, text(''), closes(), lives],
  ['a probe within a probe', 'engine.io 5', upgrades, text('2probe'), says('3probe'), text('2probe'), says('3probe'), text('5'), joins],
  ['a frame without a mask', 'RFC 6455 5.1', upgrades, text('2probe', { mask: null }), closes(1002), lives],
  ['a probe above the limit', 'max_payload_bytes', upgrades, text('', { length: 2_000_000 }), closes(1009), lives],
  ['the new socket goes before the end', 'engine.io 5', upgrades, text('2probe'), says('3probe'), ({ wire }) => wire.socket.resetAndDestroy(), 50, lives],
  ['a second WebSocket during the upgrade', 'engine.io 5', upgrades, first, upgrades, closes(), backToFirst, text('2probe'), says('3probe'), text('5'), joins],
  ['a second WebSocket after the upgrade', 'engine.io 5', upgrades, text('2probe'), says('3probe'), text('5'), joins, first, upgrades, closes(), backToFirst, ping('still'), pongs('still')],
  ['a GET after the upgrade', 'engine.io 5', upgrades, text('2probe'), says('3probe'), text('5'), joins, polls(errors.bad, 400), ping('still'), pongs('still')],
  ['a POST after the upgrade', 'engine.io 5', upgrades, text('2probe'), says('3probe'), text('5'), joins, posts('41', 400, errors.bad), ping('still'), pongs('still')],
  ['a probe ends a held GET', 'engine.io 5', hold, upgrades, text('2probe'), says('3probe'), held('6'), text('5'), joins],
  ['the session closes during the upgrade', 'engine.io 5', upgrades, text('2probe'), says('3probe'), posts('1'), closes(), gone],
  ['two GETs during the upgrade', 'engine.io 3.4', hold, upgrades, asks('GET', 400, ''), held('1'), closes(), gone],
  ['an upgrade from a foreign Origin', 'origin policy', (context) => context.open().write(upgrade({ path: `/socket.io/?EIO=4&transport=websocket&sid=${context.sid}`, more: ['Origin: https://evil.example'] })), refused(400, { body: 'Forbidden' }), lives],
  ['what was queued before the end arrives behind it', 'engine.io 5', posts('40'), upgrades, text('2probe'), says('3probe'), text('5'), says(/^40\{/)],
];

const onWebSocket = [
  ['a packet of no type', 'engine.io 2', text('abc'), closes()],
  ['a ping', 'engine.io 4', text('2'), closes()],
  ['a probe', 'engine.io 4', text('2probe'), closes()],
  ['a close', 'engine.io 7', text('1'), closes()],
  ['packets that are no messages', 'engine.io 2', text('6'), text('5'), text('0{"sid":"x"}'), text('3'), joins],
  ['bad base64 in a text', 'engine.io 2', text('b@@@'), closes()],
  ['a separator is no separator here', 'engine.io 2.2', text('40\x1e41'), closes()],
  ['pongs without end', 'engine.io 4', Array.from({ length: 2_000 }, () => text('3')), pong(''), joins],
];

// A server that sends back what it gets, so that a client decides how much is waiting for it.
const echo = '/engine.io/?EIO=4&transport=websocket';
const half = `4${'x'.repeat(900_000)}`;
const times = (count, make) => Array.from({ length: count }, (_, i) => make(i));
// What was on its way has come, and then the connection is cut without a Close.
const isCut = async ({ wire }) => {
  await wire.take(() => undefined, 'the end');
  assert.equal(wire.over, 'reset');
};
const slow = [
  ['bytes that nobody fetches', 'max_send_queue_bytes', session('/engine.io/'), [1, 2, 3, 4].map(() => posts(half)), posts(half), gone],
  ['packets that nobody fetches', 'max_send_queue_frames', session('/engine.io/'), posts(packets(...Array(8_192).fill('4'))), posts(packets(...Array(8_192).fill('4'))), posts('4'), gone],
  ['bytes that nobody reads', 'max_send_queue_bytes', webSocket(echo), ({ wire }) => wire.socket.pause(), times(30, () => text(half)), 300, ({ wire }) => wire.socket.resume(), isCut],
];

export const layer = 'engineio';
export const sections = [
  { on: 'skat', begin: [(context) => context.open()], rows: handshake },
  { on: 'skat', begin: [session()], rows: sessions },
  { on: 'skat', begin: [session()], rows: upgrading.map(([name, ...rest]) => [`upgrade: ${name}`, ...rest]) },
  { on: 'skat', begin: webSocket(), rows: onWebSocket.map(([name, ...rest]) => [`WebSocket: ${name}`, ...rest]) },
  { on: 'library', rows: slow },
];
