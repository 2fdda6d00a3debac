// What a row of the fault table promises for a stretch of time: L2, L3. A line {"e":"promise","from","to","what","ms"}:
//   acked        no send begun in it is refused or left open
//   none_acked   nothing first sent in it is acked in it
//   answered     every try begun in it has an answer after `ms` at the latest
//   lag          steady subscribers see what is acked in it after `ms` at the latest
//   readable     every read that names a recent place is complete
//   recovers     within `ms` after `from`, something first sent after `from` is acked (in each of `rooms`, if named)
// and {"e":"expect","what","ok","detail"}: something the run saw for itself.

// A time counts without what the machine took from the run meanwhile: {"e":"stall","t","ms"} says that the recorder's own
// clock stood still for so long until t.

// A machine that stands still for this long is why a server or a service did not answer.
const kDisturbance = 250_000_000;
const kBefore = 2_000_000_000; // how far back its effects reach
// A promise whose time it took more of than this share is not judged: the run proves little.
const kLostShare = 0.25;

const seconds = (ns) => `${(ns / 1e9).toFixed(2)} s`;

export class Promises {
  all = [];
  reads = []; // reads of a recent place that were not complete
  stalls = []; // {from, to}
  lastSeen = new Map(); // k -> when the last steady subscriber saw it

  constructor(findings) {
    this.findings = findings;
  }

  // recv: an event at a steady subscriber.
  saw(k, t) {
    const before = this.lastSeen.get(k);
    if (before === undefined || before < t) this.lastSeen.set(k, t);
  }

  stall({ t, ms }) {
    this.stalls.push({ from: t - ms * 1e6, to: t });
  }

  lost(from, to) {
    let lost = 0;
    for (const stall of this.stalls) lost += Math.max(0, Math.min(to, stall.to) - Math.max(from, stall.from));
    return lost;
  }

  // From `from` to `to`, without the stalls.
  time(from, to) {
    return to - from - this.lost(from, to);
  }

  disturbed(from, to) {
    return this.lost(from - kBefore, to) > kDisturbance;
  }

  // What cannot be judged, in words.
  get doubts() {
    const share = ({ from, to }) => (to > from ? this.lost(from, to) / (to - from) : 0);
    return this.all.filter((promise) => share(promise) > kLostShare).map((promise) => `the machine stood still for ${Math.round(100 * share(promise))} % of the time of a promise (${promise.what})`);
  }

  read({ t0, t, recent, room, node, status }) {
    if (recent && status !== 'complete') this.reads.push({ t0, t, room, node, status });
  }

  finish(messages) {
    for (const promise of this.all) this[promise.what](promise, messages);
  }

  acked({ from, to }, messages) {
    for (const { k, since, t, what } of messages.setbacks) {
      if (this.disturbed(since, t)) continue;
      const begun = messages.all.get(k).t;
      if (begun >= from && begun < to) this.findings.report('L2', `${k}: ${what} at ${seconds(t - from)}, all should be acked`);
    }
  }

  none_acked({ from, to }, messages) {
    for (const [k, { t, ackedAt }] of messages.all) {
      if (t >= from && ackedAt < to) this.findings.report('L2', `${k} was acked while nothing could be`);
    }
  }

  answered({ from, to, ms }, messages) {
    for (const { k, t, took } of messages.slow) {
      if (t >= from && t < to && took > ms * 1e6 && this.time(t, t + took) > ms * 1e6) this.findings.report('L2', `${k}: no answer within ${ms} ms (${seconds(took)})`);
    }
  }

  lag({ from, to, ms }, messages) {
    for (const [k, { ackedAt }] of messages.all) {
      if (!(ackedAt >= from && ackedAt < to)) continue;
      const seen = this.lastSeen.get(k);
      if (seen !== undefined && seen - ackedAt > ms * 1e6 && this.time(ackedAt, seen) > ms * 1e6) this.findings.report('L2', `${k} was seen ${seconds(seen - ackedAt)} after its ack`);
    }
  }

  readable({ from, to }) {
    for (const { t0, t, room, node, status } of this.reads) {
      if (t0 >= from && t < to && !this.disturbed(t0, t)) this.findings.report('L2', `${room} on node ${node}: ${status}`);
    }
  }

  recovers({ from, ms, rooms = [undefined] }, messages) {
    const earliest = new Map();
    for (const { room, t, ackedAt } of messages.all.values()) {
      if (t < from || ackedAt === undefined) continue;
      for (const name of [room, undefined]) earliest.set(name, Math.min(ackedAt, earliest.get(name) ?? Infinity));
    }
    for (const room of rooms) {
      const first = earliest.get(room);
      const took = first === undefined ? Infinity : this.time(from, first);
      if (took > ms * 1e6) this.findings.report('L3', `${room ?? 'no room'}: the first ack ${seconds(took)} after, ${ms} ms were promised`);
    }
  }
}
