// Judges a fault run's history: one object per recorded event, in any order. Names every anomaly by its rule.
//   send {p,k,room,h}  ack {p,k,room,seq}  nack {p,k,final}  recv {p,room,seq,k,h,level}  resync {p,room}
//   hist {node,room,items:[[seq,k,h],…]}   sub {p,room,from}
// k = sender/device/n, the key that makes a send idempotent; h = hash of the text, unique to the key.

export const rules = {
  S1: 'acked or seen live, and not in history',
  S2: 'twice in history',
  S3: 'two acks of one key disagree, or disagree with history',
  S4: 'phantom: never sent, another text, or finally refused and yet there',
  S5: 'two values for one (room, seq), or a hole in history',
  S6: 'order at a subscriber',
  S7: 'twice at a subscriber',
  S8: 'a number skipped at a subscriber without a resync',
  S9: 'acked before another was sent, ordered after it',
};

export function check(history, { minimumAcks = 1 } = {}) {
  const found = [];
  const report = (rule, detail) => found.push({ rule, detail });
  const byKind = (kind) => history.filter((entry) => entry.e === kind);

  const sent = new Map(); // k -> {h, room, t}
  for (const entry of byKind('send')) if (!sent.has(entry.k)) sent.set(entry.k, entry);
  const refused = new Set(byKind('nack').filter((entry) => entry.final).map((entry) => entry.k));

  // History: one per room and node; all nodes agree.
  const rooms = new Map(); // room -> Map(seq -> [k, h])
  const placeOf = new Map(); // k -> seq
  for (const { room, items } of byKind('hist')) {
    const known = rooms.get(room);
    const here = new Map();
    const keys = new Set();
    let expected = 1;
    for (const [seq, k, h] of items) {
      if (seq !== expected) report('S5', `${room}: ${seq} where ${expected} should be`);
      expected = seq + 1;
      if (here.has(seq)) report('S5', `${room}/${seq} is there twice`);
      here.set(seq, [k, h]);
      if (k === null) continue; // not a message
      if (keys.has(k)) report('S2', `${room}: ${k}`);
      keys.add(k);
      placeOf.set(k, seq);
      const origin = sent.get(k);
      if (!origin || origin.h !== h || origin.room !== room) report('S4', `${room}/${seq}: ${k}`);
      if (refused.has(k)) report('S4', `${room}/${seq}: ${k} was finally refused`);
    }
    if (known) {
      const longest = Math.max(known.size, here.size);
      for (let seq = 1; seq <= longest; seq += 1) {
        if (JSON.stringify(known.get(seq)) !== JSON.stringify(here.get(seq))) report('S5', `${room}/${seq}: two histories differ`);
      }
    } else {
      rooms.set(room, here);
    }
  }

  const ackedSeq = new Map();
  const acks = byKind('ack');
  for (const { k, seq, room } of acks) {
    if (ackedSeq.has(k) && ackedSeq.get(k) !== seq) report('S3', `${k}: ${ackedSeq.get(k)} and ${seq}`);
    ackedSeq.set(k, seq);
    if (!placeOf.has(k)) report('S1', `${k} was acked as ${room}/${seq}`);
    else if (placeOf.get(k) !== seq) report('S3', `${k}: acked as ${seq}, in history as ${placeOf.get(k)}`);
  }

  // Subscribers, as the application saw them.
  const streams = new Map();
  const announced = new Set(byKind('resync').map(({ p, room }) => `${p} ${room}`));
  const from = new Map(byKind('sub').map(({ p, room, from: start }) => [`${p} ${room}`, start]));
  for (const entry of byKind('recv')) {
    if (entry.level !== 'app') continue;
    const stream = `${entry.p} ${entry.room}`;
    const seen = streams.get(stream) ?? { last: from.get(stream) ?? 0, all: new Set() };
    streams.set(stream, seen);
    if (seen.all.has(entry.seq)) report('S7', `${stream}/${entry.seq}`);
    else if (entry.seq < seen.last) report('S6', `${stream}: ${entry.seq} after ${seen.last}`);
    else if (entry.seq > seen.last + 1 && !announced.has(stream)) report('S8', `${stream}: ${entry.seq} after ${seen.last}`);
    seen.all.add(entry.seq);
    seen.last = Math.max(seen.last, entry.seq);
    const value = rooms.get(entry.room)?.get(entry.seq);
    if (!value) report('S1', `${stream}/${entry.seq} was seen live`);
    else if (value[0] !== entry.k || value[1] !== entry.h) report('S5', `${stream}/${entry.seq}: live and history differ`);
  }
  for (const [stream, start] of from) {
    const room = stream.split(' ')[1];
    const head = rooms.get(room)?.size ?? 0;
    const last = streams.get(stream)?.last ?? start;
    if (last !== head && !announced.has(stream)) report('S8', `${stream} ended at ${last}, the room at ${head}`);
  }

  // Real time: walks each room's history backwards, keeping the earliest ack of what comes later.
  const firstAck = new Map();
  for (const { k, t } of acks) firstAck.set(k, Math.min(t, firstAck.get(k) ?? Infinity));
  for (const [room, numbers] of rooms) {
    let earliest = Infinity;
    let which;
    for (let seq = numbers.size; seq >= 1; seq -= 1) {
      const k = numbers.get(seq)?.[0];
      if (!k) continue;
      const begin = sent.get(k)?.t ?? -Infinity;
      if (begin > earliest) report('S9', `${room}: ${which} was acked before ${k} was sent`);
      const ack = firstAck.get(k) ?? Infinity;
      if (ack < earliest) {
        earliest = ack;
        which = k;
      }
    }
  }

  const verdict = found.length > 0 ? 'invalid' : ackedSeq.size < minimumAcks ? 'unknown' : 'valid';
  return { verdict, found, acked: ackedSeq.size };
}
