// WebSocket: the opening handshake, frames, messages, close, compression (RFC 6455, RFC 7692).
import { constants, deflateRawSync } from 'node:zlib';
import { begin, beginBinary, binary, bytes, closing, cut, frame, last, more, ping, pong, raw, request, text, upgrade } from './bytes.mjs';
import { answered, closes, cutOff, joins, pongs, refused, says, saysBinary, upgraded, usable, webSocket } from './steps.mjs';

const maximum = 1_000_000; // max_payload_bytes
const opened = [upgraded(), says(/^0\{"sid"/)];
const noUpgrade = answered(400, { body: '{"code":3,"message":"Bad request"}' });
const refusedUpgrade = (body) => refused(400, { body, headers: { 'content-type': 'text/html' } });
const times = (count, make) => Buffer.concat(Array.from({ length: count }, (_, i) => make(i)));
const utf8 = (...values) => Buffer.from(values);

const handshake = [
  ['no key', 'RFC 6455 4.2.1', upgrade({ without: 'Sec-WebSocket-Key' }), noUpgrade],
  ['a key that is not base64', 'RFC 6455 4.2.1', upgrade({ without: 'Sec-WebSocket-Key', more: ['Sec-WebSocket-Key: ????????????????????????'] }), noUpgrade],
  ['a key of another length', 'RFC 6455 4.2.1', upgrade({ without: 'Sec-WebSocket-Key', more: ['Sec-WebSocket-Key: AAAA'] }), noUpgrade],
  ['no version', 'RFC 6455 4.2.1', upgrade({ without: 'Sec-WebSocket-Version' }), noUpgrade],
  ['a version of a draft', 'RFC 6455 4.4', upgrade({ without: 'Sec-WebSocket-Version', more: ['Sec-WebSocket-Version: 8'] }), noUpgrade],
  ['no Connection: Upgrade', 'RFC 6455 4.2.1', upgrade({ without: 'Connection' }), noUpgrade],
  ['an upgrade to something else', 'RFC 6455 4.2.1', upgrade({ without: 'Upgrade', more: ['Upgrade: websocketish'] }), noUpgrade],
  ['a POST', 'RFC 6455 4.2.1', upgrade({ line: 'POST /socket.io/?EIO=4&transport=websocket' }), answered(400, { body: /"code":2/ })],
  ['a body', 'RFC 6455 4.2.1', bytes(upgrade({ more: ['Content-Length: 2'] }), '40'), noUpgrade],
  ['HTTP/1.0', 'RFC 6455 4.2.1', raw(upgrade().toString('latin1').replace('HTTP/1.1', 'HTTP/1.0')), refused(400)],
  ['a transport that is polling', 'engine.io 3.2', upgrade({ path: '/socket.io/?EIO=4&transport=polling' }), refusedUpgrade('Bad request')],
  ['a transport that is an inherited name', 'engine.io 3.2', upgrade({ path: '/socket.io/?EIO=4&transport=constructor' }), refusedUpgrade('Transport unknown')],
  ['a session that does not exist', 'engine.io 3.2', upgrade({ path: '/socket.io/?EIO=4&transport=websocket&sid=__proto__' }), refusedUpgrade('Session ID unknown')],
  ['revision 3', 'engine.io 3.2', upgrade({ path: '/socket.io/?EIO=3&transport=websocket' }), refusedUpgrade('Unsupported protocol version')],
  ['a foreign Origin', 'origin policy', upgrade({ more: ['Origin: https://evil.example'] }), refusedUpgrade('Forbidden')],
  ['an Origin of null', 'origin policy', upgrade({ more: ['Origin: null'] }), refusedUpgrade('Forbidden')],
  ['an Origin that only begins like ours', 'origin policy', upgrade({ more: ['Origin: http://localhost.evil.example'] }), refusedUpgrade('Forbidden')],
  ['an Origin whose user name is ours', 'origin policy', upgrade({ more: ['Origin: http://localhost@evil.example'] }), refusedUpgrade('Forbidden')],
  ['frames behind a refused handshake', 'CVE-2022-21676', bytes(upgrade({ path: '/socket.io/?transport=websocket' }), text('40')), refusedUpgrade('Unsupported protocol version')],
  ['a handshake byte by byte', 'RFC 6455 4.2.1', cut(upgrade()), opened, joins],
  ['a frame in the packet of the handshake', 'RFC 6455 4.1', bytes(upgrade(), text('40')), opened, says(/^40\{/)],
  ['a bad frame in the packet of the handshake', 'CVE-2022-21676', bytes(upgrade(), frame(3, 'x')), opened, closes(1002)],
  ['half a frame in the packet of the handshake', 'RFC 6455 4.1', bytes(upgrade(), text('40').subarray(0, 3)), ({ wire }) => wire.socket.end(), opened, cutOff],
  ['a list of extensions that is none', 'RFC 6455 9.1', upgrade({ more: ['Sec-WebSocket-Extensions: ;;,=,"'] }), upgraded({ 'sec-websocket-extensions': null }), says(/^0/), joins],
  ['a subprotocol that breaks the answer', 'RFC 6455 4.2.2', upgrade({ more: ['Sec-WebSocket-Protocol: a\tb, c'] }), opened, joins],
];

const frames = [
  ['a frame without a mask', 'RFC 6455 5.1', text('40', { mask: null }), closes(1002)],
  ['a control frame without a mask', 'RFC 6455 5.1', ping('', { mask: null }), closes(1002)],
  ['the bit of an extension nobody agreed on', 'RFC 6455 5.2', text('40', { rsv: 4 }), closes(1002)],
  ['a reserved bit', 'RFC 6455 5.2', text('40', { rsv: 2 }), closes(1002)],
  ['the last reserved bit on a control frame', 'RFC 6455 5.2', ping('', { rsv: 1 }), closes(1002)],
  ['an opcode reserved for data', 'RFC 6455 5.2', frame(3, '40'), closes(1002)],
  ['an opcode reserved for control', 'RFC 6455 5.2', frame(11), closes(1002)],
  ['a length of 2^63', 'RFC 6455 5.2', frame(2, 'x', { length: 1n << 63n }), closes(1002)],
  ['a length of 2^63-1 costs nothing', 'max_payload_bytes', frame(2, 'x', { length: (1n << 63n) - 1n }), closes(1009)],
  ['a short length in two bytes', 'RFC 6455 5.2', text('40', { lengthBytes: 2 }), closes(1002)],
  ['a short length in eight bytes', 'RFC 6455 5.2', text('40', { lengthBytes: 8 }), closes(1002)],
  ['a length for two bytes in eight', 'RFC 6455 5.2', text('4'.repeat(300), { lengthBytes: 8 }), closes(1002)],
  ['a frame byte by byte', 'RFC 6455 5.2', cut(text('40')), says(/^40\{/)],
  ['a long head byte by byte, then silence', 'RFC 6455 5.2', cut(frame(2, '', { length: 70_000, lengthBytes: 8 })), ({ wire }) => wire.socket.end(), cutOff],
  ['an HTTP request', 'RFC 6455 5.2', request('GET /livez'), closes(1002)],
  ['random bytes', 'RFC 6455 5.2', Buffer.from('f7a1c04d90e2b55c', 'hex'), closes(1002)],
  ['a ping of 126 bytes', 'kMaxControlBytes', ping('x'.repeat(126)), closes(1002)],
  ['a ping in fragments', 'RFC 6455 5.5', ping('a', { fin: false }), closes(1002)],
  ['a close in fragments', 'RFC 6455 5.5', closing(1000, '', { fin: false }), closes(1002)],
  ['a ping is answered with its payload', 'RFC 6455 5.5.3', ping('hello'), pongs('hello'), joins],
  ['the longest ping there is', 'RFC 6455 5.5', ping('y'.repeat(125)), pongs('y'.repeat(125)), joins],
  ['a pong nobody asked for', 'RFC 6455 5.5.3', pong('news'), joins],
  ['a mask of zeros', 'RFC 6455 5.3', text('40', { mask: Buffer.alloc(4) }), says(/^40\{/)],
];

const messages = [
  ['a continuation of nothing', 'RFC 6455 5.4', last('40'), closes(1002)],
  ['a continuation behind a whole message', 'RFC 6455 5.4', text('40'), says(/^40\{/), last('x'), closes(1002)],
  ['a text within a message in fragments', 'RFC 6455 5.4', begin('4'), text('0'), closes(1002)],
  ['a binary within a text in fragments', 'RFC 6455 5.4', begin('4'), beginBinary('0'), closes(1002)],
  ['a message byte by byte in fragments', 'RFC 6455 5.4', begin('4'), more(''), last('0'), says(/^40\{/)],
  ['a ping between fragments', 'RFC 6455 5.4', begin('4'), ping('in between'), pongs('in between'), last('0'), says(/^40\{/)],
  ['a close between fragments', 'RFC 6455 5.5.1', begin('4'), closing(1000), closes(1000)],
  ['empty fragments up to the limit', 'max_fragments', begin('40'), times(1_022, () => more('')), last(''), says(/^40\{/)],
  ['1,025 empty fragments', 'max_fragments', begin(''), times(1_024, () => more('')), closes(1008)],
  ['too many fragments with something in them', 'max_fragments', begin('4'), cut(times(1_024, () => more('x')), 3_000), closes(1008)],
  ['fragments are counted for each message', 'max_fragments', begin('4'), times(600, () => more('')), last('0'), says(/^40\{/), begin(''), times(600, () => more('')), last('41'), ping('alive'), pongs('alive')],
  ['a message one byte too large', 'max_payload_bytes', text('4'.repeat(maximum + 1)), closes(1009)],
  ['a large message is refused by its head', 'max_payload_bytes', text('', { length: maximum + 1 }), closes(1009)],
  ['a second fragment that makes it too large', 'max_payload_bytes', begin('4'.repeat(maximum)), last('', { length: 1 }), closes(1009)],
  ['many small fragments that are too large together', 'max_payload_bytes', begin('4'), times(1_001, () => more('x'.repeat(1_000))), closes(1009)],
  ['a binary message too large', 'max_payload_bytes', binary(Buffer.alloc(maximum + 1)), closes(1009)],
  ['what follows an error is not read', 'RFC 6455 7.1.7', frame(3), times(200, () => text('40')), closes(1002)],
  ['an empty text', 'engine.io 2', text(''), closes()],
];

const utf = [
  ['a byte that begins nothing', 'RFC 3629 3', text(utf8(0x34, 0xff)), closes(1007)],
  ['a continuation byte alone', 'RFC 3629 3', text(utf8(0x34, 0x80)), closes(1007)],
  ['an overlong slash', 'RFC 3629 3', text(utf8(0x34, 0xc0, 0xaf)), closes(1007)],
  ['an overlong NUL in three bytes', 'RFC 3629 3', text(utf8(0x34, 0xe0, 0x80, 0x80)), closes(1007)],
  ['a surrogate', 'RFC 3629 3', text(utf8(0x34, 0xed, 0xa0, 0x80)), closes(1007)],
  ['a code point above U+10FFFF', 'RFC 3629 3', text(utf8(0x34, 0xf4, 0x90, 0x80, 0x80)), closes(1007)],
  ['a character that is cut', 'RFC 3629 3', text(utf8(0x34, 0xf0, 0x9f, 0x98)), closes(1007)],
  ['a character that is interrupted', 'RFC 3629 3', text(utf8(0x34, 0xe2, 0x82, 0x41)), closes(1007)],
  ['bad UTF-8 in the second fragment', 'RFC 6455 8.1', begin('4'), last(utf8(0xc1)), closes(1007)],
  ['bad UTF-8 is refused before the message ends', 'RFC 6455 8.1', begin(utf8(0x34, 0xfe)), closes(1007)],
  ['bad UTF-8 is refused before the frame ends', 'RFC 6455 8.1', text(utf8(0x34, 0xfe), { length: 5_000 }), closes(1007)],
  ['a character that the last fragment does not finish', 'RFC 6455 8.1', begin(utf8(0x34, 0xe2)), last(utf8(0x82)), closes(1007)],
  ['a character over two fragments', 'RFC 6455 5.6', begin(bytes('40/', utf8(0xc3))), ping(''), pongs(''), last(utf8(0xa4)), says('44/ä,{"message":"Invalid namespace"}')],
  ['bad UTF-8 in a binary message is not text', 'RFC 6455 5.6', text('40'), says(/^40\{/), binary(utf8(0xff)), closes()],
];

const close = [
  ['a close of one byte', 'RFC 6455 5.5.1', frame(8, 'x'), closes(1002)],
  ['a close code below 1000', 'RFC 6455 7.4.2', closing(999), closes(1002)],
  ['a close code that is never sent', 'RFC 6455 7.4.1', closing(1006), closes(1002)],
  ['a close code nobody has defined', 'RFC 6455 7.4.2', closing(2_500), closes(1002)],
  ['a close code above 4999', 'RFC 6455 7.4.2', closing(65_535), closes(1002)],
  ['a close reason that is not UTF-8', 'RFC 6455 5.5.1', closing(1000, utf8(0xc0)), closes(1007)],
  ['a close too long', 'kMaxControlBytes', closing(1000, 'x'.repeat(124)), closes(1002)],
  ['a close of an application is answered alike', 'RFC 6455 5.5.1', closing(4_321, 'bye'), closes(4_321)],
  ['a close without a code', 'RFC 6455 7.1.5', frame(8), closes()],
  ['frames behind a close', 'RFC 6455 5.5.1', bytes(closing(1000), text('40'), frame(3)), closes(1000)],
  ['TCP ends without a close', 'RFC 6455 7.1.7', ({ wire }) => wire.socket.end(), cutOff],
  ['TCP is reset within a frame', 'RFC 6455 7.1.7', text('40').subarray(0, 4), 5, ({ wire }) => wire.socket.resetAndDestroy(), cutOff],
];

// Against a server that compresses: every text and binary message comes back.
const echo = '/engine.io/?EIO=4&transport=websocket';
const compress = (data) => deflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
const packed = (data, options) => text(compress(data), { rsv: 4, ...options });
const compressed = (offer = 'permessage-deflate') => [
  (context) => context.open(),
  upgrade({ path: echo, more: [`Sec-WebSocket-Extensions: ${offer}`] }),
  upgraded({ 'sec-websocket-extensions': /^permessage-deflate; / }),
  says(/^0\{"sid"/),
];
const agreed = compressed();
const deflate = [
  ['a bomb of zeros', 'max_payload_bytes', agreed, packed(Buffer.alloc(200_000_000, '4')), closes(1009)],
  ['a bomb in a binary message', 'max_payload_bytes', agreed, binary(compress(Buffer.alloc(50_000_000)), { rsv: 4 }), closes(1009)],
  ['a bomb in fragments', 'max_payload_bytes', agreed, ((data) => [begin(data.subarray(0, 900), { rsv: 4 }), last(data.subarray(900))])(compress(Buffer.alloc(2_000_000, '4'))), closes(1009)],
  ['one inflated byte too many', 'max_payload_bytes', agreed, packed('4'.repeat(maximum + 1)), closes(1009)],
  ['compressed bytes above the limit', 'max_payload_bytes', agreed, text('', { rsv: 4, length: maximum + 1 }), closes(1009)],
  ['a stream that is no DEFLATE', 'RFC 7692 7.2.2', agreed, text(utf8(0xff, 0xff, 0xff, 0xff), { rsv: 4 }), closes(1007)],
  ['a stream that is cut', 'RFC 7692 7.2.2', agreed, text(compress('4hello hello hello').subarray(0, 5), { rsv: 4 }), closes(1007)],
  ['a distance before the beginning', 'RFC 7692 7.2.2', agreed, text(compress('4hello hello hello').subarray(4), { rsv: 4 }), closes(1007)],
  ['text that is no UTF-8 once inflated', 'RFC 6455 8.1', agreed, packed(utf8(0x34, 0xc0, 0xaf)), closes(1007)],
  ['the bit on a control frame', 'RFC 7692 6.1', agreed, ping('', { rsv: 4 }), closes(1002)],
  ['the bit on a second fragment', 'RFC 7692 6.1', agreed, begin(compress('4x'), { rsv: 4 }), last('', { rsv: 4 }), closes(1002)],
  ['another bit beside it', 'RFC 7692 6.1', agreed, text(compress('4x'), { rsv: 6 }), closes(1002)],
  ['a window from an earlier message', 'RFC 7692 7.1.1.2', agreed, packed('4hello hello'), says('4hello hello'), text(compress('4hello hello').subarray(3), { rsv: 4 }), closes(1007)],
  ['no bytes at all', 'RFC 7692 7.2.3.6', agreed, text('', { rsv: 4 }), closes(1007)],
  ['a compressed message of nothing', 'RFC 7692 7.2.3.6', agreed, text(utf8(0), { rsv: 4 }), closes()],
  ['a message that is not compressed', 'RFC 7692 6', agreed, text('4plain'), says('4plain')],
  ['compressed fragments with a ping between', 'RFC 7692 7.2.1', agreed, ((data) => [begin(data.subarray(0, 3), { rsv: 4 }), ping('p'), pongs('p'), last(data.subarray(3))])(compress('4fragments')), says('4fragments')],
  ['stored blocks', 'RFC 7692 7.2.3.3', agreed, text(deflateRawSync('4stored', { level: 0, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4), { rsv: 4 }), says('4stored')],
  ['an offer with a parameter nobody knows', 'RFC 7692 7', (context) => context.open(), upgrade({ path: echo, more: ['Sec-WebSocket-Extensions: permessage-deflate; bomb=1'] }), upgraded({ 'sec-websocket-extensions': null }), says(/^0/), text('4x', { rsv: 4 }), closes(1002)],
  ['an offer whose window is out of range', 'RFC 7692 7.1.2.1', (context) => context.open(), upgrade({ path: echo, more: ['Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99'] }), upgraded({ 'sec-websocket-extensions': null }), says(/^0/)],
  ['a parameter that is there twice', 'RFC 7692 7.1', (context) => context.open(), upgrade({ path: echo, more: ['Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; server_no_context_takeover'] }), upgraded({ 'sec-websocket-extensions': null }), says(/^0/)],
  ['a bad offer before a good one', 'RFC 7692 5.1', compressed('permessage-deflate; server_max_window_bits=8, permessage-deflate; server_max_window_bits=9'), packed('4small'), says('4small')],
];

export const layer = 'websocket';
export const sections = [
  { on: 'skat', begin: [(context) => context.open()], rows: handshake },
  { on: 'skat', begin: webSocket(), rows: [...frames, ...messages, ...utf, ...close] },
  { on: 'deflate', begin: [], rows: deflate },
];
