// A Redis of its own: Pub/Sub needs nothing on disk, so nothing is kept.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon, ask, freePort } from './daemon.mjs';

// Debian's package redis-tools holds the server too (one program, which looks at the name it is called by); the package
// redis-server would add a system service.
const program = '/usr/bin/redis-check-rdb';

export const user = { name: 'skat', password: 'a-secret-of-tests' };

function secure(certificates, port) {
  const at = (name) => join(certificates, name);
  const files = ['--tls-cert-file', at('server.pem'), '--tls-key-file', at('server.key'), '--tls-ca-cert-file', at('ca.pem')];
  const rights = ['resetchannels', '&skat:*', '+@connection', '+publish', '+subscribe', '+unsubscribe'];
  return ['--tls-port', port, ...files, '--tls-auth-clients', 'no', '--user', user.name, 'on', `>${user.password}`, ...rights];
}

export class Redis extends Daemon {
  // tls: a folder of makeCertificates(); then it listens for TLS too, and knows `user`, who has the rights that Skat needs.
  static async create({ folder, detached, args = [], tls }) {
    const data = join(folder, 'redis');
    mkdirSync(data, { recursive: true });
    const port = await freePort();
    const tlsPort = tls && (await freePort());
    const secured = tls ? secure(tls, tlsPort) : [];
    const redis = new Redis({
      name: 'redis',
      command: program,
      args: ['--port', port, '--bind', '127.0.0.1', '--dir', data, '--save', '', '--appendonly', 'no', ...secured, ...args].map(String),
      log: join(folder, 'redis.log'),
      ready: async () => (await ask(port, 'PING\r\n')) === '+PONG\r\n',
      options: { argv0: 'redis-server' },
      startLimit: 10_000,
      detached,
    });
    const { name, password } = user;
    return Object.assign(redis, { port, url: `redis://127.0.0.1:${port}`, tlsUrl: tls && `rediss://${name}:${password}@127.0.0.1:${tlsPort}` });
  }
}
