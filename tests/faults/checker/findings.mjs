// The rules a history is judged by, and what was found against them.

export const rules = {
  S1: 'acked or seen, and not in history',
  S2: 'twice in history, or the database and the nodes do not have the same',
  S3: 'two acks of one key disagree, or disagree with history',
  S4: 'phantom: never sent, another text or room, or finally refused and yet there',
  S5: 'two values for one (room, seq), or a hole in history',
  S6: 'order at a subscriber',
  S7: 'twice at a subscriber',
  S8: 'a number skipped at a subscriber without a resync',
  S9: 'acked before another was sent, ordered after it',
  S10: 'sent one after the other on one connection, ordered the other way',
  S11: 'a read behind what had been acked or seen',
  S12: 'delivered after leave, or to one who never joined',
  L1: 'not settled in time',
  L2: 'not available where promised',
  L3: 'not recovered in time',
  R1: 'memory, files or threads not back to base',
};

// Limit: of each rule the first kMaxOfOneRule are kept in full; all are counted.
const kMaxOfOneRule = 50;

export class Findings {
  found = [];
  counts = {};

  report(rule, detail) {
    this.counts[rule] = (this.counts[rule] ?? 0) + 1;
    if (this.counts[rule] <= kMaxOfOneRule) this.found.push({ rule, detail });
  }
}
