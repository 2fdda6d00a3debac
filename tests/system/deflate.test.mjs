// permessage-deflate with the unmodified clients, whose ws offers it: the library's example server with and without it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { io as ioCurrent } from 'socket.io-client';
import { io as ioOld } from 'socket.io-client-4.7.2';
import { within } from '../support/client.mjs';
import { freePort, root } from '../support/skat.mjs';

const program = join(root, 'build/dev/examples/socketio_server');
const versions = { 'current client': ioCurrent, 'client 4.7.2': ioOld };
const ports = {};
const children = [];

async function start(name, ...args) {
  ports[name] = await freePort();
  const child = spawn(program, ['--port', String(ports[name]), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await within(once(child.stdout, 'data'), 15_000, `the address of the server with ${name}`);
}
before(async () => {
  await start('deflate', '--deflate');
  await start('plain');
});
after(async () => {
  for (const child of children) {
    child.kill('SIGTERM');
    const [code] = await within(once(child, 'exit'), 10_000, 'the end of a server');
    assert.equal(code, 0);
  }
});

async function connect(io, port, options) {
  const socket = io(`http://127.0.0.1:${port}/`, { forceNew: true, reconnection: false, ...options });
  await within(once(socket, 'connect'), 10_000, 'a connection');
  return socket;
}
const ws = (socket) => socket.io.engine.transport.ws;
const echo = (socket, value) => socket.timeout(5_000).emitWithAck('message-with-ack', value);

// 200 KB as JSON, a few of them compressed; and bytes that nothing makes smaller.
const page = Array.from({ length: 2_000 }, (_, i) => ({ id: i, room: `room ${i % 5}`, text: `message ${i} – größer, 長い, 🙂` }));
const noise = Buffer.from(Array.from({ length: 50_000 }, (_, i) => Math.imul(i ^ 0x9e37, 0x85ebca6b) >>> 13));

for (const [version, io] of Object.entries(versions)) {
  test(`${version}: large events travel compressed, small and dense ones as they are, all unchanged`, async () => {
    const socket = await connect(io, ports.deflate, { transports: ['websocket'], perMessageDeflate: { threshold: 0 } });
    assert.equal(ws(socket).extensions, 'permessage-deflate');
    const read = ws(socket)._socket.bytesRead;
    assert.equal(await echo(socket, 'small'), 'small');
    assert.deepEqual(await echo(socket, page), page);
    assert.ok(ws(socket)._socket.bytesRead - read < JSON.stringify(page).length / 4, 'the answer came uncompressed');
    const [bytes, zeros] = await echo(socket, [noise, Buffer.alloc(100_000)]);
    assert.ok(noise.equals(bytes) && Buffer.alloc(100_000).equals(zeros));
    socket.disconnect();
  });

  test(`${version}: an upgraded session has it too`, async () => {
    const socket = await connect(io, ports.deflate, {});
    if (socket.io.engine.transport.name !== 'websocket') {
      await within(once(socket.io.engine, 'upgrade'), 10_000, 'the upgrade');
    }
    assert.equal(ws(socket).extensions, 'permessage-deflate');
    assert.deepEqual(await echo(socket, page), page);
    socket.disconnect();
  });

  test(`${version}: without it the offer is left unanswered`, async () => {
    const socket = await connect(io, ports.plain, { transports: ['websocket'], perMessageDeflate: { threshold: 0 } });
    assert.equal(ws(socket).extensions, '');
    assert.deepEqual(await echo(socket, page), page);
    socket.disconnect();
  });
}

test('a broadcast reaches who agreed on it and who did not, the same', async () => {
  const packed = { transports: ['websocket'], perMessageDeflate: { threshold: 0 } };
  const narrow = { transports: ['websocket'], perMessageDeflate: { threshold: 0, serverMaxWindowBits: 9 } };
  const plain = { transports: ['websocket'], perMessageDeflate: false };
  const sockets = await Promise.all(
    [packed, packed, narrow, plain, { transports: ['polling'] }].map((options) => connect(ioCurrent, ports.deflate, options)),
  );
  for (const socket of sockets) await socket.timeout(5_000).emitWithAck('join', 'all');
  const heard = sockets.map((socket) => within(once(socket, 'said'), 10_000, 'the broadcast'));
  await sockets[0].timeout(5_000).emitWithAck('say', 'all', page);
  for (const [said] of await Promise.all(heard)) assert.deepEqual(said, page);
  for (const socket of sockets) socket.disconnect();
});
