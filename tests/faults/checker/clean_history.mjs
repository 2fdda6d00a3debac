// A history without a fault in it, made up from a seed: several rooms and nodes, senders that repeat on another node,
// subscribers that resume, leave and load pages, reads, a database and a log. Anomalies are planted into it.
import { generator, pick } from '../seeded.mjs';

const kMs = 1_000_000;

export function cleanHistory({ seed = 1, rooms = 3, messages = 60, nodes = 3 } = {}) {
  const random = generator(seed);
  const history = [];
  let t = 1_000 * kMs;
  const put = (entry) => {
    t += Math.floor(random() * kMs) + 1;
    history.push({ t, ...entry });
    return history.at(-1);
  };
  put({ e: 'run', id: 'clean', seed, mode: 'cluster', nodes, faults: ['node.kill'] });
  put({ e: 'phase', name: 'load' });
  for (let node = 0; node < nodes; node += 1) put({ e: 'mem', node, rss: 100e6, fds: 50, threads: 9, conns: 8, queued: 0 });
  const senders = ['ada', 'bob', 'cleo'].map((name) => ({ name, n: new Map(), c: 0 }));
  const watchers = ['una', 'vera', 'wim'];
  const all = Array.from({ length: rooms }, (_, index) => ({ id: `room-${index}`, items: [[1, null, null, 'e1']], part: index % 2 }));
  const logged = [];
  const see = (room, [seq, k, h, epoch], via = 'live') => {
    for (const p of watchers) put({ e: 'recv', p, room: room.id, seq, k, h, epoch, via, level: 'app' });
  };
  for (const room of all) {
    for (const p of watchers) put({ e: 'sub', p, room: room.id, from: 0, steady: true });
    see(room, room.items[0], 'resume');
  }
  for (let i = 0; i < messages; i += 1) {
    const sender = pick(random, senders);
    const room = pick(random, all);
    const n = (sender.n.get(room.id) ?? 0) + 1;
    sender.n.set(room.id, n);
    const k = `${room.id}/${sender.name}/d/${n}`;
    const h = `h-${room.id}-${sender.name}-${n}`;
    const place = { p: sender.name, k, room: room.id };
    put({ e: 'send', ...place, c: `${sender.name}-${sender.c}`, h, try: 0 });
    if (random() < 0.1) {
      put({ e: 'info', p: sender.name, k, why: 'disc' });
      sender.c += 1;
      put({ e: 'send', ...place, c: `${sender.name}-${sender.c}`, h, try: 1 });
      if (random() < 0.5) logged.push({ room, k, h }); // both tries reached the log
    }
    logged.push({ room, k, h });
    const item = [room.items.length + 1, k, h, 'e1'];
    room.items.push(item);
    see(room, item);
    put({ e: 'ack', ...place, c: `${sender.name}-${sender.c}`, seq: item[0], epoch: 'e1' });
    if (random() < 0.2) {
      const after = Math.floor(random() * room.items.length);
      const read = { e: 'read', t0: t + 1, p: 'reader', node: Math.floor(random() * nodes), room: room.id };
      put({ ...read, after, items: room.items.slice(after), more: false, status: 'complete', epoch: 'e1', recent: true });
    }
  }
  put({ e: 'fault', name: 'node.kill', target: 'node 1', phase: 'begin', bit: true });
  put({ e: 'fault', name: 'node.kill', target: 'node 1', phase: 'end' });
  put({ e: 'phase', name: 'healed' });
  put({ e: 'quiet', ok: true });
  for (let node = 0; node < nodes; node += 1) put({ e: 'mem', node, rss: 120e6, fds: 52, threads: 9, conns: 8, queued: 0 });
  const ends = [0, 0];
  for (const { room, k, h } of logged) put({ e: 'log', part: room.part, off: ends[room.part]++, k, h });
  for (const [part, next] of ends.entries()) put({ e: 'offsets', part, next });
  for (const { id, items } of all) {
    for (let node = 0; node < nodes; node += 1) put({ e: 'hist', node, room: id, items });
    put({ e: 'db', room: id, items });
  }
  // As files are: every entry for itself.
  return history.map((entry) => structuredClone(entry));
}
