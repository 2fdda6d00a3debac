// Debian's python3-socketio over each way of transport: a client that shares no code with the JavaScript ones.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { calm, Example } from '../support/example.mjs';

const script = new URL('python_client.py', import.meta.url).pathname;
const server = new Example(calm);
before(() => server.start());
after(() => server.stop());

for (const mode of ['polling', 'websocket', 'upgrade']) {
  test(`python-socketio, ${mode}: events, acks, binary, rooms, namespaces, order, refusal, kick`, { timeout: 60_000 }, async () => {
    const { stdout } = await promisify(execFile)('/usr/bin/python3', ['-B', script, server.url, mode], { timeout: 50_000 });
    assert.equal(stdout.trim(), 'all well');
  });
}
