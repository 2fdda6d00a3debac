// The likeliest mistakes of a server written from scratch, each on the wire of the real server: the number is that of the list.
//   1 noop  2 order in an upgrade  3 overlap  4 refusals  5 keys  6 heartbeat  7 violations  8 leaving  9 attachments
//   10 JSON  11 size  12 CORS  13 closing without a GET  14 recovery
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { request, upgradeLines } from '../hostile/bytes.mjs';
import { Wire } from '../hostile/wire.mjs';
import { calm, Example } from '../support/example.mjs';
import { undisturbed } from '../support/stall_probe.mjs';
import { ask, channels, errors, Frames, Polling, PollingChannel, RS, SocketChannel } from './raw.mjs';

const server = new Example(calm);
const hasty = new Example();
const recovering = new Example([...calm, '--recovery']);
const all = [server, hasty, recovering];
before(() => Promise.all(all.map((each) => each.start())));
after(() => Promise.all(all.map((each) => each.stop())));

const open = (path = '/engine.io/') => new Polling(`${server.url}${path}`).open();
const over = (Channel, what, run) => test(`${what} (${Channel.transport})`, () => run(Channel));
async function joined(Channel, { at = server, nsp = '', auth = '' } = {}) {
  const channel = await Channel.open(at);
  await channel.send(`40${nsp}${auth}`);
  channel.accepted = JSON.parse((await channel.receive()).slice(2 + nsp.length));
  await channel.receive();
  return channel;
}

test('1: a probe ends the held GET, and each further GET until the upgrade', async () => {
  const session = await open();
  const held = await session.hold();
  const frames = await new Frames(session.socketUrl).open();
  frames.send('2probe');
  assert.equal(await frames.receive(), '3probe');
  assert.equal((await held.answer).body, '6');
  for (let i = 0; i < 3; i += 1) assert.equal((await session.get()).body, '6');
  frames.send('2probe');
  assert.equal(await frames.receive(), '3probe', 'a second probe');
  frames.drop();
  await sleep(50);
  const again = await session.hold();
  assert.equal((await session.post('4polling goes on')).body, 'ok');
  assert.equal((await again.answer).body, '4polling goes on');
});

test('1: another packet before 5 closes the new WebSocket alone', async () => {
  const session = await open();
  for (const packet of ['4early', '2', '2other']) {
    const frames = await new Frames(session.socketUrl).open();
    frames.send(packet);
    await frames.ended();
  }
  assert.equal((await session.post('4still here')).body, 'ok');
  assert.equal((await session.get()).body, '4still here');
});

test('2: what is produced between 3probe and 5 arrives once and in order', async () => {
  const session = await open();
  const frames = await new Frames(session.socketUrl).open();
  await session.post('4before');
  frames.send('2probe');
  assert.equal(await frames.receive(), '3probe');
  const expected = ['4before'];
  for (let i = 0; i < 50; i += 1) {
    const packets = [`4${i}a`, `4${i}b`];
    expected.push(...packets);
    assert.equal((await session.post(packets.join(RS))).body, 'ok');
  }
  const got = (await session.get()).body.split(RS).filter((packet) => packet !== '6');
  await session.post('4last by polling');
  frames.send('5');
  frames.send('4first by WebSocket');
  expected.push('4last by polling', '4first by WebSocket');
  while (got.length < expected.length) got.push(await frames.receive());
  assert.deepEqual(got, expected);
  frames.drop();
});

test('3: a second GET, and an aborted one, end the session', async () => {
  const session = await open();
  const held = await session.hold();
  const second = await session.get();
  assert.deepEqual([(await held.answer).body, second.status, second.body], ['1', 400, '']);
  await session.gone();
  const other = await open();
  const abort = new AbortController();
  const dropped = assert.rejects(other.get({ signal: abort.signal }));
  await sleep(30);
  abort.abort();
  await dropped;
  await sleep(30);
  await other.gone();
});

test('4: ok in lower case, errors as text with their keys in order', async () => {
  const session = await open();
  assert.equal((await session.post('4x')).body, 'ok');
  const answer = await ask(`${server.url}/engine.io/?EIO=4&transport=polling&sid=nobody`);
  assert.deepEqual([answer.status, answer.body], [400, '{"code":1,"message":"Session ID unknown"}']);
});

test('4: a refused WebSocket is 400 before the 101, for a foreign version too', async () => {
  for (const [query, body] of [['EIO=3&transport=websocket', 'Unsupported protocol version'], ['EIO=4&transport=websocket&sid=nobody', 'Session ID unknown']]) {
    const wire = new Wire(server.port);
    wire.write(request(`GET /engine.io/?${query}`, upgradeLines));
    const answer = await wire.response();
    assert.deepEqual([answer.status, answer.body, answer.headers.get('content-length')], [400, body, String(body.length)]);
    await wire.ended();
    wire.drop();
  }
});

