// The checker is a program too: each anomaly planted in a clean history is found and named, and the clean one is valid.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { check, checkFolder } from './checker/checker.mjs';
import { cleanHistory } from './checker/clean_history.mjs';
import { rules } from './checker/findings.mjs';

const few = { minimumAcks: 50 };

test('clean histories are valid', () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const { verdict, found, doubts, acked } = check(cleanHistory({ seed }), few);
    assert.deepEqual({ verdict, found, doubts, acked }, { verdict: 'valid', found: [], doubts: [], acked: 60 }, `seed ${seed}`);
  }
});

test('recorders may come in any order', () => {
  const history = cleanHistory();
  const recorders = Object.values(Object.groupBy(history, ({ e, p, node }) => p ?? `${e} ${node}`)).reverse();
  assert.equal(check(recorders.flat(), few).verdict, 'valid');
});

test('200,000 lines in files are read as a stream', { timeout: 60_000 }, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'skat-test-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const history = cleanHistory({ rooms: 20, messages: 32_000 });
  writeFileSync(join(folder, 'a.jsonl'), history.map((entry) => JSON.stringify(entry)).join('\n'));
  const before = performance.now();
  const { verdict, lines, found } = await checkFolder(folder);
  context.diagnostic(`${lines} lines in ${Math.round(performance.now() - before)} ms`);
  assert.ok(lines >= 200_000, `${lines} lines`);
  assert.deepEqual([verdict, found], ['valid', []]);
});

// Ways to find a place in a history.
const last = (history, matches) => history.findLastIndex(matches);
const lastOf = (history, e, matches = () => true) => history[last(history, (entry) => entry.e === e && matches(entry))];
const hist = (history, node = 0) => lastOf(history, 'hist', (entry) => entry.node === node && entry.room === 'room-0');
const database = (history) => lastOf(history, 'db', ({ room }) => room === 'room-0');
const everywhere = (history, change) => {
  for (const entry of history) if ((entry.e === 'hist' || entry.e === 'db') && entry.room === 'room-0') change(entry.items);
};
const recvs = (history, p = 'una') => history.flatMap((entry, at) => (entry.e === 'recv' && entry.p === p && entry.room === 'room-0' ? [at] : []));
const loudest = (history) => Math.max(...history.map(({ t }) => t));
// A key of room-0 that was acked, and its place.
const acked = (history) => lastOf(history, 'ack', ({ room }) => room === 'room-0');
const sends = (history, k) => history.filter((entry) => entry.e === 'send' && entry.k === k);
const window = (history) => ({ from: 0, to: loudest(history) + 1 });

