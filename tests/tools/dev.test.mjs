// ./dev answers wrong use with one line and exit code 2, and its help fits a screen.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const root = new URL('../..', import.meta.url).pathname;
const dev = (...args) => spawnSync('./dev', args, { cwd: root, encoding: 'utf8' });

test('an unknown verb is refused in one line', () => {
  const run = dev('fly');
  assert.equal(run.status, 2);
  assert.equal(run.stderr.trim().split('\n').length, 1);
  assert.match(run.stderr, /no verb 'fly'/);
});

test('--help fits a screen of 24 lines', () => {
  const run = dev('--help');
  assert.equal(run.status, 0);
  assert.ok(run.stdout.trim().split('\n').length <= 24);
});

test('an unknown test step is refused', () => {
  const run = spawnSync(process.execPath, ['tools/test_all.mjs', 'nosuch'], { cwd: root, encoding: 'utf8' });
  assert.equal(run.status, 2);
  assert.match(run.stderr, /no step 'nosuch'/);
});
