// Starts, kills and stops a Skat of the tree's own build on a free port of loopback, with a data directory of its own.
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const root = new URL('../..', import.meta.url).pathname;
export const binary = process.env.SKAT_BIN ?? join(root, 'build/dev/skat');
export const outputFolder = join(root, 'tests/output');

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export function temporaryFolder(prefix = 'skat-test-') {
  return mkdtempSync(join(tmpdir(), prefix));
}

export class Skat {
  // args: more flags of `skat serve`; env: more environment, for instance SKAT_FAILPOINT; tls: of certificate.mjs.
  constructor({ port, data, args = [], env = {}, log, tls } = {}) {
    Object.assign(this, { port, data, args, env, log, tls });
    this.ownData = data === undefined;
  }

  get url() {
    return `${this.tls ? 'https' : 'http'}://127.0.0.1:${this.port}`;
  }

  async start() {
    if (!existsSync(binary)) throw new Error(`${binary} is not built`);
    this.port ??= await freePort();
    this.data ??= temporaryFolder();
    const args = ['serve', '--listen', `127.0.0.1:${this.port}`, '--data', this.data, ...this.args];
    if (this.tls) args.push('--tls-cert', this.tls.certificateFile, '--tls-key', this.tls.keyFile);
    this.child = spawn(binary, args, { env: { ...process.env, ...this.env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.stderr = '';
    this.child.stderr.on('data', (chunk) => {
      this.stderr = (this.stderr + chunk).slice(-20_000);
    });
    if (this.log) {
      mkdirSync(dirname(this.log), { recursive: true });
      const file = createWriteStream(this.log, { flags: 'a' });
      this.child.stdout.pipe(file, { end: false });
      this.child.stderr.pipe(file, { end: false });
    } else {
      this.child.stdout.resume();
    }
    this.exited = new Promise((resolve) => this.child.once('exit', (code, signal) => resolve({ code, signal })));
    await this.ready();
    return this;
  }

  async status(path) {
    if (!this.tls) {
      const answer = await fetch(this.url + path);
      await answer.arrayBuffer();
      return answer.status;
    }
    return new Promise((resolve, reject) => {
      const request = httpsRequest(this.url + path, { ca: this.tls.certificate, agent: false }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode));
      });
      request.on('error', reject);
      request.end();
    });
  }

  async ready(limit = 15_000) {
    const end = Date.now() + limit;
    let gone;
    this.exited.then((how) => {
      gone = how;
    });
    for (;;) {
      if (gone) throw new Error(`skat ended (${JSON.stringify(gone)}) before it was ready:\n${this.stderr}`);
      try {
        if ((await this.status('/readyz')) === 200) return;
      } catch {
        // not listening yet
      }
      if (Date.now() > end) throw new Error(`skat was not ready after ${limit} ms:\n${this.stderr}`);
      await sleep(10);
    }
  }

  get running() {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  async kill() {
    this.child.kill('SIGKILL');
    return this.exited;
  }

  // SIGTERM; SIGKILL if it has not gone after `limit` ms, which is an error.
  async stop(limit = 10_000) {
    if (this.running) {
      this.child.kill('SIGTERM');
      const late = setTimeout(() => this.child.kill('SIGKILL'), limit);
      const how = await this.exited;
      clearTimeout(late);
      if (how.code !== 0) throw new Error(`skat ended with ${JSON.stringify(how)}:\n${this.stderr}`);
    }
    this.clean();
  }

  clean() {
    if (this.ownData && this.data) rmSync(this.data, { recursive: true, force: true });
  }
}

// Runs with a started server; it is stopped and its data removed whatever happens in between.
export async function withSkat(options, run) {
  const server = new Skat(options);
  try {
    await server.start();
    return await run(server);
  } finally {
    if (server.running) await server.kill();
    server.clean();
  }
}
