// The web client in Chromium: two pages talk, one is cut off and comes back without a hole, a reload finds the history, the
// server is killed while people type. Screenshots are kept in tests/output/browser.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { Gate } from '../support/gate.mjs';
import { outputFolder, Skat } from '../support/skat.mjs';

const pictures = join(outputFolder, 'browser');
const server = new Skat();
let browser;
let gate;

before(async () => {
  mkdirSync(pictures, { recursive: true });
  await server.start();
  gate = await new Gate(server.port).listen();
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
    ],
  });
});
after(async () => {
  await browser?.close();
  await gate?.close();
  if (server.running) await server.stop();
});

const desktop = { viewport: { width: 1280, height: 800 } };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const id = (name) => `[data-testid="${name}"]`;

// A person: a browser profile of its own with the page open. What the page complains about is kept.
async function open(name, { url = server.url, ...options } = {}) {
  const context = await browser.newContext({ ...desktop, ...options });
  const page = await context.newPage();
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Uncaught/.test(message.text())) page.complaints.push(message.text());
  });
  await page.goto(url);
  await page.fill(id('name-input'), name);
  await page.click(id('name-submit'));
  await page.waitForSelector(id('room-item'));
  return page;
}

async function openLobby(page) {
  await page.locator(id('room-item')).first().click();
  await page.waitForSelector(id('composer-input'));
}

async function say(page, text) {
  await page.fill(id('composer-input'), text);
  await page.press(id('composer-input'), 'Enter');
}

const message = (page, text) => page.locator(id('message')).filter({ hasText: text }).first();
const sent = (page, text) => page.locator(`${id('message')}[data-state="sent"]`).filter({ hasText: text }).first();


// Scrolls through the whole timeline from its end, for virtual lists show only what is near.
async function numbersSeen(page) {
  const seen = new Map();
  for (let step = 0; step < 40; step += 1) {
    const shown = await page.locator(id('message')).evaluateAll((items) => items.map((item) => [item.dataset.seq, item.innerText]));
    for (const [seq, text] of shown) if (seq) seen.set(Number(seq), text);
    await page.locator(id('timeline')).evaluate((element) => {
      const scroller = [element, ...element.querySelectorAll('*')].find((part) => part.scrollHeight > part.clientHeight + 1 && getComputedStyle(part).overflowY !== 'visible');
      scroller?.scrollBy(0, -400);
    });
    await page.waitForTimeout(30);
  }
  return seen;
}

test('two people talk in the lobby', async () => {
  const ada = await open('Ada');
  const bob = await open('Bob');
  await openLobby(ada);
  await openLobby(bob);
  await say(ada, 'Hello Bob, are you there?');
  await sent(ada, 'are you there').waitFor();
  await message(bob, 'are you there').waitFor();
  await bob.fill(id('composer-input'), 'I am typ');
  await bob.locator(id('composer-input')).pressSequentially('ing');
  await ada.locator(id('typing')).filter({ hasText: 'Bob' }).waitFor();
  await say(bob, 'Yes! **Bold**, `code` and https://example.org work.');
  await message(ada, 'Bold').waitFor();
  await ada.screenshot({ path: join(pictures, 'desktop-light.png') });
  await ada.emulateMedia({ colorScheme: 'dark' });
  await ada.screenshot({ path: join(pictures, 'desktop-dark.png') });
  assert.deepEqual([...ada.complaints, ...bob.complaints], []);
  await ada.context().close();
  await bob.context().close();
});

test('people see who is there, how available they are, and who goes', async () => {
  const ada = await open('Ada Here');
  const bob = await open('Bob Here');
  await openLobby(ada);
  await openLobby(bob);
  await ada.click(id('people-button'));
  const person = (state) => ada.locator(`${id('person')}[data-state="${state}"]`).filter({ hasText: 'Bob Here' });
  await person('active').waitFor();
  await ada.locator(id('person')).filter({ hasText: 'you' }).waitFor();
  await bob.click(id('status'));
  await bob.click(id('status-dnd'));
  await bob.fill(id('status-text'), 'In a meeting');
  await bob.screenshot({ path: join(pictures, 'status.png') });
  await bob.click(id('status-save'));
  await person('dnd').filter({ hasText: 'In a meeting' }).waitFor();
  await ada.screenshot({ path: join(pictures, 'people-light.png') });
  await ada.emulateMedia({ colorScheme: 'dark' });
  await ada.screenshot({ path: join(pictures, 'people-dark.png') });
  await bob.reload();
  await person('dnd').filter({ hasText: 'In a meeting' }).waitFor();
  assert.deepEqual([...ada.complaints, ...bob.complaints], []);
  await bob.context().close();
  await ada.locator(id('person')).filter({ hasText: 'Bob Here' }).waitFor({ state: 'detached', timeout: 8_000 });
  await ada.context().close();
});

