// The servers under attack, and the bystanders: clients that were connected before and have to be served all the time.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { makeCertificate } from '../support/certificate.mjs';
import { ChatClient, within } from '../support/client.mjs';
import { freePort, root, Skat, temporaryFolder } from '../support/skat.mjs';

const library = join(root, 'build/dev/examples/socketio_server');
const ackBound = 5_000; // ms; an answer takes 1 to 10 on a free machine

// What has to be back after a group. Both are measured after one pass of the group, which fills caches and arenas.
// Memory: malloc keeps what it may need again, in one arena a thread, and a row of large messages may leave up to a
// read buffer, a message and its answer in each. One leaked message of the largest size for each row would be 100 MB.
const memoryTolerance = 6 * 1024 * 1024;
// File descriptors: the bystander on polling may hold a GET, and have one or two idle connections more than before.
const descriptorTolerance = 2;

class Server {
  get pid() {
    return this.child.pid;
  }

  // Connects the bystanders. Each is a client of its own over one transport.
  async watch() {
    this.bystanders = [];
    for (const transport of ['websocket', 'polling']) {
      const bystander = await this.bystander({ transports: [transport], reconnection: false, forceNew: true });
      bystander.socket.on('disconnect', (reason) => {
        bystander.lost = `${transport}: ${reason}`;
      });
      this.bystanders.push(bystander);
    }
  }

  // The process lives, and the clients that were there before are served.
  async check() {
    assert.equal(this.child.exitCode ?? this.child.signalCode, null, `the server has ended: ${this.stderr}`);
    for (const bystander of this.bystanders) {
      assert.equal(bystander.lost, undefined, 'a bystander was disconnected');
      await within(bystander.ask(), ackBound, 'the answer to a bystander');
    }
  }

  measure() {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return { memory: Number(/VmRSS:\s+(\d+)/.exec(status)[1]) * 1024, descriptors: readdirSync(`/proc/${this.pid}/fd`).length };
  }

  // Sessions, connections and memory are what they were; closing takes up to the linger time.
  async returnedTo(base, ms = 15_000) {
    const until = Date.now() + ms;
    for (;;) {
      const now = this.measure();
      const sessions = await this.sessions();
      const back = now.descriptors <= base.descriptors + descriptorTolerance && now.memory <= base.memory + memoryTolerance;
      if (back && sessions === this.bystanders.length) return now;
      assert.ok(Date.now() < until, `not back: ${JSON.stringify({ base, now: { ...now, sessions } })}`);
      await sleep(100);
    }
  }

  // The base: nobody but the bystanders is there, and the numbers stand still.
  async settled(ms = 10_000) {
    const until = Date.now() + ms;
    for (let same = 0, last; ; same += 1) {
      const now = this.measure();
      if (now.descriptors !== last?.descriptors) same = 0;
      if (same > 4 && (await this.sessions()) === this.bystanders.length) return now;
      assert.ok(Date.now() < until, `the server does not come to rest: ${JSON.stringify(now)}`);
      last = now;
      await sleep(100);
    }
  }
}

class SkatServer extends Server {
  constructor({ tls = false } = {}) {
    super();
    this.folder = tls ? temporaryFolder() : undefined;
    this.tls = tls ? makeCertificate(this.folder) : undefined;
  }

  get certificate() {
    return this.tls?.certificate;
  }

  async start() {
    this.skat = await new Skat({ tls: this.tls }).start();
    this.port = this.skat.port;
    this.child = this.skat.child;
    await this.watch();
    return this;
  }

  get stderr() {
    return this.skat.stderr;
  }

  async bystander(options) {
    const client = await new ChatClient(this.skat.url, { name: 'Bystander', options: { ...options, ca: this.certificate } }).ready();
    return { socket: client.socket, ask: () => client.request('room.list', {}) };
  }

  async sessions() {
    const text = await this.metrics();
    let sum = 0;
    for (const [, count] of text.matchAll(/^skat_connections\{.*\} (\d+)$/gm)) sum += Number(count);
    return sum;
  }

  metrics() {
    const { get } = this.tls ? https : http;
    return new Promise((resolve, reject) => {
      get(`${this.skat.url}/metrics`, { ca: this.certificate, agent: false }, (answer) => {
        answer.setEncoding('utf8').toArray().then((parts) => resolve(parts.join('')), reject);
      }).on('error', reject);
    });
  }

  async stop() {
    for (const { socket } of this.bystanders) socket.disconnect();
    await this.skat.stop();
    if (this.folder) rmSync(this.folder, { recursive: true });
  }
}

class LibraryServer extends Server {
  constructor(args = []) {
    super();
    this.args = args.includes('--ping-interval') ? args : ['--ping-interval', '25000', '--ping-timeout', '20000', ...args];
  }

  async start() {
    this.port = await freePort();
    this.child = spawn(library, ['--port', String(this.port), ...this.args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.stderr = '';
    this.child.stderr.on('data', (chunk) => {
      this.stderr = (this.stderr + chunk).slice(-20_000);
    });
    await within(once(this.child.stdout, 'data'), 15_000, 'the address the server listens on');
    await this.watch();
    return this;
  }

  async bystander(options) {
    const socket = io(`http://127.0.0.1:${this.port}/`, options);
    await within(new Promise((resolve) => socket.on('connect', resolve)), 10_000, 'a connection');
    return { socket, ask: () => socket.emitWithAck('message-with-ack', 1) };
  }

  // It has no metrics; its descriptors have to tell.
  async sessions() {
    return this.bystanders.length;
  }

  async stop() {
    for (const { socket } of this.bystanders) socket.disconnect();
    this.child.kill('SIGTERM');
    const [code] = await within(once(this.child, 'exit'), 10_000, 'the end of the server');
    assert.equal(code, 0, this.stderr);
  }
}

export const servers = {
  skat: () => new SkatServer(),
  tls: () => new SkatServer({ tls: true }),
  library: () => new LibraryServer(),
  deflate: () => new LibraryServer(['--deflate']),
  hasty: () => new LibraryServer(['--ping-interval', '500', '--ping-timeout', '3000']),
};
