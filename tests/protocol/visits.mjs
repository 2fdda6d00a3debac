// What a Socket.IO client does at the example server, one visit a check. Runs under Node.js and in a page: no module of either.
// Each visit takes a visitor, {io, url, options}, and throws where the server is not as it should be.

export const modes = {
  'polling only': { transports: ['polling'] },
  'WebSocket only': { transports: ['websocket'] },
  'polling, then WebSocket': {},
};

// JSON text, with binary of any class as its bytes.
function plain(value) {
  if (value instanceof ArrayBuffer) return { bytes: [...new Uint8Array(value)].join() };
  if (ArrayBuffer.isView(value)) return { bytes: [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)].join() };
  if (Array.isArray(value)) return value.map(plain);
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
  return value;
}

export function same(actual, expected, what = '') {
  const [is, due] = [actual, expected].map((value) => JSON.stringify(plain(value)) ?? 'undefined');
  if (is !== due) throw new Error(`${what}: ${is.slice(0, 300)} instead of ${due.slice(0, 300)}`);
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function within(promise, what, ms = 10_000) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing for ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// The arguments of the next event of that name.
export const next = (socket, event) => within(new Promise((resolve) => socket.once(event, (...args) => resolve(args))), event);

// The client's sockets, each closed when `run` has ended.
export async function visiting({ io, url, options = {} }, run) {
  const opened = [];
  const open = (nsp = '/', more = {}) => {
    const socket = io(`${url}${nsp}`, { forceNew: true, reconnectionDelay: 20, reconnectionDelayMax: 50, ...options, ...more });
    opened.push(socket);
    return socket;
  };
  open.ready = async (nsp, more) => {
    const socket = open(nsp, more);
    const refused = new Promise((_, reject) => socket.once('connect_error', reject));
    const [auth] = await Promise.race([next(socket, 'auth'), refused]);
    socket.greeting = auth;
    return socket;
  };
  try {
    return await run(open);
  } finally {
    for (const socket of opened) socket.disconnect();
  }
}

// The upgrade has ended, where there is one.
export async function settled(socket) {
  const { engine } = socket.io;
  if (engine.transports.length === 1 || engine.transport.name === 'websocket') return;
  await within(new Promise((resolve) => engine.once('upgrade', resolve)), 'the upgrade');
}

const kinds = [
  null, true, false, 0, -1, 1.5, 2 ** 53 - 1, 1e21, '', 'text', [], {}, [[[]]], { a: { b: [1, { c: null }] } }, 'Zürich €',
  '😀👩‍👩‍👧‍👦🇩🇪', 'e\u0301', 'नमस्ते שלום مرحبا', '\u0000\u001e\u007f\u2028', '"\\/\b\f\n\r\t', '\ud800', { '': 1, 'ключ': 2, __proto: 3 },
];

export const visits = {
  'connects with auth and query': (visitor) =>
    visiting(visitor, async (open) => {
      const auth = { token: 'a b&c=€', list: [1, null, { deep: true }] };
      const socket = await open.ready('/', { auth, query: { name: 'a b&c=€', x: '1' } });
      same(socket.greeting, auth, 'auth');
      same((await open.ready('/', { auth: (give) => give({ from: 'function' }) })).greeting, { from: 'function' }, 'auth');
      same((await open.ready()).greeting, {}, 'auth');
      same(/^[\w-]{20}$/.test(socket.id), true, 'id');
      await settled(socket);
      const name = visitor.options?.transports?.[0] ?? 'websocket';
      same(socket.io.engine.transport.name, name, 'transport');
    }),

  'sends and gets every kind of JSON': (visitor) =>
    visiting(visitor, async (open) => {
      const socket = await open.ready();
      for (const value of kinds) {
        const back = next(socket, 'message-back');
        socket.emit('message', value);
        same(await back, [value], 'an event');
        same(await socket.emitWithAck('message-with-ack', value), value, 'an ack');
      }
      const back = next(socket, 'message-back');
      socket.send(...kinds);
      same(await back, kinds, 'all of them');
    }),

  'acknowledges both ways, in time and not': (visitor) =>
    visiting(visitor, async (open) => {
      const nsp = `/room-${Math.floor(Math.random() * 1e9)}`;
      const [asker, other] = [await open.ready(nsp), await open.ready(nsp)];
      asker.on('question', (what, answer) => answer(`asker: ${what}`));
      other.on('question', (what, answer) => answer(`other: ${what}`));
      const [error, answers] = await new Promise((resolve) => asker.emit('ask-everyone', 'why?', (...args) => resolve(args)));
      same([error, answers.sort()], [null, ['asker: why?', 'other: why?']], 'answers');
      other.off('question');
      const [late, one] = await new Promise((resolve) => asker.emit('ask-everyone', 'why?', (...args) => resolve(args)));
      same([late, one], ['operation has timed out', ['asker: why?']], 'an answer that is missing');
      const failed = await asker.timeout(50).emitWithAck('message', 1).catch((reason) => reason.message);
      same(failed, 'operation has timed out', 'an event without an answer');
      const many = await Promise.all(Array.from({ length: 50 }, (_, i) => asker.emitWithAck('message-with-ack', i)));
      same(many, Array.from({ length: 50 }, (_, i) => i), 'fifty at once');
    }),

  'sends and gets binary': (visitor) =>
    visiting(visitor, async (open) => {
      const socket = await open.ready();
      const bytes = (length) => Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 0xff);
      const cases = [
        [bytes(4)], [bytes(0)], [bytes(3), 'between', bytes(5)], [{ a: [bytes(2), { b: bytes(1) }], c: bytes(2) }],
        [bytes(100_000)], Array.from({ length: 10 }, (_, i) => bytes(i + 1)), [{ _placeholder: true, num: 0 }],
      ];
      for (const args of cases) {
        const back = next(socket, 'message-back');
        socket.emit('message', ...args);
        same(await back, args, 'an event');
        const acked = await new Promise((resolve) => socket.emit('message-with-ack', ...args, (...values) => resolve(values)));
        same(acked, args, 'an ack');
      }
    }),

  'joins rooms and hears broadcasts': (visitor) =>
    visiting(visitor, async (open) => {
      const nsp = `/room-${Math.floor(Math.random() * 1e9)}`;
      const sockets = [await open.ready(nsp), await open.ready(nsp), await open.ready(nsp)];
      const heard = sockets.map(() => []);
      sockets.forEach((socket, i) => socket.onAny((...event) => heard[i].push(event)));
      const [a, b, c] = sockets;
      await a.emitWithAck('join', 'red');
      await b.emitWithAck('join', 'red');
      const [, ids] = await new Promise((resolve) => c.emit('who', 'red', (...args) => resolve(args)));
      same(ids.sort(), [a.id, b.id].sort(), 'who');
      await a.emitWithAck('say', 'red', { text: 'to all of red' });
      await c.emitWithAck('say', 'red', 'from outside');
      await a.emitWithAck('binary', 'red', new Uint8Array([1, 2]), 'tail');
      await a.emitWithAck('shout', 1, 'loud');
      await b.emitWithAck('leave', 'red');
      await a.emitWithAck('say', 'red', 'alone');
      await Promise.all(sockets.map((socket) => socket.emitWithAck('message-with-ack')));
      same(heard[0], [['said', { text: 'to all of red' }], ['said', 'from outside'], ['said', 'alone']], 'a');
      same(heard[1], [['said', { text: 'to all of red' }], ['said', 'from outside'], ['binary', new Uint8Array([1, 2]), 'tail'], ['shouted', 1, 'loud']], 'b');
      same(heard[2], [['shouted', 1, 'loud']], 'c');
    }),

  'has several namespaces on one connection': (visitor) =>
    visiting(visitor, async (open) => {
      const main = await open.ready('/');
      const custom = main.io.socket('/custom', { auth: { token: 'abc' } });
      same(await next(custom, 'auth'), [{ token: 'abc' }], 'auth');
      same(custom.id === main.id, false, 'ids differ');
      const stray = [];
      main.on('message-back', (...args) => stray.push(args));
      same(await custom.emitWithAck('message-with-ack', 'here'), 'here', 'ack');
      custom.emit('message', 'here');
      same(await next(custom, 'message-back'), ['here'], 'event');
      custom.disconnect();
      same(await main.emitWithAck('message-with-ack', 'there'), 'there', 'ack after the other has left');
      same(stray, [], 'nothing crosses');
    }),

  'is refused with a message and data, and let in with the token': (visitor) =>
    visiting(visitor, async (open) => {
      const unknown = open('/random');
      const [refusal] = await next(unknown, 'connect_error');
      same([refusal.message, refusal.data], ['Invalid namespace', undefined], 'unknown');
      const admin = open('/admin', { auth: { token: 'guess' } });
      const [error] = await next(admin, 'connect_error');
      same([error.message, error.data], ['Not authorized', { code: 401, hint: 'a token is needed' }], 'refusal');
      same([admin.active, admin.connected], [false, false], 'it does not try again by itself');
      admin.auth = { token: 'let me in' };
      admin.connect();
      same(await next(admin, 'auth'), [{ token: 'let me in' }], 'greeting');
    }),

  'sends volatile events, which may be lost': (visitor) =>
    visiting(visitor, async (open) => {
      const socket = await open.ready();
      await settled(socket);
      const got = [];
      socket.on('message-back', (value) => got.push(value));
      await pause(20);
      socket.volatile.emit('message', 'now');
      await socket.emitWithAck('message-with-ack');
      socket.disconnect();
      socket.volatile.emit('message', 'never');
      socket.connect();
      await next(socket, 'auth');
      await socket.emitWithAck('message-with-ack');
      same(got, ['now'], 'events');
    }),

  'knows why it was disconnected': (visitor) =>
    visiting(visitor, async (open) => {
      const own = await open.ready();
      const left = next(own, 'disconnect');
      own.disconnect();
      same((await left)[0], 'io client disconnect', 'by itself');
      const kicked = await open.ready();
      const sibling = kicked.io.socket('/custom');
      await next(sibling, 'auth');
      const gone = next(kicked, 'disconnect');
      kicked.emit('kick', kicked.id);
      same((await gone)[0], 'io server disconnect', 'kicked');
      same(await sibling.emitWithAck('message-with-ack', 1), 1, 'its connection stays');
      kicked.connect();
      await next(kicked, 'auth');
      const both = [next(kicked, 'disconnect'), next(sibling, 'disconnect')];
      sibling.emit('close');
      same((await Promise.all(both)).map(([reason]) => reason), ['io server disconnect', 'io server disconnect'], 'closed');
      await pause(100);
      same([kicked.active, sibling.active], [false, false], 'neither tries again');
    }),

  'keeps the order of 1,000 events each way while the transport changes': (visitor) =>
    visiting(visitor, async (open) => {
      const socket = open();
      const got = [];
      const all = new Promise((resolve) => {
        socket.on('message-back', (i) => got.push(i) === 1_000 && resolve());
      });
      await next(socket, 'connect');
      for (let i = 0; i < 1_000; i += 1) {
        socket.emit('message', i);
        if (i % 20 === 19) await pause(1);
      }
      await within(all, 'the thousandth event');
      await settled(socket);
      same(got, Array.from({ length: 1_000 }, (_, i) => i), 'events');
    }),
};
