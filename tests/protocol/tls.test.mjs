// The same visits through TLS (https, wss), with a certificate that the clients take as their CA, and not without it.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { io as ioCurrent } from 'socket.io-client';
import { io as ioOld } from 'socket.io-client-4.7.2';
import { makeCertificate } from '../support/certificate.mjs';
import { calm, Example } from '../support/example.mjs';
import { temporaryFolder } from '../support/skat.mjs';
import { modes, next, settled, visiting, visits } from './visits.mjs';

const limit = { timeout: 30_000 };
const folder = temporaryFolder();
const tls = makeCertificate(folder);
const server = new Example(calm, { tls });
before(() => server.start());
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

for (const [version, io] of Object.entries({ 'the current client': ioCurrent, 'client 4.7.2': ioOld })) {
  for (const [mode, way] of Object.entries(modes)) {
    const options = { ...way, ca: tls.certificate };
    describe(`${version} through TLS, ${mode}`, () => {
      for (const [what, visit] of Object.entries(visits)) {
        test(what, limit, () => visit({ io, url: server.url, options }));
      }

      test('does not connect to a server it cannot trust', limit, () =>
        visiting({ io, url: server.url, options: { ...way, reconnection: false } }, async (open) => {
          const [error] = await next(open(), 'connect_error');
          assert.match(error.message, /xhr poll error|websocket error/);
        }));

      test('comes back after the server has stopped', limit, async () => {
        const mortal = await new Example(calm, { tls }).start();
        await visiting({ io, url: mortal.url, options }, async (open) => {
          const socket = await open.ready();
          await settled(socket);
          const gone = next(socket, 'disconnect');
          await mortal.stop();
          assert.ok(['transport close', 'transport error'].includes((await gone)[0]));
          const back = next(socket, 'auth');
          await mortal.start();
          await back;
          assert.equal(await socket.emitWithAck('message-with-ack', 1), 1);
        });
        await mortal.stop();
      });
    });
  }
}
