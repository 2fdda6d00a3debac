// Engine.IO 4 as the public suite checks it, row by row: the bare echo server, and the same handshake under Socket.IO.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import { request, upgradeLines } from '../hostile/bytes.mjs';
import { Wire } from '../hostile/wire.mjs';
import { Example } from '../support/example.mjs';
import { undisturbed } from '../support/stall_probe.mjs';
import { ask, errors, Frames, Polling, RS, SocketChannel } from './raw.mjs';

const server = new Example();
before(() => server.start());
after(() => server.stop());

const path = '/engine.io/';
const open = () => new Polling(`${server.url}${path}`).open();
const webSocket = () => SocketChannel.open(server, path);

// A timer of the server is not early, and late by at most this many ms. What started it happened after `begun` and before
// `done`; the way through loopback and a test that shares the machine with the server take the rest.
const late = 80;
const still = 20; // ms; a longer stall spoils a sample of the heartbeat
function due(ms, { begun, done, at = performance.now() }, what) {
  assert.ok(at - begun >= ms - 1, `${what} after ${(at - begun).toFixed(1)} ms, before its ${ms}`);
  assert.ok(at - done <= ms + late, `${what} after ${(at - done).toFixed(1)} ms instead of ${ms}`);
}

for (const place of ['/engine.io/', '/socket.io/']) {
  describe(`handshake at ${place}`, () => {
    const keys = '"pingInterval":300,"pingTimeout":200,"maxPayload":1000000';

    test('polling: 200 with the five members in their order, headers and CORS', async () => {
      const { status, headers, body } = await ask(`${server.url}${place}?EIO=4&transport=polling&t=abc`);
      assert.equal(status, 200);
      assert.match(body, new RegExp(`^0\\{"sid":"[\\w-]{20}","upgrades":\\["websocket"\\],${keys}\\}$`));
      assert.deepEqual(Object.keys(JSON.parse(body.slice(1))), ['sid', 'upgrades', 'pingInterval', 'pingTimeout', 'maxPayload']);
      assert.match(headers.get('content-type'), /^text\/plain; charset=utf-8$/i);
      assert.equal(headers.get('content-length'), String(body.length));
      assert.equal(headers.get('cache-control'), 'no-store');
      assert.equal(headers.get('access-control-allow-origin'), '*');
      assert.equal(headers.get('set-cookie'), null);
    });

    test('WebSocket: the same packet is the first frame, upgrades are empty', async () => {
      const frames = new Frames(`${server.url}${place}?EIO=4&transport=websocket`);
      assert.match(await frames.receive(), new RegExp(`^0\\{"sid":"[\\w-]{20}","upgrades":\\[\\],${keys}\\}$`));
      frames.drop();
    });

    test('ids of sessions differ', async () => {
      const ids = await Promise.all(Array.from({ length: 20 }, async () => JSON.parse((await ask(`${server.url}${place}?EIO=4&transport=polling`)).body.slice(1)).sid));
      assert.equal(new Set(ids).size, 20);
    });

    for (const [what, query, method, body] of [
      ['no EIO', 'transport=polling', 'GET', errors.version],
      ['EIO=abc', 'EIO=abc&transport=polling', 'GET', errors.version],
      ['no transport', 'EIO=4', 'GET', errors.transport],
      ['transport=abc', 'EIO=4&transport=abc', 'GET', errors.transport],
      ['POST without sid', 'EIO=4&transport=polling', 'POST', errors.method],
      ['PUT without sid', 'EIO=4&transport=polling', 'PUT', errors.method],
      ['an unknown sid', 'EIO=4&transport=polling&sid=nobody', 'GET', errors.sid],
    ]) {
      test(`polling, ${what}: 400 ${body}`, async () => {
        const answer = await ask(`${server.url}${place}?${query}`, { method });
        assert.deepEqual([answer.status, answer.body], [400, body]);
        assert.match(answer.headers.get('content-type'), /^application\/json/);
        assert.equal(answer.headers.get('access-control-allow-origin'), '*');
      });
    }

    for (const [what, query, body] of [
      ['no EIO', 'transport=websocket', 'Unsupported protocol version'],
      ['EIO=abc', 'EIO=abc&transport=websocket', 'Unsupported protocol version'],
      ['no transport', 'EIO=4', 'Transport unknown'],
      ['transport=abc', 'EIO=4&transport=abc', 'Transport unknown'],
      ['an unknown sid', 'EIO=4&transport=websocket&sid=nobody', 'Session ID unknown'],
    ]) {
      test(`WebSocket, ${what}: 400 before the 101, then the end`, async () => {
        const wire = new Wire(server.port);
        wire.write(request(`GET ${place}?${query}`, upgradeLines));
        const answer = await wire.response();
        assert.deepEqual([answer.status, answer.body], [400, body]);
        assert.match(answer.headers.get('connection'), /close/i);
        assert.match(answer.headers.get('content-type'), /^text\/html/);
        await wire.ended();
        wire.drop();
        const frames = new Frames(`${server.url}${place}?${query}`);
        await frames.ended();
        assert.match(frames.error.message, /400/);
      });
    }
  });
}