const planted = {
  'S1 an acked message is missing': (history) => everywhere(history, (items) => items.pop()),
  'S1 an acked message is not in the log': (history) => {
    const { k } = acked(history);
    for (let at; (at = last(history, (entry) => entry.e === 'log' && entry.k === k)) >= 0; ) history.splice(at, 1);
  },
  'S1 a message seen live is missing': (history) => {
    const seq = hist(history).items.length + 1;
    history.push({ e: 'recv', t: loudest(history), p: 'una', room: 'room-0', seq, k: 'room-0/ada/d/1', h: 'h-room-0-ada-1', level: 'app' });
  },
  'S2 a message is twice in history': (history) =>
    everywhere(history, (items) => {
      const [, k, h, epoch] = items[2];
      items.push([items.length + 1, k, h, epoch]);
    }),
  'S2 a message has two rows': (history) => {
    const { items } = database(history);
    items.push([items.length + 1, items[3][1], items[3][2], 'e1']);
  },
  'S2 two nodes differ': (history) => {
    const { items } = hist(history, 1);
    [items[3][1], items[4][1]] = [items[4][1], items[3][1]];
  },
  'S2 a node has less than the others': (history) => hist(history, 2).items.pop(),
  'S2 the database lacks a row at the end': (history) => database(history).items.pop(),
  'S2 the database has another text': (history) => {
    database(history).items[3][2] = 'other';
  },
  'S2 the database has another epoch': (history) => {
    database(history).items[3][3] = 'e2';
  },
  'S3 two acks of one key disagree': (history) => history.push({ ...acked(history), t: loudest(history), seq: 2 }),
  'S3 an ack and history disagree': (history) => {
    acked(history).seq += 1;
  },
  'S3 acked and finally refused': (history) => {
    const { p, k } = acked(history);
    history.push({ e: 'nack', t: loudest(history), p, k, code: 'stale', final: true });
  },
  'S4 a message that nobody sent': (history) =>
    everywhere(history, (items) => items.push([items.length + 1, 'room-0/eve/d/1', 'x', 'e1'])),
  'S4 another text': (history) =>
    everywhere(history, (items) => {
      items[3][2] = 'other';
    }),
  'S4 another room': (history) => {
    const { k } = acked(history);
    for (const send of sends(history, k)) send.room = 'room-1';
  },
  'S4 finally refused and yet there': (history) => {
    const { k, p } = acked(history);
    history.splice(history.indexOf(acked(history)), 1);
    history.push({ e: 'nack', t: loudest(history), p, k, code: 'not_a_member', final: true });
  },
  'S4 nothing happened, it was told, and yet there': (history) => {
    const { k, p, t } = lastOf(history, 'ack', (entry) => entry.room === 'room-0' && sends(history, entry.k).length === 1);
    const at = last(history, (entry) => entry.e === 'ack' && entry.k === k);
    history.splice(at, 1, { e: 'nack', t, p, k, code: 'unavailable', final: false });
    for (const send of sends(history, k)) send.once = true;
  },
  'S4 seen live and never sent': (history) => {
    history[recvs(history)[4]].k = 'room-0/eve/d/1';
  },
  'S4 in history and not in the log': (history) => {
    const { k } = acked(history);
    for (let at; (at = last(history, (entry) => entry.e === 'log' && entry.k === k)) >= 0; ) history.splice(at, 1);
  },
  'S5 a hole in history': (history) => everywhere(history, (items) => items.splice(3, 1)),
  'S5 two subscribers saw different values': (history) => {
    history[recvs(history)[4]].h = 'other';
  },
  'S5 an ack names the number of another': (history) => {
    acked(history).seq -= 1;
  },
  'S5 a hole in a page': (history) => lastOf(history, 'read', ({ items }) => items.length > 2).items.splice(1, 1),
  'S5 another epoch than in history': (history) => {
    for (const at of recvs(history)) history[at].epoch = 'e0';
  },
  'S6 out of order': (history) => {
    const [, , third, fourth] = recvs(history);
    [history[third].seq, history[fourth].seq] = [history[fourth].seq, history[third].seq];
    [history[third].k, history[fourth].k] = [history[fourth].k, history[third].k];
    [history[third].h, history[fourth].h] = [history[fourth].h, history[third].h];
  },
  'S7 twice at a subscriber': (history) => history.splice(recvs(history)[4], 0, history[recvs(history)[4]]),
  'S8 a number skipped': (history) => history.splice(recvs(history)[4], 1),
  'S8 a second hole after one resync': (history) => {
    const at = recvs(history);
    for (const i of [at[6], at[3]]) history.splice(i, 1);
    history.splice(at[2], 0, { e: 'resync', t: history[at[2]].t, p: 'una', room: 'room-0', why: 'hole' });
  },
  'S8 the last message never came': (history) => history.splice(recvs(history).at(-1), 1),
  'S8 resumed behind a hole': (history) => {
    const at = recvs(history)[4];
    history.splice(at, 1, { e: 'sub', t: history[at].t, p: 'una', room: 'room-0', from: history[at].seq });
  },
  'S9 ordered against real time': (history) => {
    const { k, t } = acked(history);
    for (const send of sends(history, hist(history).items[2][1])) send.t = t + 1;
    assert.notEqual(k, hist(history).items[2][1]);
  },
  'S10 one connection, the other way': (history) => {
    const once = history.filter((entry) => entry.e === 'ack' && entry.room === 'room-0' && sends(history, entry.k).length === 1);
    const [first, second] = Object.values(Object.groupBy(once, ({ c }) => c)).find((list) => list.length > 1);
    const [one, two] = [sends(history, first.k)[0], sends(history, second.k)[0]];
    [one.k, two.k] = [two.k, one.k];
    [one.h, two.h] = [two.h, one.h];
    history.splice(history.indexOf(first), 1);
    history.splice(history.indexOf(second), 0, { ...first, t: second.t });
  },
  'S11 a page behind an ack': (history) => lastOf(history, 'read', ({ items }) => items.length > 1).items.pop(),
  'S11 an empty page': (history) => {
    lastOf(history, 'read', ({ items }) => items.length > 0).items = [];
  },
  'S12 delivered after leave': (history) => {
    const at = recvs(history)[5];
    history.splice(at, 0, { e: 'leave', t: history[at].t, p: 'una', room: 'room-0', phase: 'ack' });
  },
  'S12 delivered to one who never joined': (history) => {
    history.splice(last(history, ({ e, p, room }) => e === 'sub' && p === 'una' && room === 'room-0'), 1);
  },
  'L1 an open key that should have been repeated': (history) => history.splice(history.indexOf(acked(history)), 1),
  'L1 settled late': (history) => {
    acked(history).t = loudest(history) + 31e9;
  },
  'L1 the nodes never agreed': (history) => history.push({ e: 'quiet', t: loudest(history), ok: false, detail: 'heads differ' }),
  'L1 the database is behind the log': (history) => {
    lastOf(history, 'offsets').next -= 1;
  },
  'L2 refused while all should be acked': (history) => {
    const { k, p, t } = acked(history);
    history.splice(history.indexOf(acked(history)), 0, { e: 'nack', t, p, k, code: 'unavailable', final: false });
    history.push({ e: 'promise', ...window(history), what: 'acked' });
  },
  'L2 acked while nothing could be': (history) => history.push({ e: 'promise', ...window(history), what: 'none_acked' }),
  'L2 an answer that came late': (history) => {
    const { k } = acked(history);
    sends(history, k).at(-1).t -= 6e9;
    history.push({ e: 'promise', from: -1e12, to: 1e15, what: 'answered', ms: 5_000 });
  },
  'L2 no answer': (history) => {
    const { k, p, t } = acked(history);
    history.splice(history.indexOf(acked(history)), 0, { e: 'info', t, p, k, why: 'timeout' });
    history.push({ e: 'promise', from: 0, to: 1e15, what: 'answered', ms: 5_000 });
  },
  'L2 delivered late': (history) => {
    history[recvs(history).at(-1)].t += 3e9;
    history.push({ e: 'promise', from: 0, to: 1e15, what: 'lag', ms: 2_000 });
  },
  'L2 a recent page that is not complete': (history) => {
    lastOf(history, 'read').status = 'incomplete';
    history.push({ e: 'promise', from: 0, to: 1e15, what: 'readable' });
  },
  'L2 what the run saw for itself': (history) => history.push({ e: 'expect', what: 'a start with that topic', ok: false, detail: 'it started' }),
  'L3 no ack after the fault': (history) =>
    history.push({ e: 'promise', from: loudest(history), what: 'recovers', ms: 2_000 }),
  'R1 memory': (history) => {
    lastOf(history, 'mem').rss = 1e9;
  },
  'R1 open files': (history) => {
    lastOf(history, 'mem').fds = 1_000;
  },
  'R1 threads': (history) => {
    lastOf(history, 'mem').threads = 20;
  },
  'R1 requests that wait': (history) => {
    lastOf(history, 'mem').queued = 3;
  },
};
for (const [name, plant] of Object.entries(planted)) {
  test(`${name} is found and named`, () => {
    const history = cleanHistory({ rooms: 2 });
    plant(history);
    const { verdict, found } = check(history, few);
    assert.equal(verdict, 'invalid');
    assert.ok(found.some(({ rule }) => name.startsWith(`${rule} `)), JSON.stringify(found));
  });
}

