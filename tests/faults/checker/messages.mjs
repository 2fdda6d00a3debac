// What senders asked for and were told, by the key that makes a send idempotent: S1, S3, S4, S9, S10, L1.

// A settled answer may come this long after everything was healed.
const kSettleLimit = 30_000_000_000;
// Answers that took longer than this are kept one by one, for the promises.
const kSlowAnswer = 1_000_000_000;

export class Messages {
  all = new Map(); // k -> message
  slow = []; // {k, t, took}: answers that took long, or never came (took: Infinity)
  setbacks = []; // {k, since, t, what}: every try that was not acked

  constructor(findings) {
    this.findings = findings;
  }

  send({ t, c, k, room, h, once }) {
    let message = this.all.get(k);
    if (!message) {
      message = { room, h, once: once === true, t, c, tries: 0, denied: 0, order: this.all.size };
      this.all.set(k, message);
    } else if (message.h !== h || message.room !== room) {
      this.findings.report('S4', `${k} was sent with two texts or into two rooms: the run is wrong`);
    }
    message.tries += 1;
    message.tried = t;
  }

  answered(message, k, t) {
    if (message.tried === undefined) return;
    const took = t - message.tried;
    if (took > kSlowAnswer) this.slow.push({ k, t: message.tried, took });
    message.tried = undefined;
  }

  ack({ t, c, k, room, seq }) {
    const message = this.all.get(k);
    if (!message) {
      this.findings.report('S4', `${k} was acked as ${room}/${seq} and never sent`);
      return;
    }
    this.answered(message, k, t);
    if (message.room !== room) this.findings.report('S3', `${k} was sent into ${message.room} and acked in ${room}`);
    if (message.acked === undefined) Object.assign(message, { acked: seq, ackedAt: t, ackedOn: c });
    else if (message.acked !== seq) this.findings.report('S3', `${k}: ${message.acked} and ${seq}`);
    message.ackedAt = Math.min(message.ackedAt, t);
  }

  nack({ t, k, final, code }) {
    const message = this.all.get(k);
    if (!message) return;
    this.setbacks.push({ k, since: message.tried ?? t, t, what: code });
    this.answered(message, k, t);
    message.denied += 1;
    if (!final) return;
    message.refused = code;
    message.refusedAt = t;
  }

  // Nothing certain: the connection went, the client gave up waiting, or the server said that it does not know.
  info({ t, k, why }) {
    const message = this.all.get(k);
    if (!message) return;
    this.setbacks.push({ k, since: message.tried ?? t, t, what: why });
    if (why === 'timeout' && message.tried !== undefined) this.slow.push({ k, t: message.tried, took: Infinity });
    else this.answered(message, k, t);
    message.tried = undefined;
  }

  get acked() {
    let count = 0;
    for (const { acked } of this.all.values()) if (acked !== undefined) count += 1;
    return count;
  }

  // numbers: Numbers, complete. healed: when every fault had ended, if the run says so.
  finish(numbers, healed) {
    for (const [k, message] of this.all) {
      const place = numbers.placeOf.get(k);
      if (message.acked !== undefined) {
        if (place === undefined) this.findings.report('S1', `${k} was acked as ${message.room}/${message.acked}`);
        else if (place !== message.acked) this.findings.report('S3', `${k}: acked as ${message.acked}, in history as ${place}`);
        if (numbers.logged && !numbers.logged.has(k)) this.findings.report('S1', `${k} was acked and is not in the log`);
      }
      if (message.refused !== undefined && place !== undefined) {
        this.findings.report('S4', `${message.room}/${place}: ${k} was finally refused (${message.refused})`);
      }
      if (message.denied === message.tries && message.refused === undefined && place !== undefined) {
        this.findings.report('S4', `${message.room}/${place}: every try of ${k} was answered "nothing happened"`);
      }
      if (message.refused !== undefined && message.acked !== undefined) {
        this.findings.report('S3', `${k} was acked as ${message.acked} and finally refused (${message.refused})`);
      }
      this.checkSettled(k, message, healed);
    }
    this.checkRealTime(numbers);
    this.checkSenders();
  }

  checkSettled(k, { once, refused, acked, ackedAt, t }, healed) {
    if (healed === undefined) return;
    if (!once && acked === undefined && refused === undefined) this.findings.report('L1', `${k} has no answer that is final`);
    else if (acked !== undefined && ackedAt > Math.max(healed, t) + kSettleLimit) {
      this.findings.report('L1', `${k} was acked ${((ackedAt - healed) / 1e9).toFixed(1)} s after all was healed`);
    }
  }

  // Walks each room's history backwards, keeping the earliest ack of what comes later.
  checkRealTime(numbers) {
    for (const [room, keys] of numbers.keysByRoom()) {
      let earliest = Infinity;
      let which;
      for (let seq = keys.length - 1; seq >= 1; seq -= 1) {
        const message = keys[seq] && this.all.get(keys[seq]);
        if (!message) continue;
        if (message.t > earliest) this.findings.report('S9', `${room}: ${which} was acked before ${keys[seq]} was sent`);
        if (message.ackedAt < earliest) {
          earliest = message.ackedAt;
          which = keys[seq];
        }
      }
    }
  }

  // Only what was sent once and acked on that very connection has an order there: a repeat may come much later.
  checkSenders() {
    const lanes = new Map();
    for (const [k, message] of this.all) {
      if (message.c === undefined || message.tries !== 1 || message.acked === undefined || message.ackedOn !== message.c) continue;
      const lane = `${message.c} ${message.room}`;
      const before = lanes.get(lane);
      if (before && before.t <= message.t && before.acked > message.acked) {
        this.findings.report('S10', `${lane}: ${before.k} as ${before.acked}, then ${k} as ${message.acked}`);
      }
      lanes.set(lane, { k, t: message.t, acked: message.acked });
    }
  }
}