describe('messages over polling', () => {
  test('POST 4hello is answered ok, GET gets 4hello', async () => {
    const session = await open();
    const posted = await session.post('4hello');
    assert.deepEqual([posted.status, posted.body], [200, 'ok']);
    assert.equal(posted.headers.get('content-type'), 'text/html');
    const got = await session.get();
    assert.deepEqual([got.status, got.body], [200, '4hello']);
    assert.match(got.headers.get('content-type'), /^text\/plain; charset=utf-8$/i);
    assert.equal(got.headers.get('cache-control'), 'no-store');
  });

  test('three packets in one body come back in one body', async () => {
    const session = await open();
    assert.equal((await session.post(['4test1', '4test2', '4test3'].join(RS))).body, 'ok');
    assert.equal((await session.get()).body, ['4test1', '4test2', '4test3'].join(RS));
  });

  test('a text and a binary message come back as they were', async () => {
    const session = await open();
    assert.equal((await session.post(`4hello${RS}bAQIDBA==`)).body, 'ok');
    assert.equal((await session.get()).body, `4hello${RS}bAQIDBA==`);
  });

  test('a held GET is answered by what comes', async () => {
    const session = await open();
    const held = await session.hold();
    await session.post('4€');
    assert.equal((await held.answer).body, '4€');
  });

  test('a bad packet ends the session: 400 or a broken connection, then 400', async () => {
    const session = await open();
    assert.ok([0, 400].includes((await session.post('abc')).status));
    await session.gone();
  });

  test('a second GET ends the session: the first gets 200 1, the second 400', async () => {
    const session = await open();
    const first = session.get();
    await sleep(5);
    const second = session.get();
    const answers = await Promise.all([first, second]);
    assert.deepEqual([answers[0].status, answers[0].body], [200, '1']);
    assert.deepEqual([answers[1].status, answers[1].body], [400, '']);
    await session.gone();
  });

  test('a GET that its client drops ends the session', async () => {
    const session = await open();
    const abort = new AbortController();
    const dropped = assert.rejects(session.get({ signal: abort.signal }));
    await sleep(5);
    abort.abort();
    await dropped;
    await sleep(20);
    await session.gone();
  });
});

describe('messages over WebSocket', () => {
  test('text comes back as text', async () => {
    const channel = await webSocket();
    await channel.send('4hello');
    assert.equal(await channel.receive(), '4hello');
    channel.drop();
  });

  test('binary comes back as binary', async () => {
    const channel = await webSocket();
    await channel.send(Buffer.from([1, 2, 3, 4]));
    assert.deepEqual(await channel.receive(), Buffer.from([1, 2, 3, 4]));
    channel.drop();
  });

  test('a text frame b… is binary too', async () => {
    const channel = await webSocket();
    await channel.send('bAQID');
    assert.deepEqual(await channel.receive(), Buffer.from([1, 2, 3]));
    channel.drop();
  });

  test('a bad packet ends the connection', async () => {
    const channel = await webSocket();
    await channel.send('abc');
    await channel.ended();
  });
});

