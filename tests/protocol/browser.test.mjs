// Chromium: a page of another origin with the bundle of socket.io-client, over each way of transport. The server's CORS headers
// decide whether the page sees anything; the visits are those of the other clients.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { calm, Example } from '../support/example.mjs';
import { modes, visits } from './visits.mjs';

const file = (path) => readFileSync(new URL(path, import.meta.url));
const pages = {
  '/': ['text/html', '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>visits</title>'],
  '/visits.mjs': ['text/javascript', file('visits.mjs')],
  '/socket.io.mjs': ['text/javascript', file('../node_modules/socket.io-client/dist/socket.io.esm.min.js')],
};

const server = new Example(calm);
let site;
let browser;
let page;

before(async () => {
  await server.start();
  site = createServer((request, response) => {
    const [type, body] = pages[request.url] ?? ['text/plain', ''];
    response.writeHead(pages[request.url] ? 200 : 404, { 'content-type': `${type}; charset=utf-8` }).end(body);
  });
  await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve));
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
    ],
  });
  page = await browser.newPage();
  // Another origin by its name and its port.
  await page.goto(`http://localhost:${site.address().port}/`);
});
after(async () => {
  await browser?.close();
  site?.close();
  await server.stop();
});

for (const [mode, options] of Object.entries(modes)) {
  describe(`Chromium from another origin, ${mode}`, () => {
    for (const what of Object.keys(visits)) {
      test(what, { timeout: 30_000 }, () =>
        page.evaluate(
          async ([name, url, more]) => {
            const [{ io }, { visits: all }] = await Promise.all([import('/socket.io.mjs'), import('/visits.mjs')]);
            await all[name]({ io, url, options: more });
          },
          [what, server.url, options],
        ));
    }

    test('with a header of its own, which takes a preflight', { timeout: 30_000 }, async () => {
      // Over WebSocket a page cannot send headers.
      const extra = { ...options, transportOptions: { polling: { extraHeaders: { 'x-visit': '1' } } } };
      const seen = [];
      page.on('request', (request) => request.headers()['x-visit'] && seen.push(request.method()));
      await page.evaluate(
        async ([url, more]) => {
          const [{ io }, { visits: all }] = await Promise.all([import('/socket.io.mjs'), import('/visits.mjs')]);
          await all['connects with auth and query']({ io, url, options: more });
        },
        [server.url, extra],
      );
      page.removeAllListeners('request');
      assert.equal(seen.includes('GET'), mode !== 'WebSocket only');
    });
  });
}
