// The contract of namespace "/": the ancestor's page works unchanged, from another origin on localhost.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { io } from 'socket.io-client-4.7.2';
import { ChatClient, within } from '../support/client.mjs';
import { Skat } from '../support/skat.mjs';

const server = new Skat({ everywhere: true });
before(() => server.start());
after(() => server.stop());

function page() {
  const socket = io(server.url, { forceNew: true, extraHeaders: { Origin: 'http://localhost:3000' } });
  return within(new Promise((resolve) => socket.on('connect', () => resolve(socket))), 5_000, 'connect');
}

test('a message reaches every page as one JSON string, its sender too', async () => {
  const pages = [await page(), await page()];
  const seen = pages.map((socket) => within(new Promise((resolve) => socket.once('message', resolve)), 5_000, 'message'));
  pages[0].emit('event:message', { message: 'Grüße, "world" 😀' });
  for (const payload of await Promise.all(seen)) assert.equal(payload, '{"message":"Grüße, \\"world\\" 😀"}');
  for (const socket of pages) socket.disconnect();
});

test('its messages are numbered, stored and live in the lobby like all others, and the other way round', async () => {
  const old = await page();
  const client = await new ChatClient(server.url, { name: 'Ada' }).ready();
  const lobby = client.welcome.lobby;
  await client.follow(lobby, { fromStart: false });
  const live = client.next('event', (event) => event.body.text === 'from the old page');
  old.emit('event:message', { message: 'from the old page' });
  const event = await live;
  assert.ok((await client.history(lobby)).some((stored) => stored.seq === event.seq && stored.body.text === 'from the old page'));
  // The page's own message may still be on its way to the page.
  const wanted = '{"message":"from the new one"}';
  const back = within(new Promise((resolve) => old.on('message', (text) => text === wanted && resolve(text))), 5_000, 'message');
  await client.request('message.send', { room: lobby, n: 1, text: 'from the new one' });
  assert.equal(await back, wanted);
  old.disconnect();
  client.close();
});

test('bad input is answered when an acknowledgement is asked for, and harms nobody', async () => {
  const socket = await page();
  for (const [payload, code] of [
    [{ message: '' }, 'bad_text'],
    [{ message: 'a\u0000b' }, 'bad_text'],
    [{ message: 'x'.repeat(16_385) }, 'text_too_long'],
    [{ message: 5 }, 'bad_request'],
    ['text', 'bad_request'],
  ]) {
    const answer = await socket.timeout(5_000).emitWithAck('event:message', payload);
    assert.equal(answer.error?.code, code, JSON.stringify(payload).slice(0, 40));
  }
  const answer = await socket.timeout(5_000).emitWithAck('event:message', { message: 'still here' });
  assert.equal(answer.ok, true);
  socket.disconnect();
});

test('polling answers carry the CORS headers a page of another localhost origin needs, and refuse a foreign one', async () => {
  const url = `${server.url}/socket.io/?EIO=4&transport=polling`;
  const good = await fetch(url, { headers: { Origin: 'http://localhost:3000' } });
  assert.equal(good.status, 200);
  assert.equal(good.headers.get('access-control-allow-origin'), 'http://localhost:3000');
  const bad = await fetch(url, { headers: { Origin: 'https://evil.example' } });
  assert.equal(bad.status, 403);
  assert.deepEqual(await bad.json(), { code: 4, message: 'Forbidden' });
});
