// What an application may switch on: pages of one origin with credentials, a cookie, a word on each handshake.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { within } from '../support/client.mjs';
import { calm, Example } from '../support/example.mjs';
import { ask } from './raw.mjs';

async function withExample(args, run) {
  const server = new Example([...calm, ...args]);
  await server.start();
  try {
    await run(server);
  } finally {
    await server.stop();
  }
}

const handshake = (server, more = '') => `${server.url}/socket.io/?EIO=4&transport=polling${more}`;

// {status, body} of a refused upgrade; {open: true} and the first packet of one that is not.
async function upgrade(server, { headers = {}, query = '' } = {}) {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket${query}`, { headers });
  const outcome = await within(
    Promise.race([
      once(socket, 'unexpected-response').then(async ([, answer]) => {
        let body = '';
        for await (const chunk of answer) body += chunk;
        return { status: answer.statusCode, headers: answer.headers, body };
      }),
      Promise.all([once(socket, 'upgrade'), once(socket, 'message')]).then(([[answer], [data]]) => ({ open: true, headers: answer.headers, packet: String(data) })),
    ]),
    5_000,
    'the upgrade',
  );
  socket.on('error', () => {});
  socket.terminate();
  return outcome;
}

describe('pages of one origin, with credentials', () => {
  const origin = 'http://pages.example:8080';

  test('it may read every answer: handshake, error, preflight, 101', () =>
    withExample(['--origin', origin], async (server) => {
      const headers = { origin };
      for (const [url, status] of [[handshake(server), 200], [handshake(server, '&sid=unknown'), 400]]) {
        const answer = await ask(url, { headers });
        assert.equal(answer.status, status);
        assert.equal(answer.headers.get('access-control-allow-origin'), origin);
        assert.equal(answer.headers.get('access-control-allow-credentials'), 'true');
        assert.match(answer.headers.get('vary'), /Origin/);
      }
      const preflight = await ask(handshake(server, '&sid=unknown'), {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-visit' },
      });
      assert.equal(preflight.status, 204);
      assert.equal(preflight.headers.get('access-control-allow-origin'), origin);
      assert.equal(preflight.headers.get('access-control-allow-headers'), 'x-visit');
      const { open, headers: switching } = await upgrade(server, { headers });
      assert.ok(open);
      assert.equal(switching['access-control-allow-origin'], origin);
    }));

  test('another one opens no session and reads no answer', () =>
    withExample(['--origin', origin], async (server) => {
      for (const foreign of ['http://pages.example', 'https://pages.example:8080', 'http://pages.example:8080.evil.example', 'null']) {
        const answer = await ask(handshake(server), { headers: { origin: foreign } });
        assert.equal(answer.status, 403, foreign);
        assert.equal(answer.body, '{"code":4,"message":"Forbidden"}');
        assert.equal(answer.headers.get('access-control-allow-origin'), null);
        const refused = await upgrade(server, { headers: { origin: foreign } });
        assert.deepEqual([refused.status, refused.body], [400, 'Forbidden']);
      }
      assert.equal((await ask(handshake(server))).status, 200); // no page at all
    }));

  test('in Chromium: withCredentials connects from there and from nowhere else', { timeout: 60_000 }, async () => {
    const bundle = readFileSync(new URL('../node_modules/socket.io-client/dist/socket.io.esm.min.js', import.meta.url));
    const sites = await Promise.all(
      [0, 1].map(async () => {
        const site = createServer((request, response) => {
          const script = request.url === '/socket.io.mjs';
          response.writeHead(200, { 'content-type': script ? 'text/javascript' : 'text/html' }).end(script ? bundle : '<!doctype html>');
        });
        site.listen(0, '127.0.0.1');
        await once(site, 'listening');
        return site;
      }),
    );
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
    try {
      const [ours, foreign] = sites.map((site) => `http://localhost:${site.address().port}`);
      await withExample(['--origin', ours, '--cookie'], async (server) => {
        const visit = async (from, transports) => {
          const page = await browser.newPage();
          await page.goto(from);
          const outcome = await page.evaluate(
            async ([url, chosen]) => {
              const { io: connect } = await import('/socket.io.mjs');
              const socket = connect(url, { transports: chosen, withCredentials: true, reconnection: false });
              const how = await new Promise((resolve) => {
                socket.on('auth', () => resolve('connected'));
                socket.on('connect_error', () => resolve('refused'));
              });
              socket.disconnect();
              return how;
            },
            [server.url, transports],
          );
          await page.close();
          return outcome;
        };
        for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']]) {
          assert.equal(await visit(ours, transports), 'connected', String(transports));
          assert.equal(await visit(foreign, transports), 'refused', String(transports));
        }
      });
    } finally {
      await browser.close();
      for (const site of sites) site.close();
    }
  });
});

