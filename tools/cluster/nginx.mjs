// nginx before the nodes, with the site that deploy/ ships: only its addresses are others.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon, freePort } from '../services/daemon.mjs';
import { readiness } from './node.mjs';

const program = '/usr/sbin/nginx';
const site = new URL('../../deploy/nginx/skat.conf', import.meta.url).pathname;

// The shipped site, with these nodes (ports) and this port of its own.
export function siteFor({ port, nodes }) {
  const shipped = readFileSync(site, 'utf8');
  const lines = shipped.match(/^ +server 127\.0\.0\.1:\d+ .*;\n/gm);
  const like = (node) => lines[0].replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${node}`);
  return shipped.replace(lines.join(''), nodes.map(like).join('')).replace('listen 80;', `listen 127.0.0.1:${port};`);
}

export class Nginx extends Daemon {
  static async create({ folder, nodes, detached }) {
    if (!existsSync(program)) throw new Error(`${program} is not there; run: tools/install.sh services`);
    const home = join(folder, 'nginx');
    mkdirSync(join(home, 'logs'), { recursive: true });
    const port = await freePort();
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `  ${kind}_temp_path ${join(home, kind)};\n`);
    const file = join(home, 'nginx.conf');
    writeFileSync(
      file,
      `daemon off;\nmaster_process off;\npid ${join(home, 'nginx.pid')};\nerror_log stderr warn;\n` +
        `events { worker_connections 4096; }\nhttp {\n  access_log off;\n${temporary.join('')}${siteFor({ port, nodes })}}\n`,
    );
    const nginx = new Nginx({
      name: 'nginx',
      command: program,
      args: ['-p', home, '-c', file, '-e', 'stderr'],
      log: join(folder, 'nginx.log'),
      ready: async () => (await readiness(nginx.url))?.ready === true,
      startLimit: 15_000,
      detached,
    });
    return Object.assign(nginx, { port, url: `http://127.0.0.1:${port}` });
  }
}
