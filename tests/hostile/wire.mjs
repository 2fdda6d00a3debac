// Wire: one raw connection to the server under test, read as HTTP responses or WebSocket frames.
import assert from 'node:assert/strict';
import { connect } from 'node:net';

const patience = 10_000; // for an answer that is due at once, on a busy machine

export class Wire {
  // `to`: a port of loopback, or a socket that is connecting already.
  constructor(to) {
    this.buffer = Buffer.alloc(0);
    this.waiting = new Set();
    this.socket = typeof to === 'number' ? connect({ port: to, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }) : to;
    this.socket.on('data', (chunk) => {
      this.buffer = Buffer.concat([this.buffer, chunk]);
      this.wake();
    });
    const over = (how) => () => {
      this.over ??= how;
      this.wake();
    };
    this.socket.on('end', over('end'));
    this.socket.on('error', over('reset'));
    this.socket.on('close', over('reset'));
  }

  wake() {
    for (const waiter of this.waiting) waiter();
  }

  write(data) {
    if (!this.socket.destroyed && this.socket.writable) this.socket.write(data);
  }

  // What `read` makes of the bytes so far: {used, value}, or undefined while some are missing. At the end: undefined.
  async take(read, what, ms = patience) {
    const until = Date.now() + ms;
    for (;;) {
      const found = read(this.buffer);
      if (found) {
        this.buffer = this.buffer.subarray(found.used);
        return found.value;
      }
      if (this.over) return undefined;
      const left = until - Date.now();
      assert.ok(left > 0, `${what}: nothing for ${ms} ms, after ${JSON.stringify(this.buffer.toString('latin1').slice(0, 200))}`);
      await new Promise((resolve) => {
        const timer = setTimeout(wake, left);
        const { waiting } = this;
        function wake() {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve();
        }
        waiting.add(wake);
      });
    }
  }

  async response(ms, { head = false } = {}) {
    const found = await this.take((buffer) => readResponse(buffer, head), 'a response', ms);
    assert.ok(found, `the connection ended (${this.over}) without a response, after ${JSON.stringify(this.buffer.toString('latin1').slice(0, 200))}`);
    return found;
  }

  async frame(ms) {
    const found = await this.take(readFrame, 'a frame', ms);
    assert.ok(found, `the connection ended (${this.over}) without a frame`);
    return found;
  }

  // Until the server has closed; nothing more may have come.
  async ended(ms) {
    await this.take(() => undefined, 'the end', ms);
    assert.equal(this.buffer.toString('latin1'), '', 'bytes before the end');
  }

  drop() {
    this.socket.destroy();
  }
}

function readResponse(buffer, head) {
  const end = buffer.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first, ...lines] = buffer.toString('latin1', 0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
  assert.ok(status, `not a status line: ${first}`);
  const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
  const length = head || status < 200 || status === 204 || status === 304 ? 0 : Number(headers.get('content-length'));
  if (buffer.length < end + 4 + length) return undefined;
  const body = buffer.toString('utf8', end + 4, end + 4 + length);
  return { used: end + 4 + length, value: { status, headers, body } };
}

// Server frames: unmasked, never fragmented.
function readFrame(buffer) {
  if (buffer.length < 2) return undefined;
  const short = buffer[1] & 0x7f;
  const wide = short < 126 ? 0 : short === 126 ? 2 : 8;
  if (buffer.length < 2 + wide) return undefined;
  const length = wide === 0 ? short : wide === 2 ? buffer.readUInt16BE(2) : Number(buffer.readBigUInt64BE(2));
  if (buffer.length < 2 + wide + length) return undefined;
  assert.equal(buffer[1] & 0x80, 0, 'a server frame is masked');
  assert.equal(buffer[0] & 0x80, 0x80, 'a server frame is fragmented');
  const payload = Buffer.from(buffer.subarray(2 + wide, 2 + wide + length));
  return { used: 2 + wide + length, value: { opcode: buffer[0] & 15, compressed: (buffer[0] & 0x40) !== 0, payload } };
}
