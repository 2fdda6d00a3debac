// Faults of Redis.
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../../../tools/services/daemon.mjs';
import { demand, refuses } from './nodes.mjs';

async function kill(run, { name, down = 0 }) {
  const redis = run.cluster.get('redis');
  const { from, end } = await run.fault(name, 'redis', async () => {
    await redis.kill();
    demand(await refuses(redis.port), 'its port still answers');
  });
  await sleep(down * 1_000);
  await redis.start();
  return { from, to: end() };
}

export const redis = {
  'redis.kill': kill,
  // Nothing is kept on disk: whatever starts is empty.
  'redis.restart': kill,

  async 'redis.flushall'(run, { name }) {
    const { port } = run.cluster.get('redis');
    const { from, end } = await run.fault(name, 'redis', async () => {
      demand((await ask(port, 'FLUSHALL\r\n')) === '+OK\r\n', 'FLUSHALL was refused');
      demand((await ask(port, 'DBSIZE\r\n')) === ':0\r\n', 'keys are left');
    });
    return { from, to: end() };
  },

  async 'redis.stop'(run, { name, seconds = 30 }) {
    const server = run.cluster.get('redis');
    const { from, end } = await run.fault(name, `redis, ${seconds} s`, async () => {
      server.pause();
      demand((await ask(server.port, 'PING\r\n', 500)) === undefined, 'it still answers');
    });
    await sleep(seconds * 1_000);
    server.resume();
    return { from, to: end() };
  },

  // Every pattern of being away, for a while.
  async 'redis.flapping'(run, { name, seconds = 60 }) {
    const server = run.cluster.get('redis');
    let first;
    let last;
    for (const limit = Date.now() + seconds * 1_000; Date.now() < limit; ) {
      const cycle = await kill(run, { name, down: 0.2 + run.random() * 4 });
      first ??= cycle.from;
      last = cycle.to;
      await sleep(500 + run.random() * 5_000);
      demand(server.running, 'it did not come back');
    }
    return { from: first, to: last };
  },
};
