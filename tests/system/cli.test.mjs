// The command line: help fits a screen, mistakes get one line and exit code 2, SIGTERM ends in order.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChatClient } from '../support/client.mjs';
import { binary, freePort, root, Skat, temporaryFolder, withSkat } from '../support/skat.mjs';

const skat = (args, more = {}) => spawnSync(binary, args, { encoding: 'utf8', timeout: 15_000, ...more });

function refusedInOneLine(run, message) {
  assert.equal(run.status, 2, run.stderr);
  assert.equal(run.stderr.trim().split('\n').length, 1, run.stderr);
  assert.match(run.stderr, message);
}

for (const args of [['--help'], ['serve', '--help']]) {
  test(`skat ${args.join(' ')} fits a screen`, () => {
    const run = skat(args);
    assert.equal(run.status, 0);
    const lines = run.stdout.trim().split('\n');
    assert.ok(lines.length <= 40, `${lines.length} lines`);
    assert.ok(lines.every((line) => line.length <= 100));
    assert.match(run.stdout, new RegExp(`^Usage: ${['skat', ...args.slice(0, -1)].join(' ')} `, 'm'));
  });
}

test('skat version names a version', () => {
  assert.match(skat(['version']).stdout, /^skat \d+\.\d+\.\d+/);
});

test('an unknown flag, an unknown command and a bad value are refused', () => {
  refusedInOneLine(skat(['serve', '--fly']), /fly/);
  refusedInOneLine(skat(['fly']), /fly/);
  refusedInOneLine(skat(['serve', '--port', '70000']), /port/i);
  refusedInOneLine(skat(['serve', '--port', 'x']), /port/i);
});

test('skat serve --help-all names every setting, the secrets too', () => {
  const run = skat(['serve', '--help-all']);
  assert.equal(run.status, 0);
  for (const name of ['KAFKA_BROKERS', 'REDIS_URL', 'DATABASE_URL', 'KAFKA_SASL_PASSWORD', 'KAFKA_CA', 'SKAT_START_TIMEOUT']) {
    assert.ok(run.stdout.includes(`$${name}`), name);
  }
  assert.ok(run.stdout.split('\n').every((line) => line.length <= 100));
});

test('docs/operations.md names every setting', () => {
  const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
  const named = [...skat(['serve', '--help-all']).stdout.matchAll(/\$([A-Z_]+)/g)].map((found) => found[1]);
  assert.ok(named.length > 30);
  for (const name of named.filter((each) => !each.startsWith('KAFKA_OPT_'))) assert.ok(page.includes(name), name);
});

test('services that do not go together are refused with what to do', () => {
  const mixes = [
    [['--kafka-brokers', '127.0.0.1:1'], /DATABASE_URL=postgres/],
    [['--redis-url', 'redis://127.0.0.1:1'], /KAFKA_BROKERS/],
    [['--single-node'], /KAFKA_BROKERS/],
    [['--kafka-brokers', '127.0.0.1:1', '--database-url', 'postgres://127.0.0.1:1/x', '--single-node'], /--single-node/],
    [['--kafka-ca-file', '/etc/ssl/certs/ca-certificates.crt'], /KAFKA_BROKERS/],
  ];
  for (const [args, message] of mixes) {
    refusedInOneLine(skat(['serve', ...args]), message);
    refusedInOneLine(skat(['config', 'print', ...args]), message);
  }
});

// Nobody listens on port 1.
const lonely = ['--kafka-brokers', '127.0.0.1:1', '--single-node'];

