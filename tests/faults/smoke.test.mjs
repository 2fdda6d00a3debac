// One fault of each kind against a whole cluster, in a few minutes; all other rows are ./dev faults. SKAT_SEED runs a
// schedule again.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { outputFolder } from '../support/skat.mjs';
import { smoke } from './rows.mjs';
import { Run } from './run.mjs';

const seed = Number(process.env.SKAT_SEED ?? Date.now() % 1_000_000);

test('a cluster keeps its promises while each of its parts fails once', { timeout: 6 * 60_000 }, async (context) => {
  const folder = join(outputFolder, 'faults', 'smoke');
  const run = new Run({ row: smoke, seed, folder, say: console.log });
  const { verdict, found, doubts, acked } = await run.perform();
  context.diagnostic(`seed ${seed}: ${acked} acked messages, ${verdict}`);
  assert.deepEqual(found.slice(0, 20), [], `seed ${seed}, ${folder}`);
  assert.equal(verdict, 'valid', `seed ${seed}: ${doubts.join('; ')}`);
});
