// Bytes that a well-behaved client would not send: HTTP requests and WebSocket frames of any shape.
import { randomBytes } from 'node:crypto';

export const bytes = (...parts) => Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
export const raw = (text) => Buffer.from(text, 'latin1');

// A request: "GET /path", more header lines, a body. Host is there unless one of the lines begins with "Host" or `noHost`.
export function request(line, lines = [], body = '') {
  const all = lines.some((each) => /^host\b/i.test(each)) ? lines : ['Host: skat', ...lines];
  return bytes(raw(`${line} HTTP/1.1\r\n${all.map((each) => `${each}\r\n`).join('')}\r\n`), body);
}

const socketIo = '/socket.io/?EIO=4&transport=websocket';
export const upgradeLines = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw=='];
// The opening handshake; `change` maps its header lines, `more` follows them.
export const upgrade = ({ path = socketIo, line = `GET ${path}`, without, more = [] } = {}) =>
  request(line, [...upgradeLines.filter((each) => !without || !each.startsWith(without)), ...more]);

// A frame of a client. `length` and `lengthBytes` (0, 2 or 8) lie about the payload when they are given.
export function frame(opcode, payload = '', { fin = true, rsv = 0, mask = randomBytes(4), length, lengthBytes } = {}) {
  const data = Buffer.from(payload);
  const told = BigInt(length ?? data.length);
  const wide = lengthBytes ?? (told < 126n ? 0 : told < 65_536n ? 2 : 8);
  const head = Buffer.alloc(2 + wide);
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  head[1] = (mask ? 0x80 : 0) | (wide === 0 ? Number(told) : wide === 2 ? 126 : 127);
  if (wide === 2) head.writeUInt16BE(Number(told), 2);
  if (wide === 8) head.writeBigUInt64BE(told, 2);
  if (!mask) return Buffer.concat([head, data]);
  return Buffer.concat([head, mask, data.map((byte, i) => byte ^ mask[i % 4])]);
}

export const text = (payload, options) => frame(1, payload, options);
export const binary = (payload, options) => frame(2, payload, options);
export const more = (payload, options) => frame(0, payload, { fin: false, ...options });
export const last = (payload, options) => frame(0, payload, options);
export const ping = (payload, options) => frame(9, payload, options);
export const pong = (payload, options) => frame(10, payload, options);
export const begin = (payload, options) => frame(1, payload, { fin: false, ...options });
export const beginBinary = (payload, options) => frame(2, payload, { fin: false, ...options });
export const closing = (code, reason = '', options) => {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return frame(8, bytes(head, reason), options);
};

// The same bytes in pieces of `size`, each written on its own.
export const cut = (data, size = 1) => {
  const whole = Buffer.from(data);
  const pieces = [];
  for (let at = 0; at < whole.length; at += size) pieces.push(whole.subarray(at, at + size));
  return pieces.flatMap((piece) => [piece, 1]);
};
