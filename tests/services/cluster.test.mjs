// ./dev cluster: it starts, says where everything is, and takes down exactly what it started.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { processOf } from '../../tools/services/processes.mjs';
import { ChatClient } from '../support/client.mjs';
import { root } from '../support/skat.mjs';

const tool = (...args) => spawnSync(process.execPath, [join(root, 'tools/cluster.mjs'), ...args], { encoding: 'utf8', timeout: 240_000 });
const runs = (pid) => processOf(pid) !== undefined;

after(() => tool('down'));

test('wrong use is refused with what there is', () => {
  for (const args of [['fly'], ['up', '--brokers', '2'], ['up', '--nodes', '0'], ['up', '--fly']]) {
    const run = tool(...args);
    assert.equal(run.status, 2, args.join(' '));
    assert.match(run.stderr, /usage|--help/);
  }
  assert.equal(tool('up', '--help').status, 0);
});

test('a cluster is started, told of, talked to through nginx, and ended', { timeout: 300_000 }, async () => {
  assert.equal(tool('status').status, 1);
  const up = tool('up', '--dev-build', '--nginx', '--brokers', '1', '--nodes', '2');
  assert.equal(up.status, 0, up.stdout + up.stderr);
  const url = /^open +(http:\S+)$/m.exec(up.stdout)[1];
  const pids = [...up.stdout.matchAll(/^(\S+) +pid (\d+)/gm)].map((row) => row[2]);
  assert.deepEqual([...up.stdout.matchAll(/^(\S+) +pid/gm)].map((row) => row[1]), ['kafka-1', 'redis', 'postgres', 'node-1', 'node-2', 'nginx']);

  const status = tool('status');
  assert.equal(status.status, 0, status.stdout);
  assert.match(status.stdout, /^node-2 .* ready$/m);
  const second = tool('up', '--dev-build');
  assert.equal(second.status, 2);
  assert.match(second.stderr, /runs already/);

  const client = await new ChatClient(url, { name: 'Ada', options: { transports: ['websocket'] } }).ready(20_000);
  const sent = await client.request('message.send', { room: client.welcome.lobby, n: 1, text: 'to a cluster' });
  assert.ok((await client.history(client.welcome.lobby)).some(({ seq, body }) => seq === sent.seq && body.text === 'to a cluster'));
  client.close();

  process.kill(Number(pids[3]), 'SIGKILL');
  assert.equal(tool('status').status, 1);
  const down = tool('down');
  assert.equal(down.status, 0, down.stdout + down.stderr);
  assert.deepEqual(pids.filter(runs), []);
  assert.equal(tool('status').status, 1);
  assert.match(readFileSync(join(root, 'build/cluster/node-1.log'), 'utf8'), /Skat is ready/);
});
