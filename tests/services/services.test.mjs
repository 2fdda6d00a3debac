// The real services that other tests stand on: they start, do their work, survive what the fault tests do to them, and leave
// nothing behind.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ask } from '../../tools/services/daemon.mjs';
import { withServices } from '../support/services.mjs';

const tool = new URL('../../tools/services.mjs', import.meta.url).pathname;

// kcat, the C client: exit code and output.
function kcat(kafka, args, input = '') {
  return new Promise((resolve, reject) => {
    const child = spawn('kcat', ['-b', kafka.addresses(), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
    child.stdin.end(input);
  });
}

// Processes of this folder, by their command line or working directory.
function processesOf(folder) {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
    } catch {
      return false;
    }
  });
}

test('three brokers, Redis and PostgreSQL start, work, and leave no process', { timeout: 120_000 }, async (context) => {
  let folder;
  // Topics come by their first use here; Skat creates its own.
  const kafka = { nodes: 3, settings: { 'auto.create.topics.enable': true } };
  const before = Date.now();
  await withServices({ kafka }, async (services) => {
    context.diagnostic(`started in ${((Date.now() - before) / 1000).toFixed(1)} s`);
    folder = services.folder;
    assert.equal(processesOf(folder).length > 0, true);

    assert.equal(await ask(services.redis.port, 'PING\r\n'), '+PONG\r\n');
    assert.equal(await services.postgres.query('SELECT 1'), '1');
    assert.equal(await services.postgres.query('SHOW fsync'), 'on');

    const produced = await kcat(services.kafka, ['-P', '-t', 'smoke', '-k', 'key', '-X', 'acks=all'], 'Grüße 👋\n');
    assert.equal(produced.code, 0);
    const consumed = await kcat(services.kafka, ['-C', '-t', 'smoke', '-o', 'beginning', '-e', '-q', '-f', '%k=%s\n']);
    assert.equal(consumed.output, 'key=Grüße 👋\n');
    const { output } = await kcat(services.kafka, ['-L', '-J']);
    const [topic] = JSON.parse(output).topics;
    assert.equal(topic.partitions[0].replicas.length, 3);

    // One broker is killed: two are enough for acks=all; it comes back to its address with its data.
    const [first] = services.kafka.brokers;
    await first.kill();
    const without = await kcat(services.kafka, ['-P', '-t', 'smoke', '-X', 'acks=all'], 'second\n');
    assert.equal(without.code, 0);
    await first.start();

    // Redis held: no answer; afterwards the same process answers.
    services.redis.pause();
    assert.equal(await ask(services.redis.port, 'PING\r\n', 200), undefined);
    services.redis.resume();
    assert.equal(await ask(services.redis.port, 'PING\r\n'), '+PONG\r\n');

    // PostgreSQL killed: what was committed is there after the restart.
    await services.postgres.query('CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)');
    await services.postgres.kill();
    await services.postgres.start();
    assert.equal(await services.postgres.query('SELECT n FROM kept'), '7');

    assert.equal(await services.stop(), true, 'each of them ends by itself');
  });
  assert.deepEqual(processesOf(folder), []);
});

test('a service that cannot start is reported with its own words', async () => {
  const refused = withServices({ only: ['redis'], redis: { args: ['--no-such-option', '1'] } }, () => {});
  await assert.rejects(refused, (error) => {
    rmSync(/logs: (\S+)\)/.exec(error.message)[1], { recursive: true });
    return /redis ended before it was ready[\s\S]*no-such-option/.test(error.message);
  });
});

test('services.mjs run gives the addresses to the command and exits as it does', (context) => {
  const TMPDIR = mkdtempSync(join(tmpdir(), 'skat-test-'));
  context.after(() => rmSync(TMPDIR, { recursive: true }));
  const script = 'process.stdout.write(process.env.SKAT_TEST_REDIS); process.exit(7)';
  const args = [tool, 'run', '--only', 'redis', '--', process.execPath, '-e', script];
  const run = spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, TMPDIR } });
  assert.match(run.stdout, /^redis:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(run.status, 7);
});

test('services.mjs refuses what it does not know', () => {
  for (const args of [[], ['fly'], ['run', '--only', 'mongo', '--', 'true'], ['up', '--brokers', '2']]) {
    const run = spawnSync(process.execPath, [tool, ...args], { encoding: 'utf8' });
    assert.equal(run.status, 2, args.join(' '));
    assert.match(run.stderr, /usage/);
  }
});
