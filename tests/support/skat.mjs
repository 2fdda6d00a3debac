// Starts, kills and stops a Skat of the tree's own build on a free port of loopback, with a data directory of its own.
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeWorld, nodeCount } from './profile.mjs';

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
  // args: more flags of `skat serve`; env: more environment, for instance SKAT_FAILPOINT; tls: of certificate.mjs. everywhere:
  // in the profile of SKAT_TEST_PROFILE (profile.mjs), where this may be several nodes; otherwise it is embedded.
  constructor({ port, data, args = [], env = {}, log, tls, everywhere = false } = {}) {
    Object.assign(this, { port, data, args, env, log, tls, everywhere });
    this.ownData = data === undefined;
    this.others = [];
    this.turn = 0;
  }

  // Of several nodes, each in turn.
  get url() {
    const node = [this, ...this.others][this.turn++ % (this.others.length + 1)];
    return `${this.tls ? 'https' : 'http'}://127.0.0.1:${node.port}`;
  }

  async start() {
    if (!existsSync(binary)) throw new Error(`${binary} is not built`);
    if (this.everywhere && !this.world) {
      this.world = await makeWorld();
      this.env = { ...this.world, ...this.env };
      const { args, env, log, tls } = this;
      for (let i = 1; i < nodeCount; i += 1) this.others.push(new Skat({ args, env, log, tls }));
    }
    await Promise.all([this.startOne(), ...this.others.map((node) => node.startOne())]);
    return this;
  }

  async startOne() {
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
  }

  async status(path) {
    const url = `${this.tls ? 'https' : 'http'}://127.0.0.1:${this.port}${path}`;
    if (!this.tls) {
      const answer = await fetch(url);
      await answer.arrayBuffer();
      return answer.status;
    }
    return new Promise((resolve, reject) => {
      const request = httpsRequest(url, { ca: this.tls.certificate, agent: false }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode));
      });
      request.on('error', reject);
      request.end();
    });
  }

  async ready(limit = this.world ? 60_000 : 15_000) {
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
    for (const node of this.others) await node.kill();
    this.child.kill('SIGKILL');
    return this.exited;
  }

  // SIGTERM; SIGKILL if it has not gone after `limit` ms, which is an error.
  async stop(limit = 10_000) {
    await Promise.all(this.others.map((node) => node.stop(limit)));
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
    for (const node of this.others) node.clean();
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