describe('heartbeat', () => {
  test('polling: three rounds, each ping 300 ms after the pong', (t) =>
    undisturbed(t, async () => {
      const session = await open();
      let sent = { begun: session.begun, done: session.opened };
      for (let round = 1; round <= 3; round += 1) {
        assert.equal((await session.get()).body, '2');
        due(300, sent, `ping ${round}`);
        const begun = performance.now();
        assert.equal((await session.post('3')).body, 'ok');
        sent = { begun, done: performance.now() };
      }
    }, still));

  test('WebSocket: three rounds, each ping 300 ms after the pong', (t) =>
    undisturbed(t, async () => {
      const channel = await webSocket();
      let sent = { begun: channel.begun, done: channel.opened };
      for (let round = 1; round <= 3; round += 1) {
        assert.equal(await channel.receive(), '2');
        due(300, sent, `ping ${round}`);
        const begun = performance.now();
        await channel.send('3');
        sent = { begun, done: begun };
      }
      channel.drop();
    }, still));

  test('polling: exactly 500 ms after the handshake the session is gone, without a pong', (t) =>
    undisturbed(t, async () => {
      const session = await open();
      await sleep(session.opened + 500 - performance.now());
      await session.gone();
    }, still));

  test('polling: 470 ms after the handshake it is still there', (t) =>
    undisturbed(t, async () => {
      const session = await open();
      await sleep(session.begun + 470 - performance.now());
      assert.equal((await session.get()).body, '2');
    }, still));

  test('polling: the GET held at the time-out gets 200 1', (t) =>
    undisturbed(t, async () => {
      const session = await open();
      assert.equal((await session.get()).body, '2');
      const { status, body } = await session.get();
      due(500, { begun: session.begun, done: session.opened }, 'the end');
      assert.deepEqual([status, body], [200, '1']);
      await session.gone();
    }, still));

  test('WebSocket: closed 500 ms after the handshake, without a pong', (t) =>
    undisturbed(t, async () => {
      const channel = await webSocket();
      const at = await channel.ended(['2']);
      due(500, { begun: channel.begun, done: channel.opened, at }, 'the end');
    }, still));
});

describe('close', () => {
  test('polling: 1 ends the session, the held GET gets 6', async () => {
    const session = await open();
    const held = await session.hold();
    assert.equal((await session.post('1')).body, 'ok');
    const { status, body } = await held.answer;
    assert.deepEqual([status, body], [200, '6']);
    await session.gone();
  });

  test('WebSocket: 1 ends the connection', async () => {
    const channel = await webSocket();
    await channel.send('1');
    await channel.ended([], 2_000);
  });
});

describe('upgrade', () => {
  // A session whose WebSocket has been answered 3probe.
  async function probed() {
    const session = await open();
    const frames = await new Frames(`${server.url}${path}?EIO=4&transport=websocket&sid=${session.handshake.sid}`).open();
    frames.send('2probe');
    assert.equal(await frames.receive(), '3probe');
    return { session, frames };
  }

  async function upgraded() {
    const { session, frames } = await probed();
    frames.send('5');
    frames.send('4hello');
    assert.equal(await frames.receive(), '4hello');
    return { session, frames };
  }

  test('probe, a GET that gets 6, then messages on the WebSocket', (t) =>
    undisturbed(t, async () => {
      const { session, frames } = await probed();
      const begun = performance.now();
      const { status, body } = await session.get();
      assert.deepEqual([status, body], [200, '6']);
      assert.ok(performance.now() - begun < 200, 'before the next ping');
      frames.send('5');
      frames.send('4hello');
      assert.equal(await frames.receive(), '4hello');
      frames.drop();
    }));

  test('a GET held before the probe gets 6', async () => {
    const session = await open();
    const held = await session.hold();
    const frames = await new Frames(session.socketUrl).open();
    frames.send('2probe');
    assert.equal(await frames.receive(), '3probe');
    const { status, body } = await held.answer;
    assert.deepEqual([status, body], [200, '6']);
    frames.drop();
  });

  test('polling requests of an upgraded session get 400, without harm to it', async () => {
    const { session, frames } = await upgraded();
    const got = await session.get();
    assert.deepEqual([got.status, got.body], [400, errors.bad]);
    const posted = await session.post('4x');
    assert.deepEqual([posted.status, posted.body], [400, errors.bad]);
    frames.send('4still here');
    assert.equal(await frames.receive(), '4still here');
    frames.drop();
  });

  test('a second WebSocket of an upgraded session is closed, without harm to the first', async () => {
    const { session, frames } = await upgraded();
    const second = new Frames(session.socketUrl);
    await second.ended();
    frames.send('4still here');
    assert.equal(await frames.receive(), '4still here');
    frames.drop();
  });

  test('a second WebSocket of a session that began on WebSocket is closed, without harm to the first', async () => {
    const channel = await webSocket();
    await new Frames(`${server.url}${path}?EIO=4&transport=websocket&sid=${channel.handshake.sid}`).ended();
    await channel.send('4still here');
    assert.equal(await channel.receive(), '4still here');
    channel.drop();
  });
});
