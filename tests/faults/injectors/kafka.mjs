// Faults of Kafka's brokers.
import { setTimeout as sleep } from 'node:timers/promises';
import { pick } from '../seeded.mjs';
import { demand, refuses } from './nodes.mjs';

export const kafka = {
  async 'broker.restart'(run, { name, down = 2 }) {
    const broker = pick(run.random, run.cluster.get('kafka').brokers);
    const { from, end } = await run.fault(name, broker.name, async () => {
      await broker.kill();
      demand(await refuses(broker.ports.PLAINTEXT), 'its port still answers');
    });
    await sleep(down * 1_000);
    await broker.start();
    return { from, to: end() };
  },

  async 'kafka.down'(run, { name, seconds = 60 }) {
    const { brokers } = run.cluster.get('kafka');
    const { from, end } = await run.fault(name, 'all brokers', async () => {
      await Promise.all(brokers.map((broker) => broker.kill()));
      for (const broker of brokers) demand(await refuses(broker.ports.PLAINTEXT), `${broker.name} still answers`);
    });
    await sleep(seconds * 1_000);
    const to = end();
    await Promise.all(brokers.map((broker) => broker.start()));
    return { from, to };
  },
};
