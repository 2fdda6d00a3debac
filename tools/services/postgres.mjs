// A PostgreSQL cluster of its own: made by initdb in the services' folder, its socket there too. It refuses to run as root,
// so root starts it as the system user that Debian's package makes.
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Daemon, freePort } from './daemon.mjs';

const run = promisify(execFile);

// The newest of the installed versions.
function programs() {
  const base = '/usr/lib/postgresql';
  const versions = readdirSync(base).map(Number).filter(Number.isFinite);
  return join(base, String(Math.max(...versions)), 'bin');
}

async function unprivileged() {
  if (process.getuid() !== 0) return {};
  const id = async (flag) => Number((await run('id', [flag, 'postgres'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}

// A key that belongs to the server's user and that nobody else may read, as it demands.
function secure(home, certificates, who) {
  const settings = ['-c', 'ssl=on'];
  for (const [setting, from, mode] of [['ssl_cert_file', 'server.pem', 0o644], ['ssl_key_file', 'server.key', 0o600]]) {
    const file = join(home, from);
    writeFileSync(file, readFileSync(join(certificates, from)), { mode });
    if (who.uid !== undefined) chownSync(file, who.uid, who.gid);
    settings.push('-c', `${setting}=${file}`);
  }
  return settings;
}

export class Postgres extends Daemon {
  // args: more of the server's, for instance ['-c', 'deadlock_timeout=100ms']. home: its data and socket, for root in a place
  // that others can reach. tls: a folder of makeCertificates(), whose server certificate it shows.
  static async create({ folder, detached, args = [], home = join(folder, 'postgres'), tls }) {
    const bin = programs();
    const who = await unprivileged();
    const log = join(folder, 'postgres.log');
    mkdirSync(home, { recursive: true });
    writeFileSync(log, '', { flag: 'a' });
    if (who.uid !== undefined) {
      chmodSync(folder, 0o755);
      chownSync(home, who.uid, who.gid);
    }
    const port = await freePort();
    const data = join(home, 'data');
    const secured = tls ? secure(home, tls, who) : [];
    const options = { ...who, cwd: home };
    await run(join(bin, 'initdb'), ['-D', data, '-N', '-U', 'skat', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8'], options);
    const postgres = new Postgres({
      name: 'postgres',
      command: join(bin, 'postgres'),
      args: ['-D', data, '-p', port, '-k', home, '-c', 'listen_addresses=127.0.0.1', ...secured, ...args].map(String),
      log,
      ready: () => postgres.answers(),
      options,
      startLimit: 30_000,
      stopSignal: 'SIGINT', // SIGTERM would wait for every client to leave
      detached,
    });
    return Object.assign(postgres, { port, bin, data, url: `postgres://skat@127.0.0.1:${port}/postgres` });
  }

  // Its children notice by themselves that it is gone, and it cannot start again before they have.
  async kill() {
    const how = await super.kill();
    while (readdirSync('/proc').some((pid) => this.works(pid))) await sleep(10);
    return how;
  }

  works(pid) {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === this.data;
    } catch {
      return false; // no process, gone, or somebody else's
    }
  }

  async answers() {
    try {
      await run(join(this.bin, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(this.port)]);
      return true;
    } catch {
      return false;
    }
  }

  // One statement; resolves to the rows as text, columns divided by "|".
  async query(sql) {
    return (await run(join(this.bin, 'psql'), [this.url, '-X', '-q', '-A', '-t', '-c', sql])).stdout.trim();
  }
}