test('every rule has a planted anomaly', () => {
  for (const rule of Object.keys(rules)) assert.ok(Object.keys(planted).some((name) => name.startsWith(`${rule} `)), rule);
});

const allowed = {
  'a resync allows one hole': (history) => {
    const at = recvs(history)[4];
    history.splice(at, 1, { e: 'resync', t: history[at].t, p: 'una', room: 'room-0', why: 'behind' });
  },
  'who has left need not reach the head': (history) => {
    const at = recvs(history)[4];
    for (const i of recvs(history).slice(4).reverse()) history.splice(i, 1);
    history.splice(at, 0, { e: 'leave', t: history[at].t, p: 'una', room: 'room-0', phase: 'ack' });
  },
  'who joins again begins anew': (history) => {
    const at = recvs(history)[4];
    const { t, seq } = history[at];
    const place = { t, p: 'una', room: 'room-0' };
    history.splice(at, 1, { e: 'leave', ...place, phase: 'ack' }, { e: 'sub', ...place, from: seq });
  },
  'a page that says it is incomplete promises nothing': (history) => {
    const read = lastOf(history, 'read', ({ items }) => items.length > 0);
    Object.assign(read, { items: [], status: 'incomplete' });
  },
  'a machine that stood still is no delay of the server': (history) => {
    const at = recvs(history).at(-1);
    history[at].t += 3e9;
    history.push({ e: 'stall', t: history[at].t, ms: 2_000 }, { e: 'promise', from: 0, to: 1e15, what: 'lag', ms: 2_000 });
  },
  'who never repeats may stay without an answer': (history) => {
    const { k } = acked(history);
    history.splice(history.indexOf(acked(history)), 1);
    for (const send of sends(history, k)) send.once = true;
  },
};
for (const [name, change] of Object.entries(allowed)) {
  test(`${name}`, () => {
    const history = cleanHistory({ rooms: 2 });
    change(history);
    assert.deepEqual(check(history, few).found, []);
  });
}

const doubtful = {
  'too few acks': [() => {}, { minimumAcks: 61 }],
  'a fault that did not take effect': [(history) => history.push({ e: 'fault', t: loudest(history), name: 'redis.kill', phase: 'begin', bit: false })],
  'a fault that never came': [(history) => history.unshift({ e: 'run', faults: ['redis.kill'] })],
  'a machine that stood still while something was promised': [
    (history) => history.push({ e: 'stall', t: 1.4e9, ms: 300 }, { e: 'promise', from: 1e9, to: 2e9, what: 'readable' }),
  ],
  'a clock that went back': [(history) => history.push({ e: 'conn', t: 1, p: 'una', c: 'una-9' })],
};
for (const [name, [change, options = few]] of Object.entries(doubtful)) {
  test(`${name} leaves the verdict open`, () => {
    const history = cleanHistory({ rooms: 2 });
    change(history);
    assert.equal(check(history, options).verdict, 'unknown');
  });
}
