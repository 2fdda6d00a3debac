// SkatNode: one Skat of a cluster, a daemon with an address of its own.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon, freePort } from '../services/daemon.mjs';

// The body of /readyz and whether it is 200; undefined: nobody answers.
export async function readiness(url, limit = 1_000) {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(limit) });
    return { ready: answer.status === 200, text: (await answer.text()).trim() };
  } catch {
    return undefined;
  }
}

export class SkatNode extends Daemon {
  // binary: of a build; env: its settings (KAFKA_BROKERS, …); args: more flags of `skat serve`.
  static async create({ folder, name, binary, env = {}, args = [], detached }) {
    if (!existsSync(binary)) throw new Error(`${binary} is not built`);
    const port = await freePort();
    const data = join(folder, name);
    mkdirSync(data, { recursive: true });
    const node = new SkatNode({
      name,
      command: binary,
      args: ['serve', '--listen', `127.0.0.1:${port}`, '--data', data, ...args],
      log: join(folder, `${name}.log`),
      ready: async () => (await readiness(node.url))?.ready === true,
      startLimit: 90_000,
      options: { env: { ...process.env, ...env } },
      detached,
    });
    return Object.assign(node, { port, url: `http://127.0.0.1:${port}` });
  }
}
