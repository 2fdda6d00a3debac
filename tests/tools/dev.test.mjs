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

test('wrong use of fuzz is refused in one line that names what there is', () => {
  for (const [args, message] of [
    [['nosuch'], /no target 'nosuch'.*http_parser.*payload/],
    [['--runs'], /--runs wants a number/],
    [['--runs', '0'], /--runs wants a number/],
    [['--jobs', 'many'], /--jobs wants a number/],
    [['0'], /SECONDS wants a number/],
  ]) {
    const run = dev('fuzz', ...args);
    assert.equal(run.status, 2, args.join(' '));
    assert.match(run.stderr, message);
    assert.equal(run.stderr.trim().split('\n').length, 1);
  }
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
