// HTTP: what reaches the server before any protocol of ours (RFC 9110, RFC 9112).
import { cut, raw, request } from './bytes.mjs';
import { session } from './polling.mjs';
import { answered, cutOff, refused, usable } from './steps.mjs';

const get = (lines, body) => request('GET /livez', lines, body);
// To a session, since without one nobody would wait for the body.
const post = (lines, body = '') => ({ wire, path, sid }) => wire.write(request(`POST ${path}&sid=${sid}`, lines, body));
const chunked = (body) => post(['Transfer-Encoding: chunked'], body);
const many = (count, make) => Array.from({ length: count }, (_, i) => make(i));
// The body was read whole and taken for packets.
const bodyRead = answered(200, { body: 'ok' });
// A path that is no file's is the web client's: it gets the page, never anything else.
const thePage = answered(200, { body: /^<!doctype html>/ });

const requestLine = [
  ['words that are no request', 'RFC 9112 3', raw('hello there\r\n\r\n'), refused(400)],
  ['a TLS ClientHello', 'RFC 9112 3', Buffer.from('1603010200010001fc0303', 'hex'), Buffer.alloc(500, 7), refused(400)],
  ['the preface of HTTP/2', 'RFC 9113 3.4', raw('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), refused(505)],
  ['a request of HTTP/0.9', 'RFC 9112 3', raw('GET /livez\r\n\r\n'), refused(400)],
  ['a version that does not exist', 'RFC 9112 2.3', raw('GET /livez HTTP/1.9\r\nHost: x\r\n\r\n'), refused(400)],
  ['a version in lower case', 'RFC 9112 2.3', raw('GET /livez http/1.1\r\nHost: x\r\n\r\n'), refused(400)],
  ['no target', 'RFC 9112 3.2', raw('GET HTTP/1.1\r\nHost: x\r\n\r\n'), refused(400)],
  ['two spaces before the target', 'RFC 9112 3', raw('GET  /livez HTTP/1.1\r\nHost: x\r\n\r\n'), refused(400)],
  ['tabs for spaces', 'RFC 9112 3', raw('GET\t/livez\tHTTP/1.1\r\nHost: x\r\n\r\n'), refused(400)],
  ['a space before the method', 'RFC 9112 3', raw(' GET /livez HTTP/1.1\r\nHost: x\r\n\r\n'), refused(400)],
  ['a control character in the target', 'RFC 9112 3.2', raw('GET /li\x01vez HTTP/1.1\r\nHost: x\r\n\r\n'), refused(400)],
  ['NUL in the method', 'RFC 9110 5.6.2', raw('G\0T /livez HTTP/1.1\r\nHost: x\r\n\r\n'), refused(400)],
  ['a line that ends with LF alone', 'RFC 9112 2.2', raw('GET /livez HTTP/1.1\nHost: x\n\n'), refused(400)],
  ['a line that ends with CR alone', 'RFC 9112 2.2', raw('GET /livez HTTP/1.1\rHost: x\r\r'), refused(400)],
  ['empty lines before the request', 'RFC 9112 2.2', raw('\r\n\r\n\r\n'), get(), answered(200), usable],
  ['an escape that is no hex', 'RFC 3986 2.1', request('GET /%zz'), refused(400)],
  ['an escape that is cut', 'RFC 3986 2.1', request('GET /livez%4'), refused(400)],
  ['NUL as an escape', 'RFC 3986 7.3', request('GET /livez%00.html'), refused(400)],
  ['an authority where a path should be', 'RFC 9112 3.2.3', request('CONNECT 127.0.0.1:22'), refused(400)],
  ['a target without a slash', 'RFC 9112 3.2.1', request('GET livez'), refused(400)],
  ['a path that climbs out', 'RFC 3986 5.2.4', request('GET /../../../../etc/passwd'), thePage, usable],
  ['a path that climbs out in escapes', 'RFC 3986 5.2.4', request('GET /%2e%2e/%2e%2e/%2e%2e/etc/passwd'), thePage, usable],
  ['a path that climbs out with backslashes', 'RFC 3986 5.2.4', request('GET /..\\..\\etc\\passwd'), answered(404), usable],
  ['a target on another host', 'RFC 9112 3.2.2', request('GET http://evil.example/livez'), answered(200), usable],
  ['the asterisk', 'RFC 9112 3.2.4', request('OPTIONS *'), answered(204), usable],
  ['a method nobody knows', 'RFC 9110 15.5.6', request('BREW /livez'), answered(405, { headers: { allow: 'GET, HEAD' } }), usable],
  ['a method in lower case', 'RFC 9110 9.1', request('get /livez'), answered(405), usable],
  ['TRACE, which would show the headers again', 'RFC 9110 9.3.8', request('TRACE /', ['Cookie: secret=1']), answered(405), usable],
  ['a method that is known and not wanted', 'RFC 9110 15.5.6', request('DELETE /metrics'), answered(405), usable],
  ['HEAD gets no body', 'RFC 9110 9.3.2', request('HEAD /livez'), answered(200, { head: true, headers: { 'content-length': '3' } }), usable],
];

const head = [
  ['a target above the limit', 'max_head_bytes', request(`GET /${'a'.repeat(17_000)}`), refused(431)],
  ['one header above the limit', 'max_head_bytes', get([`X: ${'a'.repeat(17_000)}`]), refused(431)],
  ['many headers that together are above the limit', 'max_head_bytes', get(many(90, (i) => `X-${i}: ${'a'.repeat(200)}`)), refused(431)],
  ['a head above the limit that never ends', 'max_head_bytes', raw(`GET /livez HTTP/1.1\r\nX: ${'a'.repeat(17_000)}`), refused(431)],
  ['a head above the limit in small pieces', 'max_head_bytes', raw('GET /livez HTTP/1.1\r\nX: '), many(60, () => [Buffer.alloc(300, 'a'), 1]), refused(431)],
  ['a method that never ends', 'max_head_bytes', Buffer.alloc(17_000, 'G'), refused(431)],
  ['one header too many', 'max_header_count', get(many(100, (i) => `X-${i}: 1`)), refused(431)],
  ['a header that is sent too often', 'max_header_count', get(many(101, () => 'Cookie: a=b')), refused(431)],
  ['a header without a name', 'RFC 9112 5.1', get([': value']), refused(400)],
  ['a space before the colon', 'RFC 9112 5.1', get(['X-Name : value']), refused(400)],
  ['a space within a name', 'RFC 9110 5.1', get(['X Name: value']), refused(400)],
  ['a header without a colon', 'RFC 9112 5', get(['X-Name']), refused(400)],
  ['a folded header', 'RFC 9112 5.2', get(['X-Name: a', ' folded: b']), refused(400)],
  ['a folded line right after the request line', 'RFC 9112 2.2', raw('GET /livez HTTP/1.1\r\n Host: x\r\n\r\n'), refused(400)],
  ['NUL in a value', 'RFC 9110 5.5', get(['X-Name: a\0b']), refused(400)],
  ['CR within a value', 'RFC 9110 5.5', get(['X-Name: a\rX-Other: b']), refused(400)],
  ['bytes above 127 in a name', 'RFC 9110 5.1', get(['X-N\xe4me: a']), refused(400)],
  ['bytes above 127 in a value are opaque', 'RFC 9110 5.5', get(['X-Name: \xe4\xff']), answered(200), usable],
  ['no Host', 'RFC 9112 3.2', raw('GET /livez HTTP/1.1\r\n\r\n'), refused(400)],
  ['two Hosts', 'RFC 9112 3.2', get(['Host: a', 'Host: b']), refused(400)],
  ['HTTP/1.0 without Host is served and closed', 'RFC 9112 9.3', raw('GET /livez HTTP/1.0\r\n\r\n'), refused(200)],
  ['an expectation nobody can meet', 'RFC 9110 10.1.1', get(['Expect: the-moon']), refused(417)],
  ['an upgrade to a protocol we do not have', 'RFC 9110 7.8', get(['Connection: Upgrade', 'Upgrade: h2c']), answered(200), usable],
  ['a WebSocket where there is none', 'RFC 9110 7.8', get(['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==']), answered(200), usable],
  ['a Connection header of many tokens', 'RFC 9110 7.6.1', get([`Connection: ${'x, '.repeat(3_000)}keep-alive`]), answered(200), usable],
  ['a Range that is none', 'RFC 9110 14.2', request('GET /', ['Range: bytes=9-1,-,x']), answered(200), usable],
  ['an entity tag without its quotes', 'RFC 9110 8.8.3', request('GET /', ['If-None-Match: W/"', 'If-Modified-Since: yesterday']), answered(200), usable],
  ['nothing acceptable', 'RFC 9110 12.5.3', request('GET /', ['Accept-Encoding: identity;q=0, *;q=0']), answered(200), usable],
];

const length = [
  ['two equal lengths', 'RFC 9112 6.3', post(['Content-Length: 1', 'Content-Length: 1'], 'x'), refused(400)],
  ['two different lengths', 'RFC 9112 6.3', post(['Content-Length: 1', 'Content-Length: 99'], 'x'), refused(400)],
  ['a list of lengths', 'RFC 9112 6.3', post(['Content-Length: 1, 1'], 'x'), refused(400)],
  ['a length below 0', 'RFC 9110 8.6', post(['Content-Length: -1']), refused(400)],
  ['a length with a plus', 'RFC 9110 8.6', post(['Content-Length: +1'], 'x'), refused(400)],
  ['a length in hex', 'RFC 9110 8.6', post(['Content-Length: 0x1'], 'x'), refused(400)],
  ['a length with letters behind it', 'RFC 9110 8.6', post(['Content-Length: 1x'], 'x'), refused(400)],
  ['an empty length', 'RFC 9110 8.6', post(['Content-Length:']), refused(400)],
  ['a length of 2^64', 'RFC 9110 8.6', post(['Content-Length: 18446744073709551616']), refused(400)],
  ['a length of 2^64-1 is only too large', 'max_body_bytes', post(['Content-Length: 18446744073709551615']), refused(413)],
  ['a length beside a transfer coding', 'RFC 9112 6.1', post(['Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n'), refused(400)],
  ['a transfer coding beside a length', 'RFC 9112 6.1', post(['Transfer-Encoding: chunked', 'Content-Length: 5'], '0\r\n\r\n'), refused(400)],
  ['a coding that is not chunked', 'RFC 9112 6.1', post(['Transfer-Encoding: gzip'], '0\r\n\r\n'), refused(400)],
  ['chunked twice', 'RFC 9112 6.1', post(['Transfer-Encoding: chunked, chunked'], '0\r\n\r\n'), refused(400)],
  ['chunked in two headers', 'RFC 9112 6.1', post(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], '0\r\n\r\n'), refused(400)],
  ['a coding hidden by a control character', 'RFC 9112 6.1', post(['Transfer-Encoding: \x0bchunked'], '0\r\n\r\n'), refused(400)],
  ['a coding in a request of HTTP/1.0', 'RFC 9112 6.1', raw('POST /socket.io/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'), refused(400)],
  ['a body where none is taken', 'max_body_bytes', get(['Content-Length: 5'], 'hello'), refused(413)],
  ['chunks where no body is taken', 'max_body_bytes', get(['Transfer-Encoding: chunked'], '5\r\nhello\r\n0\r\n\r\n'), refused(413)],
  ['a body for a path that does not exist', 'max_body_bytes', request('POST /nowhere', ['Content-Length: 70000'], Buffer.alloc(70_000)), refused(413)],
  ['100 Continue is not said to a body too large', 'RFC 9110 10.1.1', post(['Expect: 100-continue', 'Content-Length: 1000001']), refused(413)],
  ['100 Continue is said to a body in time', 'RFC 9110 10.1.1', post(['Expect: 100-continue', 'Content-Length: 2']), answered(100), raw('40'), bodyRead],
];

const chunks = [
  ['a chunk size that is no hex', 'RFC 9112 7.1', chunked('zz\r\n'), refused(400)],
  ['a chunk size that is missing', 'RFC 9112 7.1', chunked('\r\nhello'), refused(400)],
  ['a chunk size below 0', 'RFC 9112 7.1', chunked('-5\r\nhello'), refused(400)],
  ['a chunk size with 0x', 'RFC 9112 7.1', chunked('0x5\r\nhello'), refused(400)],
  ['a chunk size of 2^64', 'RFC 9112 7.1', chunked('10000000000000000\r\n'), refused(400)],
  ['a chunk size with a space before it', 'RFC 9112 7.1', chunked(' 5\r\nhello\r\n'), refused(400)],
  ['a chunk larger than a body may be', 'max_body_bytes', chunked('fffffff\r\n'), refused(413)],
  ['chunks that together are larger than a body may be', 'max_body_bytes', chunked(`${`40000\r\n${'x'.repeat(0x40000)}\r\n`.repeat(4)}`), refused(413)],
  ['a size line that does not end', 'kMaxSizeLine', chunked(`5;${'x'.repeat(5_000)}`), refused(400)],
  ['a control character in a chunk extension', 'RFC 9112 7.1.1', chunked('5;a=\x01\r\nhello\r\n0\r\n\r\n'), refused(400)],
  ['LF alone behind a chunk size', 'RFC 9112 7.1', chunked('5\nhello\r\n0\r\n\r\n'), refused(400)],
  ['no line end behind the data', 'RFC 9112 7.1', chunked('5\r\nhelloworld\r\n0\r\n\r\n'), refused(400)],
  ['LF alone behind the data', 'RFC 9112 7.1', chunked('5\r\nhello\n0\r\n\r\n'), refused(400)],
  ['trailers that do not end', 'kMaxTrailers', chunked(`0\r\n${'X-Trailer: aaaaaaaaaaaaaaaaaaaa\r\n'.repeat(600)}`), refused(400)],
  ['LF alone at the end of the trailers', 'RFC 9112 7.1.2', chunked('0\r\nX: a\n\r\n'), refused(400)],
  ['leading zeros in a chunk size', 'RFC 9112 7.1', chunked('0000002\r\n40\r\n0\r\n\r\n'), bodyRead, usable],
  ['a chunked body byte by byte', 'RFC 9112 7.1', post(['Transfer-Encoding: chunked']), cut('1\r\n4\r\n1;x=y\r\n0\r\n0\r\nX: trailer\r\n\r\n'), bodyRead, usable],
];

const order = [
  ['a bad request behind a good one', 'RFC 9112 9.3', get(), raw('NONSENSE\r\n\r\n'), answered(200), refused(400)],
  ['a request behind the last one', 'RFC 9112 9.6', get(['Connection: close']), get(), refused(200)],
  ['a request hidden in a body is a body', 'RFC 9112 11.2', post([`Content-Length: ${get().length}`], get()), answered(400, { body: '' }), usable],
  ['many requests at once', 'max_pipelined_per_turn', Buffer.concat(many(300, () => get())), many(300, () => answered(200)), usable],
  ['a request byte by byte', 'RFC 9112 2.2', cut(get()), answered(200), usable],
  ['half a request, then the end', 'RFC 9112 8', raw('GET /livez HT'), ({ wire }) => wire.socket.end(), cutOff],
  ['half a body, then the end', 'RFC 9112 8', post(['Content-Length: 10'], '40'), ({ wire }) => wire.socket.end(), cutOff],
  ['a client that closes its side with the request', 'RFC 9112 9.6', get(), ({ wire }) => wire.socket.end(), answered(200), cutOff],
];

// Of the library, which has no page for a path that nobody serves.
const unrouted = [
  ['a body for a path that nobody serves', 'kMaxUnroutedBodyBytes', request('POST /nowhere', ['Content-Length: 65537']), refused(413)],
  ['a small body for a path that nobody serves', 'kMaxUnroutedBodyBytes', request('POST /nowhere', ['Content-Length: 65536'], Buffer.alloc(65_536)), answered(404)],
];

export const layer = 'http';
export const sections = [
  { on: 'skat', begin: [(context) => context.open()], rows: [...requestLine, ...head] },
  { on: 'skat', begin: [session(), (context) => context.open()], rows: [...length, ...chunks, ...order] },
  { on: 'library', begin: [(context) => context.open()], rows: unrouted },
];