test('a room is created, found and joined; unread messages are counted', async () => {
  const ada = await open('Ada');
  const bob = await open('Bob');
  await openLobby(bob);
  await ada.click(id('create-room'));
  await ada.fill(id('create-room-name'), 'Engine room');
  await ada.click(id('create-room-submit'));
  await ada.locator(id('room-item')).filter({ hasText: 'Engine room' }).waitFor();
  await bob.click(id('browse-rooms'));
  await bob.locator(id('join-room')).first().click();
  await bob.locator(id('room-item')).filter({ hasText: 'Engine room' }).waitFor();
  await bob.keyboard.press('Escape');
  await bob.locator(id('room-item')).filter({ hasText: 'Lobby' }).click();
  await ada.locator(id('room-item')).filter({ hasText: 'Engine room' }).click();
  for (let i = 1; i <= 3; i += 1) {
    await say(ada, `unread ${i}`);
    await sent(ada, `unread ${i}`).waitFor();
  }
  const item = bob.locator(id('room-item')).filter({ hasText: 'Engine room' });
  await item.locator(id('unread-badge')).filter({ hasText: '3' }).waitFor();
  assert.match(await bob.title(), /\(\d+\)/);
  await item.click();
  await message(bob, 'unread 3').waitFor();
  await item.locator(id('unread-badge')).waitFor({ state: 'detached' });
  await ada.context().close();
  await bob.context().close();
});

test('a cut connection shows a banner, and what was missed appears once and in order', async () => {
  const ada = await open('Ada');
  const bob = await open('Bob', { url: gate.url });
  await openLobby(ada);
  await openLobby(bob);
  await say(ada, 'before the cut');
  await message(bob, 'before the cut').waitFor();
  gate.cut();
  await bob.waitForSelector(id('banner'));
  await bob.screenshot({ path: join(pictures, 'banner.png') });
  await bob.fill(id('composer-input'), 'written while away');
  await bob.press(id('composer-input'), 'Enter');
  await bob.locator(`${id('message')}[data-state="pending"]`).filter({ hasText: 'written while away' }).waitFor();
  for (let i = 1; i <= 25; i += 1) {
    await say(ada, `missed ${String(i).padStart(2, '0')}`);
    await sent(ada, `missed ${String(i).padStart(2, '0')}`).waitFor();
  }
  gate.restore();
  await bob.waitForSelector(id('banner'), { state: 'detached', timeout: 20_000 });
  await message(bob, 'missed 25').waitFor();
  await sent(bob, 'written while away').waitFor();
  await message(ada, 'written while away').waitFor();
  const seen = [...(await numbersSeen(bob)).entries()].sort(([a], [b]) => a - b);
  const missed = seen.flatMap(([, text]) => /missed \d\d/.exec(text)?.[0] ?? []);
  assert.deepEqual(missed, Array.from({ length: 25 }, (_, i) => `missed ${String(i + 1).padStart(2, '0')}`));
  assert.deepEqual([...ada.complaints, ...bob.complaints], []);
  await ada.context().close();
  await bob.context().close();
});

test('a reload shows the history and the same person', async () => {
  const ada = await open('Ada');
  await openLobby(ada);
  for (let i = 1; i <= 60; i += 1) await say(ada, `line ${String(i).padStart(2, '0')}`);
  await sent(ada, 'line 60').waitFor();
  await ada.reload();
  await ada.waitForSelector(id('room-item'));
  await openLobby(ada);
  await message(ada, 'line 60').waitFor();
  assert.equal(await ada.locator(id('name-input')).count(), 0, 'no name is asked again');
  const seen = [...(await numbersSeen(ada)).entries()].sort(([a], [b]) => a - b);
  const lines = seen.flatMap(([, text]) => /line \d\d/.exec(text)?.[0] ?? []);
  assert.deepEqual(lines, Array.from({ length: 60 }, (_, i) => `line ${String(i + 1).padStart(2, '0')}`));
  await ada.context().close();
});

test('the server is killed while people type: nothing shown as sent is lost or doubled', { timeout: 180_000 }, async () => {
  const ada = await open('Ada');
  const bob = await open('Bob');
  await openLobby(ada);
  await openLobby(bob);
  for (let i = 1; i <= 30; i += 1) {
    await say(ada, `kill ${String(i).padStart(2, '0')}`);
    if (i === 10 || i === 20) {
      await server.kill();
      await server.start();
    }
  }
  await sent(ada, 'kill 30').waitFor({ timeout: 30_000 });
  await message(bob, 'kill 30').waitFor({ timeout: 30_000 });
  for (const page of [ada, bob]) {
    const seen = [...(await numbersSeen(page)).entries()].sort(([a], [b]) => a - b);
    const lines = seen.flatMap(([, text]) => /kill \d\d/.exec(text)?.[0] ?? []);
    assert.deepEqual(lines, Array.from({ length: 30 }, (_, i) => `kill ${String(i + 1).padStart(2, '0')}`));
  }
  await ada.context().close();
  await bob.context().close();
});

test('on a phone the rooms and a room are two pages, and nothing is wider than the screen', async () => {
  const ada = await open('Ada', phone);
  await ada.screenshot({ path: join(pictures, 'phone-rooms.png') });
  await openLobby(ada);
  await ada.fill(id('composer-input'), 'from a phone');
  await ada.tap(id('composer-send'));
  await sent(ada, 'from a phone').waitFor();
  await ada.screenshot({ path: join(pictures, 'phone-room.png') });
  const overflow = await ada.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(overflow, 0);
  await ada.context().close();
});
