// What each subscriber's application saw, in the order it saw it: S6, S7, S8, S12.

export class Streams {
  all = new Map(); // 'p room' -> stream

  constructor(findings) {
    this.findings = findings;
  }

  // Before the request goes out: events may come from then on. from: what the application has.
  sub({ p, room, from, steady }) {
    const name = `${p} ${room}`;
    const stream = this.all.get(name);
    if (!stream || stream.left) {
      this.all.set(name, { p, room, last: from, skipped: new Set(), excused: false, left: false, steady: steady === true });
      return;
    }
    if (from > stream.last) this.jump(name, stream, from);
  }

  // The next number may leave a hole, once.
  resync({ p, room }) {
    const stream = this.all.get(`${p} ${room}`);
    if (stream) stream.excused = true;
  }

  leave({ p, room, phase }) {
    const stream = this.all.get(`${p} ${room}`);
    if (stream && phase === 'ack') stream.left = true;
  }

  jump(name, stream, to) {
    if (!stream.excused) this.findings.report('S8', `${name}: ${to} after ${stream.last}`);
    stream.excused = false;
    for (let seq = stream.last + 1; seq <= to; seq += 1) stream.skipped.add(seq);
    stream.last = to;
  }

  recv({ p, room, seq, level }) {
    const name = `${p} ${room}`;
    const stream = this.all.get(name);
    if (!stream || stream.left) {
      this.findings.report('S12', `${name}/${seq} ${stream ? 'after it had left' : 'never joined'}`);
      return;
    }
    if (level !== 'app') return;
    if (seq > stream.last + 1) this.jump(name, stream, seq - 1);
    if (seq === stream.last + 1) {
      stream.last = seq;
      stream.excused = false;
    } else if (stream.skipped.delete(seq)) this.findings.report('S6', `${name}: ${seq} after ${stream.last}`);
    else this.findings.report('S7', `${name}/${seq}`);
  }

  finish(numbers) {
    for (const [name, { room, last, left, excused }] of this.all) {
      const head = numbers.head(room);
      if (!left && !excused && last !== head) this.findings.report('S8', `${name} ended at ${last}, the room at ${head}`);
    }
  }
}
