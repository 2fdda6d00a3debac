// curl: an HTTP client that leaves nothing to chance. A session by hand, every error body, methods, a large upload.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { calm, Example } from '../support/example.mjs';
import { temporaryFolder } from '../support/skat.mjs';
import { errors } from './raw.mjs';

const server = new Example(calm);
const folder = temporaryFolder();
before(() => server.start());
after(async () => {
  rmSync(folder, { recursive: true });
  await server.stop();
});

// {status, headers, body} of the last response, {trace} of all that travelled.
async function curl(path, ...args) {
  const { stdout, stderr } = await promisify(execFile)('curl', ['-q', '--noproxy', '*', '-sS', '-v', '-i', '--max-time', '20', ...args, `${server.url}${path}`], { maxBuffer: 8e6 });
  const parts = stdout.split('\r\n\r\n');
  while (/^HTTP\/1\.1 100/.test(parts[0])) parts.shift();
  const [head, ...body] = parts;
  return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), body: body.join('\r\n\r\n'), trace: stderr };
}

const base = '/socket.io/?EIO=4&transport=polling';
async function session() {
  const { status, body } = await curl(base);
  assert.equal(status, 200);
  return `${base}&sid=${JSON.parse(body.slice(1)).sid}`;
}

test('a session by hand: handshake, CONNECT, poll, event, close', async () => {
  const url = await session();
  assert.deepEqual([(await curl(url, '-d', '40')).body, (await curl(url)).body.replace(/"sid":"[^"]*"/, '"sid":""')], ['ok', '40{"sid":""}\x1e42["auth",{}]']);
  assert.equal((await curl(url, '-d', '421["message-with-ack","Zürich €"]')).body, 'ok');
  assert.equal((await curl(url)).body, '431["Zürich €"]');
  assert.equal((await curl(url, '-d', '1')).body, 'ok');
  assert.deepEqual([(await curl(url)).status, (await curl(url)).body], [400, errors.sid]);
});

for (const [what, path, args, body] of [
  ['an unknown transport', '/socket.io/?EIO=4&transport=pigeon', [], errors.transport],
  ['an unknown session', `${base}&sid=nobody`, [], errors.sid],
  ['a POST without a session', base, ['-d', '40'], errors.method],
  ['WebSocket without an upgrade', '/socket.io/?EIO=4&transport=websocket', [], errors.bad],
  ['revision 3', '/socket.io/?EIO=3&transport=polling', [], errors.version],
]) {
  test(`${what}: 400 ${body}`, async () => {
    const answer = await curl(path, ...args);
    assert.deepEqual([answer.status, answer.body], [400, body]);
    assert.match(answer.head, /\r\ncontent-type: application\/json/);
  });
}

test('HEAD: 400 without a body', async () => {
  const { status, body } = await curl(base, '-I');
  assert.deepEqual([status, body], [400, '']);
});

test('OPTIONS: 204 with what a browser asks for, whatever the sid', async () => {
  const { status, head, body } = await curl(`${base}&sid=nobody`, '-X', 'OPTIONS', '-H', 'Origin: http://other.example', '-H', 'Access-Control-Request-Method: POST', '-H', 'Access-Control-Request-Headers: x-one,x-two');
  assert.deepEqual([status, body], [204, '']);
  assert.match(head, /\r\naccess-control-allow-origin: \*/);
  assert.match(head, /\r\naccess-control-allow-methods: .*post/);
  assert.match(head, /\r\naccess-control-allow-headers: x-one,x-two/);
});

test('an upload that waits for 100 Continue is told to go on', async () => {
  const url = await session();
  assert.equal((await curl(url, '-d', '40')).body, 'ok');
  await curl(url);
  const file = join(folder, 'large');
  writeFileSync(file, `421["message-with-ack","${'x'.repeat(900_000)}"]`);
  const { status, body, trace } = await curl(url, '-H', 'Expect: 100-continue', '--expect100-timeout', '15', '--data-binary', `@${file}`);
  assert.deepEqual([status, body], [200, 'ok']);
  assert.match(trace, /< HTTP\/1\.1 100 Continue/i);
  assert.equal((await curl(url)).body.length, '431[""]'.length + 900_000);
});

test('an upload above maxPayload is answered 413, and the session lives on', async () => {
  const url = await session();
  const file = join(folder, 'too large');
  writeFileSync(file, `4${'x'.repeat(1_000_000)}`);
  assert.equal((await curl(url, '--data-binary', `@${file}`)).status, 413);
  assert.equal((await curl(url, '-d', '40')).body, 'ok');
});

test('several requests on one connection', async () => {
  const url = await session();
  const { trace } = await curl(url, '-d', '40', `${server.url}${url}`);
  assert.match(trace, /Re-using existing connection/i);
});
