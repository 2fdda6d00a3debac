// Faults of Skat's own processes.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pick } from '../seeded.mjs';

export function refuses(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(false));
    socket.once('error', () => resolve(true));
    socket.once('connect', () => socket.destroy());
  });
}

export function demand(ok, what) {
  if (!ok) throw new Error(what);
}

async function kill(run, { name, down = 1 }, node, target) {
  const { from, end } = await run.fault(name, target, async () => {
    const { signal } = await node.kill();
    demand(signal === 'SIGKILL', `it ended with ${signal}`);
    demand(await refuses(node.port), 'its port still answers');
  });
  await sleep(down * 1_000);
  await run.restart(node);
  return { from, to: end() };
}

const up = (run) => run.cluster.nodes.filter((node) => node.up);

// Waits until some node holds the role: after a fault the members must first find each other again.
async function holder(run, role) {
  for (const end = Date.now() + 30_000; ; await sleep(200)) {
    try {
      return await run.cluster.holder(role);
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

export const nodes = {
  async 'node.kill'(run, options) {
    const node = pick(run.random, up(run));
    return kill(run, options, node, `node ${node.index}`);
  },

  async 'owner.kill'(run, options) {
    const { node, held } = await holder(run, 'owner');
    return kill(run, options, node, `node ${node.index}, owner of ${held} partitions`);
  },

  async 'archiver.kill'(run, options) {
    const { node, held } = await holder(run, 'archiver');
    return kill(run, options, node, `node ${node.index}, archiver of ${held} partitions`);
  },

  // The node dies by itself at that step, the nth time that it gets there.
  async 'archiver.failpoint'(run, { name, failpoint, nth = 3, down = 1 }) {
    const { node, held } = await holder(run, 'archiver');
    await node.stop();
    node.mayDie = true;
    const { from, end } = await run.fault(name, `node ${node.index}, archiver of ${held} partitions, ${failpoint}`, async () => {
      const died = (limit) => Promise.race([node.exited, sleep(limit, undefined, { ref: false })]);
      await run.restart(node, { SKAT_FAILPOINT: `${failpoint}:kill:${nth}` }).catch(() => {});
      const how = await died(30_000);
      demand(how?.signal === 'SIGKILL', `${failpoint} was not passed ${nth} times (${JSON.stringify(how)})`);
    });
    await sleep(down * 1_000);
    node.mayDie = false;
    await run.restart(node);
    return { from, to: end() };
  },

  // Another process joins and leaves the groups every few seconds.
  async 'rebalance'(run, { name, every = 3, seconds = 60 }) {
    const guest = run.cluster.add();
    guest.gone = true; // nobody's home, and not started again by the healing
    const { from, end } = await run.fault(name, `node ${guest.index}, every ${every} s`, async () => {
      await run.restart(guest);
      for (const limit = Date.now() + 15_000; ; await sleep(100)) {
        const { skat_partitions_owned: owned = 0 } = await guest.metrics();
        if (owned > 0) break;
        demand(Date.now() < limit, 'it was given no partition');
      }
    });
    for (const limit = Date.now() + seconds * 1_000; Date.now() < limit; ) {
      await guest.stop();
      await sleep((every * 1_000) / 2);
      await run.restart(guest);
      await sleep((every * 1_000) / 2);
    }
    await guest.stop();
    return { from, to: end() };
  },
};
