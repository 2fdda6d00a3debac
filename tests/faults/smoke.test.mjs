// One fault of each kind against a whole cluster, in a few minutes; all other rows are ./dev faults. SKAT_SEED runs a
// schedule again.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { outputFolder } from '../support/skat.mjs';
import { smoke } from './rows.mjs';
import { Run } from './run.mjs';

const seed = Number(process.env.SKAT_SEED ?? Date.now() % 1_000_000);

// A machine that stands still leaves the verdict open, and only that is worth a second run.
const kAttempts = 2;
const stoodStill = ({ verdict, doubts }) => verdict === 'unknown' && doubts.every((doubt) => doubt.startsWith('the machine stood still'));

test('a cluster keeps its promises while each of its parts fails once', { timeout: kAttempts * 6 * 60_000 }, async (context) => {
  const folder = join(outputFolder, 'faults', 'smoke');
  let outcome;
  for (let attempt = 1; attempt <= kAttempts; attempt += 1) {
    outcome = await new Run({ row: smoke, seed, folder, say: console.log }).perform();
    context.diagnostic(`seed ${seed}: ${outcome.acked} acked messages, ${outcome.verdict} ${outcome.doubts.join('; ')}`);
    if (!stoodStill(outcome)) break;
  }
  assert.deepEqual(outcome.found.slice(0, 20), [], `seed ${seed}, ${folder}`);
  assert.equal(outcome.verdict, 'valid', `seed ${seed}: ${outcome.doubts.join('; ')}`);
});
