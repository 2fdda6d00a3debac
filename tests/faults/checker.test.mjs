// The checker is a program too: each anomaly planted in a clean history is found and named, and the clean one is valid.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check } from '../support/checker.mjs';

function cleanHistory() {
  const history = [];
  const items = [[1, null, null]];
  for (let n = 1; n <= 20; n += 1) {
    const k = `ada/d1/${n}`;
    const seq = n + 1;
    history.push({ e: 'send', t: n * 10, p: 'ada', k, room: 'r', h: `h${n}` });
    history.push({ e: 'ack', t: n * 10 + 5, p: 'ada', k, room: 'r', seq });
    items.push([seq, k, `h${n}`]);
  }
  for (const p of ['bob', 'cleo']) {
    history.push({ e: 'sub', t: 0, p, room: 'r', from: 0 });
    for (const [seq, k, h] of items) history.push({ e: 'recv', t: 500, p, room: 'r', seq, k, h, level: 'app' });
  }
  history.push({ e: 'hist', node: 0, room: 'r', items });
  return history;
}

test('a clean history is valid', () => {
  assert.deepEqual(check(cleanHistory()), { verdict: 'valid', found: [], acked: 20 });
});

test('too few acks leave the verdict open', () => {
  assert.equal(check(cleanHistory(), { minimumAcks: 21 }).verdict, 'unknown');
});

const hist = (history) => history.find((entry) => entry.e === 'hist');
const recvAt = (history, p, seq) => history.findIndex((entry) => entry.e === 'recv' && entry.p === p && entry.seq === seq);

const planted = {
  'S1 an acked message is missing': (history) => hist(history).items.pop(),
  'S1 a message seen live is missing': (history) =>
    history.push({ e: 'recv', t: 600, p: 'bob', room: 'r', seq: 22, k: 'ada/d1/21', h: 'h21', level: 'app' }),
  'S2 a message is twice in history': (history) => {
    hist(history).items.push([22, 'ada/d1/3', 'h3']);
  },
  'S3 two acks of one key disagree': (history) => history.push({ e: 'ack', t: 900, p: 'ada', k: 'ada/d1/3', room: 'r', seq: 9 }),
  'S4 a message that nobody sent': (history) => {
    hist(history).items.push([22, 'eve/d9/1', 'x']);
  },
  'S4 another text': (history) => {
    hist(history).items[4][2] = 'other';
  },
  'S4 finally refused and yet there': (history) => history.push({ e: 'nack', t: 1, p: 'ada', k: 'ada/d1/5', final: true }),
  'S5 a hole in history': (history) => {
    hist(history).items.splice(7, 1);
  },
  'S5 two histories differ': (history) => {
    const items = hist(history).items.map((item) => [...item]);
    [items[3][1], items[4][1]] = [items[4][1], items[3][1]];
    history.push({ e: 'hist', node: 1, room: 'r', items });
  },
  'S5 live and history differ': (history) => {
    history[recvAt(history, 'bob', 4)].h = 'other';
  },
  'S6 out of order': (history) => {
    const at = recvAt(history, 'bob', 4);
    const [entry] = history.splice(at, 1);
    history.splice(recvAt(history, 'bob', 9) + 1, 0, entry);
  },
  'S7 twice at a subscriber': (history) => history.splice(recvAt(history, 'bob', 4), 0, history[recvAt(history, 'bob', 4)]),
  'S8 a number skipped': (history) => history.splice(recvAt(history, 'bob', 8), 1),
  'S8 the last message never came': (history) => history.splice(recvAt(history, 'cleo', 21), 1),
  'S9 ordered against real time': (history) => {
    history.find((entry) => entry.e === 'send' && entry.k === 'ada/d1/2').t = 1000;
  },
};
for (const [name, plant] of Object.entries(planted)) {
  test(`${name} is found and named`, () => {
    const history = cleanHistory();
    plant(history);
    const { verdict, found } = check(history);
    assert.equal(verdict, 'invalid');
    assert.ok(found.some(({ rule }) => name.startsWith(rule)), JSON.stringify(found));
  });
}
