// A Redis of its own: Pub/Sub needs nothing on disk, so nothing is kept.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon, ask, freePort } from './daemon.mjs';

// Debian's package redis-tools holds the server too (one program, which looks at the name it is called by); the package
// redis-server would add a system service.
const program = '/usr/bin/redis-check-rdb';

export class Redis extends Daemon {
  static async create({ folder, detached, args = [] }) {
    const data = join(folder, 'redis');
    mkdirSync(data, { recursive: true });
    const port = await freePort();
    const redis = new Redis({
      name: 'redis',
      command: program,
      args: ['--port', port, '--bind', '127.0.0.1', '--dir', data, '--save', '', '--appendonly', 'no', ...args].map(String),
      log: join(folder, 'redis.log'),
      ready: async () => (await ask(port, 'PING\r\n')) === '+PONG\r\n',
      options: { argv0: 'redis-server' },
      startLimit: 10_000,
      detached,
    });
    return Object.assign(redis, { port, url: `redis://127.0.0.1:${port}` });
  }
}
