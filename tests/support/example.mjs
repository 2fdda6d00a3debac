// Starts, kills and stops the library's example server on a free port of loopback, or the one that SKAT_EXAMPLE names.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { within } from './client.mjs';
import { freePort, root } from './skat.mjs';

const program = process.env.SKAT_EXAMPLE ?? join(root, 'build/dev/examples/socketio_server');

// Flags of a server whose heartbeat never shows in a test.
export const calm = ['--ping-interval', '25000', '--ping-timeout', '20000'];

export class Example {
  // args: its flags. Without any it behaves as the public protocol suites expect. tls: what makeCertificate made.
  constructor(args = [], { tls } = {}) {
    this.args = tls ? [...args, '--tls-cert', tls.certificateFile, '--tls-key', tls.keyFile] : args;
    this.scheme = tls ? 'https' : 'http';
  }

  get url() {
    return `${this.scheme}://127.0.0.1:${this.port}`;
  }

  async start() {
    this.port ??= await freePort();
    this.child = spawn(program, ['--port', String(this.port), ...this.args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.stderr = '';
    this.child.stderr.on('data', (chunk) => {
      this.stderr = (this.stderr + chunk).slice(-20_000);
    });
    this.exited = once(this.child, 'exit');
    const ready = await within(Promise.race([once(this.child.stdout, 'data'), this.exited.then(() => undefined)]), 15_000, 'the server');
    if (!ready) throw new Error(`the server ended before it was ready:\n${this.stderr}`);
    return this;
  }

  get running() {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  async kill() {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  // SIGTERM. To have ended before, another exit code than 0, and to need more than `limit` ms are errors.
  async stop(limit = 10_000) {
    if (!this.running) throw new Error(`the server has ended (${this.child.exitCode ?? this.child.signalCode}):\n${this.stderr}`);
    this.child.kill('SIGTERM');
    const late = setTimeout(() => this.child.kill('SIGKILL'), limit);
    const [code, signal] = await this.exited;
    clearTimeout(late);
    if (code !== 0) throw new Error(`the server ended with ${code ?? signal}:\n${this.stderr}`);
  }
}