test('a start that waits for a service answers health, says what it waits for, and ends at once on SIGTERM', async () => {
  const server = new Skat({ args: lonely });
  const failed = assert.rejects(server.start(), /before it was ready/);
  for (const end = Date.now() + 5_000; ; await sleep(20)) {
    const answer = await fetch(`${server.url}/readyz`).catch(() => undefined);
    const text = await answer?.text();
    if (answer?.status === 503) {
      assert.match(text, /^not ready: /);
      break;
    }
    assert.ok(Date.now() < end, 'no answer');
  }
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  assert.equal((await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`)).status, 503);
  const asked = Date.now();
  server.child.kill('SIGTERM');
  assert.deepEqual(await server.exited, { code: 0, signal: null });
  assert.ok(Date.now() - asked < 2_000);
  await failed;
  server.clean();
});

test('a service that stays away is named with the cause once the start has waited long enough', async () => {
  const folder = temporaryFolder();
  const port = await freePort();
  const run = skat(['serve', '--listen', `127.0.0.1:${port}`, '--data', folder, '--start-timeout', '2', ...lonely]);
  assert.equal(run.status, 2);
  assert.match(run.stderr.trim().split('\n').at(-1), /^skat: Kafka at 127\.0\.0\.1:1 does not answer .*given up after \d s/);
  rmSync(folder, { recursive: true });
});

test('a taken port is refused', async () => {
  const holder = createServer();
  await new Promise((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const { port } = holder.address();
  const data = temporaryFolder();
  refusedInOneLine(skat(['serve', '--listen', `127.0.0.1:${port}`, '--data', data]), new RegExp(String(port)));
  holder.close();
  rmSync(data, { recursive: true });
});

test('a second Skat on the same port is refused', async () => {
  await withSkat({}, async (server) => {
    const data = temporaryFolder();
    refusedInOneLine(skat(['serve', '--listen', `127.0.0.1:${server.port}`, '--data', data]), new RegExp(String(server.port)));
    rmSync(data, { recursive: true });
  });
});

test('an unwritable data directory is refused', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const port = await freePort();
  refusedInOneLine(skat(['serve', '--port', String(port), '--data', join(file, 'data')]), /data/);
  if (process.getuid() !== 0) {
    mkdirSync(join(folder, 'closed'));
    chmodSync(join(folder, 'closed'), 0o500);
    refusedInOneLine(skat(['serve', '--port', String(port), '--data', join(folder, 'closed')]), /closed/);
  }
  rmSync(folder, { recursive: true });
});

test('a second process on one data directory is refused with a sentence', async () => {
  await withSkat({}, async (server) => {
    const port = await freePort();
    const run = skat(['serve', '--listen', `127.0.0.1:${port}`, '--data', server.data]);
    refusedInOneLine(run, new RegExp(String(server.child.pid)));
  });
});

test('SIGTERM drains: exit code 0, the client is told nothing final and reconnects, nothing is lost', async () => {
  const server = new Skat();
  await server.start();
  const { data } = server;
  server.ownData = false;
  const client = await new ChatClient(server.url, { name: 'Ada' }).ready();
  const lobby = client.welcome.lobby;
  const { seq } = await client.request('message.send', { room: lobby, n: 1, text: 'before' });
  const reason = client.next('disconnect');
  await server.stop();
  assert.equal(await reason, 'transport close');
  const again = new Skat({ port: server.port, data });
  await again.start();
  await client.next('welcome');
  assert.equal((await client.history(lobby)).find((event) => event.seq === seq).body.text, 'before');
  client.close();
  await again.stop();
  rmSync(data, { recursive: true });
});

test('the page, its health and its metrics are served', async () => {
  await withSkat({}, async (server) => {
    const page = await fetch(server.url);
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type'), /text\/html/);
    assert.match(page.headers.get('content-security-policy'), /default-src 'self'/);
    const html = await page.text();
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(html)[1];
    const asset = await fetch(new URL(script, `${server.url}/`));
    assert.equal(asset.status, 200);
    assert.match(asset.headers.get('cache-control'), /immutable/);
    await asset.arrayBuffer();
    const again = await fetch(server.url, { headers: { 'If-None-Match': page.headers.get('etag') } });
    assert.equal(again.status, 304);
    for (const path of ['/healthz', '/livez', '/readyz']) {
      const answer = await fetch(server.url + path);
      assert.equal(answer.status, 200, path);
      await answer.arrayBuffer();
    }
    assert.match(await (await fetch(`${server.url}/metrics`)).text(), /^skat_build_info\{/m);
    assert.equal((await fetch(`${server.url}/no/such.js`)).status, 404);
  });
});
