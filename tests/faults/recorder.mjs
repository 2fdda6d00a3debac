// Recorder: one file of JSON lines, in the order in which its people saw things.
import { createWriteStream } from 'node:fs';
import { createHash } from 'node:crypto';

// CLOCK_MONOTONIC in ns; a double holds 104 days of it exactly.
export const now = () => Number(process.hrtime.bigint());

export class Recorder {
  constructor(file) {
    this.file = createWriteStream(file);
    this.lines = 0;
    this.text = '';
  }

  put(entry) {
    this.lines += 1;
    this.text += `${JSON.stringify(entry)}\n`;
    if (this.text.length > 65_536) this.flush();
  }

  // With the moment.
  mark(entry) {
    const t = now();
    this.put({ ...entry, t });
    return t;
  }

  flush() {
    this.file.write(this.text);
    this.text = '';
  }

  async close() {
    this.flush();
    await new Promise((resolve) => this.file.end(resolve));
  }
}

export const hash = (text) => createHash('sha256').update(text).digest('hex').slice(0, 16);

// The key of a send. The ids are cut: 48 random bits tell a run's few rooms and users apart.
export const keyOf = (room, user, device, n) => `${room.slice(0, 12)}/${user.slice(0, 12)}/${device.slice(0, 12)}/${n}`;

// [k, h] of an event; [null, null] if it is no message.
export function valueOf({ kind, room, sender, device, n, body }) {
  return kind === 'message' ? [keyOf(room, sender, device, n), hash(body.text)] : [null, null];
}
