// Which value every (room, seq) has, from whatever source, and when it was first known: S1, S2, S4, S5, S11.
// Values come from two sides: what people were told (acks, live events, pages) and the final truth (the histories of all
// nodes, the database). Each side must agree with itself, and then one with the other.

class Room {
  told = []; // seq -> {k, h, epoch, t}; t: earliest moment at which somebody knew of it
  final = []; // seq -> {k, h, epoch}
  sources = new Map(); // 'node 0', 'database' -> last seq
}

const differ = (a, b) =>
  a.k !== b.k || (a.h !== undefined && b.h !== undefined && a.h !== b.h) || (a.epoch && b.epoch && a.epoch !== b.epoch);
const show = ({ k, h, epoch }) => `${k}${h === undefined ? '' : ` ${h}`}${epoch ? ` of epoch ${epoch}` : ''}`;

export class Numbers {
  rooms = new Map();
  placeOf = new Map(); // k -> seq, of the final truth
  logged = undefined; // keys in the log, if it was read
  logEnds = new Map(); // partition -> highest offset in the log
  archived = new Map(); // partition -> next offset of the database
  reads = [];

  constructor(findings) {
    this.findings = findings;
  }

  room(id) {
    let room = this.rooms.get(id);
    if (!room) this.rooms.set(id, (room = new Room()));
    return room;
  }

  // Somebody was told of a value. h undefined: an ack, which has no text.
  tell(id, seq, k, h, epoch, t, source) {
    const { told } = this.room(id);
    const known = told[seq];
    if (!known) {
      told[seq] = { k, h, epoch, t };
      return;
    }
    if (differ(known, { k, h, epoch })) {
      this.findings.report('S5', `${id}/${seq}: ${source} says ${show({ k, h, epoch })}, before it was ${show(known)}`);
    }
    known.h ??= h;
    known.epoch ??= epoch;
    known.t = Math.min(known.t, t);
  }

  // A whole room: from a node's history or from the database.
  take(id, source, items) {
    const room = this.room(id);
    const keys = new Set();
    let expected = 1;
    for (const [seq, k, h, epoch] of items) {
      if (seq !== expected) this.findings.report('S5', `${id}: ${source} has ${seq} where ${expected} should be`);
      expected = seq + 1;
      const value = { k, h, epoch };
      const known = room.final[seq];
      if (!known) room.final[seq] = value;
      else if (differ(known, value)) {
        this.findings.report('S2', `${id}/${seq}: ${source} has ${show(value)}, another has ${show(known)}`);
      }
      if (k === null) continue; // not a message
      if (keys.has(k)) this.findings.report('S2', `${id}: ${source} has ${k} twice`);
      keys.add(k);
      const place = this.placeOf.get(k);
      if (place === undefined) this.placeOf.set(k, seq);
    }
    room.sources.set(source, expected - 1);
  }

  log({ part, off, k }) {
    this.logged ??= new Set();
    if (k !== null) this.logged.add(k);
    this.logEnds.set(part, Math.max(off, this.logEnds.get(part) ?? -1));
  }

  // A history page as a client got it. Only a page that says it is complete promises anything.
  read({ t0, t, p, node, room, after, items, more, status, epoch }) {
    if (status !== 'complete') return;
    let last = after;
    for (const [seq, k, h] of items) {
      if (last !== undefined && seq !== last + 1) this.findings.report('S5', `${p} on node ${node}: ${room}/${seq} after ${last} in a page`);
      last = seq;
      this.tell(room, seq, k, h, epoch, t, `a page of node ${node}`);
    }
    if (!more) this.reads.push({ t0, room, node, last: last ?? 0 });
  }

  head(id) {
    return Math.max(0, (this.rooms.get(id)?.final.length ?? 0) - 1);
  }

  // [room, array of seq -> k]
  *keysByRoom() {
    for (const [id, room] of this.rooms) yield [id, room.final.map((value) => value?.k)];
  }

  finish(messages) {
    for (const [id, room] of this.rooms) {
      for (const [source, last] of room.sources) {
        if (last !== this.head(id)) this.findings.report('S2', `${id}: ${source} ends at ${last}, another at ${this.head(id)}`);
      }
      for (const [seq, told] of room.told.entries()) {
        if (!told) continue;
        const final = room.final[seq];
        if (!final) this.findings.report('S1', `${id}/${seq}: ${show(told)} was acked or seen`);
        else if (differ(told, final)) this.findings.report('S5', `${id}/${seq}: ${show(told)} was told, history has ${show(final)}`);
        this.checkOrigin(id, seq, told, messages);
      }
      for (const [seq, final] of room.final.entries()) {
        if (!final) continue;
        this.checkOrigin(id, seq, final, messages);
        if (final.k !== null && this.logged && !this.logged.has(final.k)) {
          this.findings.report('S4', `${id}/${seq}: ${final.k} is in history and not in the log`);
        }
      }
    }
    this.checkReads();
    for (const [part, end] of this.logEnds) {
      const next = this.archived.get(part);
      if (this.archived.size > 0 && !(next > end)) {
        this.findings.report('L1', `partition ${part}: the log ends at ${end}, the database goes on at ${next}`);
      }
    }
  }

  checkOrigin(id, seq, { k, h }, messages) {
    if (k === null) return;
    const origin = messages.all.get(k);
    if (!origin) this.findings.report('S4', `${id}/${seq}: ${k} was never sent`);
    else if (origin.room !== id) this.findings.report('S4', `${id}/${seq}: ${k} was sent into ${origin.room}`);
    else if (h !== undefined && origin.h !== h) this.findings.report('S4', `${id}/${seq}: ${k} has another text`);
  }

  checkReads() {
    const byRoom = Map.groupBy(this.reads, ({ room }) => room);
    for (const [id, reads] of byRoom) {
      const known = [...this.room(id).told.entries()].filter(([, value]) => value).map(([seq, { t }]) => ({ seq, t }));
      known.sort((a, b) => a.t - b.t);
      reads.sort((a, b) => a.t0 - b.t0);
      let at = 0;
      let head = 0;
      for (const { t0, node, last } of reads) {
        for (; at < known.length && known[at].t < t0; at += 1) head = Math.max(head, known[at].seq);
        if (last < head) this.findings.report('S11', `${id}: node ${node} showed up to ${last}, ${head} was known before`);
      }
    }
  }
}
