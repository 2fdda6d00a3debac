// nginx in front of a server: a configuration of its own in a temporary folder, one process in the foreground, on loopback.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, temporaryFolder } from '../support/skat.mjs';

const program = '/usr/sbin/nginx';

export class Nginx {
  // upstream: the port behind it, or several: requests go to them in turn, whoever they are from. buffering:
  // proxy_buffering on or off.
  constructor(upstream, { buffering }) {
    Object.assign(this, { upstream, buffering });
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  async start() {
    if (!existsSync(program)) throw new Error(`${program} is not installed (tools/install.sh test)`);
    this.port = await freePort();
    this.folder = temporaryFolder('skat-nginx-');
    mkdirSync(join(this.folder, 'logs'));
    const servers = [this.upstream].flat().map((port) => `server 127.0.0.1:${port} max_fails=1 fail_timeout=2s;`);
    const path = (name) => ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind === 'body' ? 'client_body' : kind}_temp_path ${join(this.folder, name, kind)};`).join('\n');
    mkdirSync(join(this.folder, 'temp'));
    writeFileSync(join(this.folder, 'nginx.conf'), `
daemon off;
master_process off;
pid ${join(this.folder, 'nginx.pid')};
error_log stderr warn;
events { worker_connections 512; }
http {
  access_log off;
  ${path('temp')}
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  upstream behind { ${servers.join(' ')} keepalive 16; }
  server {
    listen 127.0.0.1:${this.port};
    location / {
      proxy_pass http://behind;
      proxy_connect_timeout 2s;
      proxy_http_version 1.1;
      proxy_set_header Host $host:$server_port;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_buffering ${this.buffering};
    }
  }
}
`);
    this.child = spawn(program, ['-p', this.folder, '-c', join(this.folder, 'nginx.conf'), '-e', 'stderr'], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.stderr = '';
    this.child.stderr.on('data', (chunk) => {
      this.stderr = (this.stderr + chunk).slice(-20_000);
    });
    this.exited = once(this.child, 'exit');
    for (const end = Date.now() + 10_000; ; await sleep(20)) {
      try {
        await (await fetch(this.url)).arrayBuffer();
        return this;
      } catch {
        if (this.child.exitCode !== null || Date.now() > end) throw new Error(`nginx does not answer:\n${this.stderr}`);
      }
    }
  }

  async stop() {
    this.child.kill('SIGTERM');
    await this.exited;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