for (const Channel of channels) {
  over(Channel, '5: the handshake has five keys, the acceptance one; with recovery two', async () => {
    const channel = await joined(Channel);
    assert.deepEqual(Object.keys(channel.handshake), ['sid', 'upgrades', 'pingInterval', 'pingTimeout', 'maxPayload']);
    assert.deepEqual(Object.keys(channel.accepted), ['sid']);
    channel.drop();
    const kept = await joined(Channel, { at: recovering });
    assert.deepEqual(Object.keys(kept.accepted), ['sid', 'pid']);
    kept.drop();
  });

  test(`6: the next ping counts from the pong (${Channel.transport})`, (t) =>
    undisturbed(t, async () => {
      const channel = await Channel.open(hasty, '/engine.io/');
      assert.equal(await channel.receive(), '2');
      await sleep(120);
      const begun = performance.now();
      await channel.send('3');
      assert.equal(await channel.receive(), '2');
      const took = performance.now() - begun;
      assert.ok(took >= 299 && took < 380, `${took} ms`);
      channel.drop();
    }, 20));

  over(Channel, '6: a ping of the client is fatal', async () => {
    for (const packet of ['2', '2probe']) {
      const channel = await Channel.open(server, '/engine.io/');
      await channel.send(packet);
      await channel.ended();
    }
  });

  over(Channel, '7: each violation closes the whole connection', async () => {
    for (const packets of [
      ['42["message"]'], ['40'], ['44{"message":"x"}'], ['42/custom,["message"]'], ['43/custom,1[]'], ['47'], ['40[]'], ['41x'], ['42["disconnect"]'],
      ['40/admin,{"token":"let me in"}', '42/admin,["message"]'],
    ]) {
      const channel = packets[0] === '42["message"]' ? await Channel.open(server) : await joined(Channel);
      await channel.send(...packets);
      await channel.ended();
    }
  });

  over(Channel, '8: 41 gets no reply, the connection stays', async () => {
    const channel = await joined(Channel);
    await channel.send('41');
    await channel.send('40/custom,');
    assert.match(await channel.receive(), /^40\/custom,/);
    channel.drop();
  });

  over(Channel, '8: a shutdown closes without 41', async () => {
    const mortal = await new Example(calm).start();
    const channel = await joined(Channel, { at: mortal });
    const session = channel.session ? await channel.session.hold() : undefined;
    await mortal.stop();
    if (session) assert.equal((await session.answer).body, '1');
    else await channel.ended();
  });

  over(Channel, '9: attachments', async () => {
    const channel = await joined(Channel);
    const ten = Array.from({ length: 10 }, (_, i) => `{"_placeholder":true,"num":${i}}`).join();
    const parts = Array.from({ length: 10 }, (_, i) => Buffer.from([i]));
    await channel.send(`4510-["message",${ten}]`, ...parts);
    assert.equal(await channel.receive(), `4510-["message-back",${ten}]`);
    for (const part of parts) assert.deepEqual(await channel.receive(), part);
    await channel.send('451-["message",{"_placeholder":true,"num":0}]', '3', Buffer.from([1]));
    assert.equal(await channel.receive(), '451-["message-back",{"_placeholder":true,"num":0}]', 'a pong may come in between');
    assert.deepEqual(await channel.receive(), Buffer.from([1]));
    await channel.send('42["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":-7}]');
    assert.equal(await channel.receive(), '42["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":-7}]');
    channel.drop();
  });

  over(Channel, '9: what is no attachment closes the connection', async () => {
    const one = (num) => [`451-["message",{"_placeholder":true,"num":${num}}]`, Buffer.from([1])];
    for (const packets of [
      ['450-["message"]'], ['4511-["message"]'], ['45["message"]'], ['45-1-["message"]'], ['451.0-["message"]'], [Buffer.from([1])],
      one(1), one(-1), one('"0"'), one(0.5), one('null'), ['451-["message",{"_placeholder":true,"num":0}]', '42["message"]'], ['451-[{"_placeholder":true,"num":0}]', Buffer.from([1])],
    ]) {
      const channel = await joined(Channel);
      await channel.send(...packets);
      await channel.ended().catch((error) => assert.fail(`${packets[0]}: ${error.message}`));
    }
  });

  over(Channel, '10: an echo keeps keys, numbers, duplicates and lone surrogates', async () => {
    const channel = await joined(Channel);
    for (const args of [
      '{"b":1,"a":2,"10":3,"2":4}', '1,1.0,-0,1e21,1E400,0.1,9007199254740993', '{"a":1,"a":2}', '"\\ud800","\\udc00x"', '"\\u001e\\u0000"', `${'['.repeat(100)}${']'.repeat(100)}`,
      '{"__proto__":{"x":1},"constructor":null}', '"é€😀"', '[ 1 , { "a" : 2 } ]',
    ]) {
      await channel.send(`421["message-with-ack",${args}]`);
      assert.equal(await channel.receive(), `431[${args}]`);
    }
    channel.drop();
    const deep = await joined(Channel);
    await deep.send(`42["message",${'['.repeat(100_000)}${']'.repeat(100_000)}]`);
    await deep.ended();
  });
}

