// Daemon: one server process on loopback, its output in a file. It can be killed, paused and started again in place.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

// However this process exits, what belongs to it goes too.
const belonging = new Set();
process.on('exit', () => {
  for (const daemon of belonging) if (daemon.running) daemon.child.kill('SIGKILL');
});

export class Daemon {
  // ready(): resolves to true once the server answers; asked every 20 ms. options go to spawn().
  // `detached`: it has a process group of its own, so that release() may leave it behind.
  constructor({ name, command, args, log, ready, startLimit = 60_000, stopSignal = 'SIGTERM', options = {}, detached = false }) {
    Object.assign(this, { name, command, args, log, ready, startLimit, stopSignal, options, detached });
  }

  async start() {
    if (this.running) throw new Error(`${this.name} runs already`);
    this.logStart = sizeOf(this.log);
    const output = openSync(this.log, 'a');
    this.child = spawn(this.command, this.args, {
      ...this.options,
      stdio: ['ignore', output, output],
      detached: this.detached,
    });
    closeSync(output);
    let failure;
    this.exited = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => resolve({ code, signal }));
      this.child.once('error', (error) => {
        failure = error;
        resolve({ code: -1, signal: null });
      });
    });
    belonging.add(this);
    const end = Date.now() + this.startLimit;
    while (!(await this.ready(this))) {
      if (failure) throw new Error(`${this.name} cannot be started: ${failure.message}`);
      if (!this.running) throw new Error(`${this.name} ended before it was ready; the end of ${this.log}:\n${this.output().slice(-2000)}`);
      if (Date.now() > end) throw new Error(`${this.name} was not ready after ${this.startLimit / 1000} s; see ${this.log}`);
      await sleep(20);
    }
    return this;
  }

  // What it wrote since its last start.
  output() {
    return readFileSync(this.log).subarray(this.logStart).toString('utf8');
  }

  get pid() {
    return this.child?.pid;
  }

  get running() {
    return this.child?.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  // It outlives this process.
  release() {
    belonging.delete(this);
    this.child.unref();
  }

  async kill() {
    if (this.running) this.child.kill('SIGKILL');
    return this.exited;
  }

  pause() {
    this.child.kill('SIGSTOP');
  }

  resume() {
    this.child.kill('SIGCONT');
  }

  // An orderly end; SIGKILL after `limit` ms. True: it went by itself.
  async stop(limit = 15_000) {
    if (!this.running) return true;
    this.child.kill('SIGCONT');
    this.child.kill(this.stopSignal);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.child.kill('SIGKILL');
    }, limit);
    await this.exited;
    clearTimeout(timer);
    return !late;
  }
}

function sizeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

const taken = new Set();

// A port of 127.0.0.1 that is free now and outside the range from which the kernel gives ports to outgoing connections, so
// that nobody takes it while its server is down.
export async function freePort() {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = 15_000 + Math.floor(Math.random() * 17_000);
    if (taken.has(port)) continue;
    if (await canListen(port)) {
      taken.add(port);
      return port;
    }
  }
  throw new Error('no free port between 15000 and 32000');
}

function canListen(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

// Sends `question` to a port of 127.0.0.1 and resolves to what comes first, or to undefined.
export function ask(port, question, limit = 1000) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(limit, () => end(undefined));
    socket.once('error', () => end(undefined));
    socket.once('data', (data) => end(data.toString('latin1')));
    socket.once('close', () => end(undefined));
    socket.write(question);
  });
}
