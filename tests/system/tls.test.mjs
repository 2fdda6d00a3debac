// HTTPS and WSS: unmodified clients over every transport, a certificate renewed in place, settings that are wrong.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { io as ioCurrent } from 'socket.io-client';
import { io as io472 } from 'socket.io-client-4.7.2';
import { makeCertificate } from '../support/certificate.mjs';
import { ChatClient } from '../support/client.mjs';
import { binary, temporaryFolder, withSkat } from '../support/skat.mjs';

const folder = temporaryFolder();
after(() => rmSync(folder, { recursive: true }));
const tls = makeCertificate(folder);

const transports = { 'polling only': ['polling'], 'WebSocket only': ['websocket'], 'polling, then upgrade': ['polling', 'websocket'] };
for (const [version, io] of Object.entries({ current: ioCurrent, '4.7.2': io472 })) {
  for (const [name, chosen] of Object.entries(transports)) {
    test(`socket.io-client ${version} chats over TLS: ${name}`, async () => {
      await withSkat({ tls }, async (server) => {
        assert.match(server.url, /^https:/);
        const client = new ChatClient(server.url, { io, options: { transports: chosen, ca: tls.certificate } });
        try {
          await client.ready();
          const { lobby } = client.welcome;
          await client.follow(lobby);
          const text = 'ü'.repeat(5_000);
          const first = await client.request('message.send', { room: lobby, n: 1, text });
          await client.request('message.send', { room: lobby, n: 2, text: 'second' });
          const messages = (await client.history(lobby)).filter((event) => event.kind === 'message');
          assert.deepEqual(messages.map((event) => event.body.text), [text, 'second']);
          assert.equal(messages[0].seq, first.seq);
          await client.reached(lobby, messages[1].seq);
          const transport = client.socket.io.engine.transport.name;
          if (chosen.length === 1) assert.equal(transport, chosen[0]);
          else {
            for (let i = 0; i < 100 && client.socket.io.engine.transport.name !== 'websocket'; i += 1) await sleep(20);
            assert.equal(client.socket.io.engine.transport.name, 'websocket');
          }
        } finally {
          client.close();
        }
      });
    });
  }
}

const serialOf = (port) =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on('error', reject);
  });

test('SIGHUP serves a renewed certificate and drops nobody', async () => {
  const own = temporaryFolder();
  try {
    const mine = makeCertificate(own);
    await withSkat({ tls: mine }, async (server) => {
      const client = new ChatClient(server.url, { options: { transports: ['websocket'], ca: mine.certificate } });
      await client.ready();
      const before = await serialOf(server.port);
      makeCertificate(own);
      server.child.kill('SIGHUP');
      for (let i = 0; i < 100 && (await serialOf(server.port)) === before; i += 1) await sleep(20);
      assert.notEqual(await serialOf(server.port), before);
      writeFileSync(mine.keyFile, 'no key');
      server.child.kill('SIGHUP');
      for (let i = 0; i < 100 && !/the certificate stays as it was/.test(server.stderr); i += 1) await sleep(20);
      assert.match(server.stderr, /the certificate stays as it was: .*key/);
      await client.request('message.send', { room: client.welcome.lobby, n: 1, text: 'still here' });
      assert.equal(client.socket.connected, true);
      client.close();
    });
  } finally {
    rmSync(own, { recursive: true });
  }
});

test('TLS settings that are wrong are one line and exit code 2', () => {
  const data = join(folder, 'data');
  const refused = (args, message) => {
    const run = spawnSync(binary, ['serve', '--listen', '127.0.0.1:0', '--data', data, ...args], { encoding: 'utf8', timeout: 15_000 });
    assert.equal(run.status, 2, run.stderr);
    assert.equal(run.stderr.trim().split('\n').length, 1, run.stderr);
    assert.match(run.stderr, message);
  };
  refused(['--tls-cert', tls.certificateFile], /go together/);
  refused(['--tls-key', tls.keyFile], /go together/);
  refused(['--tls-cert', join(folder, 'none.pem'), '--tls-key', tls.keyFile], /none\.pem: the certificate file cannot be read/);
  refused(['--tls-cert', tls.certificateFile, '--tls-key', tls.certificateFile], /the key file cannot be read/);
  const other = temporaryFolder();
  refused(['--tls-cert', tls.certificateFile, '--tls-key', makeCertificate(other).keyFile], /does not belong/);
  rmSync(other, { recursive: true });
});