describe('cookie', () => {
  test('a polling handshake sets it to the sid, no other answer does', () =>
    withExample(['--cookie'], async (server) => {
      const opened = await ask(handshake(server));
      const { sid } = JSON.parse(opened.body.slice(1));
      assert.equal(opened.headers.get('set-cookie'), `io=${sid}; Path=/; HttpOnly; SameSite=Lax`);
      const posted = await ask(handshake(server, `&sid=${sid}`), { method: 'POST', body: '40' });
      assert.deepEqual([posted.body, posted.headers.get('set-cookie')], ['ok', null]);
      const polled = await ask(handshake(server, `&sid=${sid}`));
      assert.equal(polled.headers.get('set-cookie'), null);
      assert.equal((await ask(handshake(server, '&sid=unknown'))).headers.get('set-cookie'), null);
      const { open, headers } = await upgrade(server);
      assert.ok(open);
      assert.equal(headers['set-cookie'], undefined);
    }));

  test('without the option there is none', () =>
    withExample([], async (server) => assert.equal((await ask(handshake(server))).headers.get('set-cookie'), null)));
});

describe('a word on each handshake', () => {
  test('polling: 403, code 4 and the text; WebSocket: 400 and the bare text', () =>
    withExample(['--key', 'let me in'], async (server) => {
      for (const query of ['', '&key=', '&key=wrong']) {
        const answer = await ask(handshake(server, query));
        assert.deepEqual([answer.status, answer.body], [403, '{"code":4,"message":"Wrong key"}']);
        const refused = await upgrade(server, { query });
        assert.deepEqual([refused.status, refused.body], [400, 'Wrong key']);
      }
      assert.equal((await ask(handshake(server, '&key=let+me+in'))).status, 200);
      assert.match((await upgrade(server, { query: '&key=let%20me%20in' })).packet, /^0\{"sid":/);
    }));

  test('what comes before it: transport, method; what comes after it: the revision', () =>
    withExample(['--key', 'k'], async (server) => {
      const at = (query, options) => ask(`${server.url}/socket.io/?${query}`, options);
      assert.match((await at('EIO=4&transport=smoke')).body, /"code":0/);
      assert.match((await at('EIO=4&transport=polling', { method: 'POST', body: '4' })).body, /"code":2/);
      assert.match((await at('EIO=3&transport=polling')).body, /"code":4/);
      assert.match((await at('EIO=3&transport=polling&key=k')).body, /"code":5/);
    }));

  test('socket.io-client tells its application of the status', () =>
    withExample(['--key', 'k'], async (server) => {
      const refused = io(server.url, { transports: ['polling'], reconnection: false, forceNew: true });
      const [error] = await within(once(refused, 'connect_error'), 5_000, 'the refusal');
      assert.equal(error.description, 403);
      const socket = io(server.url, { query: { key: 'k' }, forceNew: true });
      await within(once(socket, 'connect'), 5_000, 'the connection');
      socket.disconnect();
    }));
});