test('11: over WebSocket the type counts: 1,000,000 bytes pass, one more is 1009 without a reason', async () => {
  const channel = await SocketChannel.open(server, '/engine.io/');
  await channel.send(`4${'x'.repeat(999_999)}`);
  assert.equal((await channel.receive()).length, 1_000_000);
  await channel.send(`4${'x'.repeat(1_000_000)}`);
  const { code, reason } = await channel.frames.ended();
  assert.deepEqual([code, reason], [1009, '']);
});

test('11: over polling it is 413, and the session lives on', async () => {
  const session = await open();
  assert.equal((await session.post(`4${'x'.repeat(999_999)}`)).status, 200);
  assert.equal((await session.get()).body.length, 1_000_000);
  assert.equal((await session.post(`4${'x'.repeat(1_000_000)}`)).status, 413);
  assert.equal((await session.post('4still here')).body, 'ok');
  assert.equal((await session.get()).body, '4still here');
});

test('11: a message that is small only while compressed is 1009 too', async () => {
  const deflating = await new Example([...calm, '--deflate']).start();
  const frames = await new Frames(`${deflating.url}/engine.io/?EIO=4&transport=websocket`, { perMessageDeflate: true }).open();
  await frames.receive();
  assert.equal(frames.socket.extensions, 'permessage-deflate');
  frames.send(`4${'x'.repeat(999_999)}`);
  assert.equal((await frames.receive()).length, 1_000_000);
  frames.send(`4${'x'.repeat(1_000_000)}`);
  const { code, reason } = await frames.ended();
  assert.deepEqual([code, reason], [1009, '']);
  await deflating.stop();
});

test('12: errors have CORS headers, a preflight is answered before any check, WebSocket is not asked', async () => {
  const origin = { origin: 'http://other.example' };
  for (const [query, method] of [['EIO=4&transport=polling&sid=nobody', 'GET'], ['EIO=4&transport=no', 'GET'], ['EIO=4&transport=polling', 'POST']]) {
    const answer = await ask(`${server.url}/socket.io/?${query}`, { method, headers: origin });
    assert.deepEqual([answer.status, answer.headers.get('access-control-allow-origin')], [400, '*']);
  }
  const preflight = await ask(`${server.url}/socket.io/?EIO=4&transport=no&sid=nobody`, { method: 'OPTIONS', headers: { ...origin, 'access-control-request-method': 'POST' } });
  assert.deepEqual([preflight.status, preflight.body, preflight.headers.get('access-control-allow-origin')], [204, '', '*']);
  const frames = new Frames(`${server.url}/socket.io/?EIO=4&transport=websocket`, { origin: origin.origin });
  assert.match(await frames.receive(), /^0/);
  frames.drop();
});

test('13: a session that closes with no GET held tells the rest, then 6 and 1', async () => {
  const channel = await joined(PollingChannel);
  const { session } = channel;
  assert.equal((await session.post('421["close"]')).body, 'ok');
  await sleep(100);
  const bodies = [];
  for (let got = await session.get(); got.status === 200; got = await session.get()) bodies.push(got.body);
  assert.deepEqual(bodies.join(RS).split(RS), ['431[]', '41', '6', '1']);
  await session.gone();
});

for (const Channel of channels) {
  over(Channel, '14: what was missed comes before the acceptance, the offset is last, a pid works once', async () => {
    const [one, other] = [await joined(Channel, { at: recovering, nsp: '/room-14,' }), await joined(Channel, { at: recovering, nsp: '/room-14,' })];
    const { sid, pid } = one.accepted;
    await other.send('42/room-14,["shout","a"]');
    const [event, value, offset] = JSON.parse((await one.receive()).slice('42/room-14,'.length));
    assert.deepEqual([event, value, typeof offset], ['shouted', 'a', 'string']);
    // The loss: a GET that is dropped, a WebSocket that breaks.
    if (one.session) {
      const abort = new AbortController();
      const dropped = assert.rejects(one.session.get({ signal: abort.signal }));
      await sleep(30);
      abort.abort();
      await dropped;
    } else {
      one.drop();
    }
    await sleep(50);
    await other.send('42/room-14,["shout","b"]');
    await other.send('42/room-14,["shout","c"]');
    const back = await Channel.open(recovering);
    await back.send(`40/room-14,{"pid":"${pid}","offset":"${offset}"}`);
    const missed = [await back.receive(), await back.receive()].map((packet) => JSON.parse(packet.slice('42/room-14,'.length)));
    assert.deepEqual(missed.map((args) => args.slice(0, 2)), [['shouted', 'b'], ['shouted', 'c']]);
    for (const args of missed) assert.equal(typeof args[2], 'string');
    const acceptance = JSON.parse((await back.receive()).slice('40/room-14,'.length));
    assert.deepEqual(Object.keys(acceptance), ['sid', 'pid']);
    assert.equal(acceptance.sid, sid);
    const replay = await Channel.open(recovering);
    await replay.send(`40/room-14,{"pid":"${pid}","offset":"${offset}"}`);
    const answer = await replay.receive();
    assert.match(answer, /^40\/room-14,/, 'it misses nothing');
    const fresh = JSON.parse(answer.slice('40/room-14,'.length));
    assert.notEqual(fresh.sid, sid);
    assert.notEqual(fresh.pid, pid);
    for (const channel of [back, replay, other]) channel.drop();
  });
}
