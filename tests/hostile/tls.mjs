// TLS: what comes to the port of HTTPS (RFC 8446). Within TLS everything is as without.
import assert from 'node:assert/strict';
import { connect } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { bytes, cut, request, text, upgrade } from './bytes.mjs';
import { answered, between, closes, cutOffWithin, refused, says, trickle, upgraded, usable } from './steps.mjs';
import { Wire } from './wire.mjs';

const open = (context) => context.open();
// A record: content type, version 3.1, length, content. `length` may lie.
const record = (type, content, length = content.length) => bytes(Buffer.from([type, 3, 1, length >> 8, length & 255]), content);
// A ClientHello of TLS 1.2 with one cipher; `length` of the handshake message may lie.
const hello = (extensions = '', length) => {
  const body = Buffer.from(`0303${'5a'.repeat(32)}00${'0002c02f'}0100${extensions}`, 'hex');
  const told = length ?? body.length;
  return bytes(Buffer.from([1, told >> 16, (told >> 8) & 255, told & 255]), body);
};
// The server ends the connection; all it may say is an alert.
const alertOrEnd = async ({ wire }, ms) => {
  await wire.take(() => undefined, 'the end', ms);
  assert.ok(wire.buffer.length === 0 || wire.buffer[0] === 21, `not an alert: ${wire.buffer.toString('hex').slice(0, 40)}`);
};

// Whether a handshake with these options fails.
const fails = ({ port, server }, options) =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', ca: server.certificate, ...options }, () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', () => resolve(true));
  });

const before = [
  ['a request in the clear', 'RFC 8446 5.1', open, request('GET /livez'), refused(400)],
  ['bytes that are no record', 'RFC 8446 5.1', open, Buffer.alloc(600, 0xff), alertOrEnd],
  ['data before a handshake', 'RFC 8446 5.1', open, record(23, Buffer.alloc(40)), alertOrEnd],
  ['a heartbeat before a handshake', 'CVE-2014-0160', open, record(24, Buffer.from('014000', 'hex')), alertOrEnd],
  ['an alert before a handshake', 'RFC 8446 6', open, record(21, Buffer.from('0228', 'hex')), alertOrEnd],
  ['a record longer than one may be', 'RFC 8446 5.1', open, record(22, Buffer.alloc(10), 65_535), Buffer.alloc(66_000), alertOrEnd],
  ['an empty record', 'RFC 8446 5.1', open, record(22, Buffer.alloc(0)), ({ wire }) => wire.socket.end(), alertOrEnd],
  ['a hello longer than its record says', 'RFC 8446 4.1.2', open, record(22, hello('', 20)), alertOrEnd],
  ['a hello of 16 MB costs nothing', 'RFC 8446 4.1.2', open, record(22, hello('', 0xffffff)), alertOrEnd],
  ['a hello whose extensions are cut', 'RFC 8446 4.2', open, record(22, hello('00ff000a')), alertOrEnd],
  ['a hello with nothing we want', 'RFC 8446 4.1.1', open, record(22, hello()), alertOrEnd],
  ['a hello byte by byte, then the end', 'RFC 8446 5.1', open, cut(record(22, hello()).subarray(0, 30)), ({ wire }) => wire.socket.end(), alertOrEnd],
  ['a reset within a hello', 'RFC 9293 3.5', open, record(22, hello()).subarray(0, 20), 5, ({ wire }) => wire.socket.resetAndDestroy()],
  ['a hello of SSL 2', 'RFC 6176 3', open, Buffer.from(`802e0100020015000000100100800300800700c0060040020080040080${'5a'.repeat(40)}`, 'hex'), alertOrEnd],
  ['a hello of TLS 1.0', 'RFC 8996', async (context) => assert.equal(await fails(context, { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'ALL@SECLEVEL=0' }), true)],
  ['ciphers without a secret', 'RFC 9325 4.1', async (context) => assert.equal(await fails(context, { maxVersion: 'TLSv1.2', ciphers: 'NULL:aNULL@SECLEVEL=0' }), true)],
];

// The wire of the context is the inside of a TLS connection.
const inside = (options) => async (context) => {
  const { port, server } = context;
  const socket = connect({ port, host: '127.0.0.1', ca: server.certificate, allowHalfOpen: true, ...options });
  context.wire = new Wire(socket);
  context.wires.push(context.wire);
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
};
const within = [
  ['a bad request within TLS', 'RFC 9112 3', inside(), 'NONSENSE\r\n\r\n', refused(400)],
  ['a request byte by byte, a record each', 'RFC 8446 5.1', inside(), cut(request('GET /livez')), answered(200), usable],
  ['a head above the limit within TLS', 'max_head_bytes', inside(), request(`GET /${'a'.repeat(17_000)}`), refused(431)],
  ['a frame without a mask within TLS', 'RFC 6455 5.1', inside(), upgrade(), upgraded(), says(/^0/), text('40', { mask: null }), closes(1002)],
  ['TCP cut without the alert that ends TLS', 'RFC 8446 6.1', inside(), request('GET /livez'), answered(200), ({ wire }) => wire.socket.destroy()],
  ['a renegotiation', 'RFC 9325 3.5', inside({ maxVersion: 'TLSv1.2' }), ({ wire }) => void wire.socket.renegotiate({}, () => {}), 200, async ({ wire }) => {
    wire.write(request('GET /livez'));
    await sleep(100);
    assert.ok(wire.over || wire.buffer.includes('200 OK'), 'neither refused nor served');
  }],
  ['a protocol we do not speak', 'RFC 7301 3.2', async (context) => {
    if (await fails(context, { ALPNProtocols: ['h2'] })) return;
    await inside({ ALPNProtocols: ['h2'] })(context);
    context.wire.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    await refused(505)(context);
  }],
];

const patient = [
  ['a connection that never begins its handshake', 'head_timeout', open, between(9, 15, cutOffWithin(20_000))],
  ['a hello that trickles', 'head_timeout', open, trickle([...record(22, hello('', 5_000))].map((byte) => Buffer.from([byte])), 500), between(9, 15, (context) => alertOrEnd(context, 20_000))],
];

export const layer = 'tls';
export const sections = [
  { on: 'tls', rows: [...before, ...within] },
  { on: 'tls', patient: true, rows: patient },
];
