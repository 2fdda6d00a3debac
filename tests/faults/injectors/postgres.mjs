// Faults of PostgreSQL.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Witness } from '../people/witness.mjs';
import { pick } from '../seeded.mjs';
import { demand, refuses } from './nodes.mjs';

async function down(run, { name, seconds = 0 }) {
  const postgres = run.cluster.get('postgres');
  const { from, end } = await run.fault(name, `postgres, ${seconds} s`, async () => {
    await postgres.kill();
    demand(!(await postgres.answers()), 'it still answers');
  });
  await sleep(seconds * 1_000);
  const to = end();
  await postgres.start();
  return { from, to };
}

const kPartitions = 12;

// Every node has copies of its own of all that a start needs; they are written some seconds after its start.
async function copied({ nodes }) {
  const has = ({ data }) => {
    const files = readdirSync(data);
    return files.includes('cluster.settings') && files.filter((file) => /^fold-\d+\.snapshot$/.test(file)).length === kPartitions;
  };
  for (const end = Date.now() + 90_000; !nodes.every(has); await sleep(200)) {
    demand(Date.now() < end, `no copies of all partitions: ${nodes.map(({ data }) => readdirSync(data).length)} files`);
  }
}

// The postmaster and all of its children, which serve.
const processesOf = (postgres) => readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && postgres.works(pid)).map(Number);

function signal(pids, name) {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // gone meanwhile
    }
  }
}

// A session of psql that takes statements one by one.
class Session {
  constructor(postgres) {
    this.child = spawn(`${postgres.bin}/psql`, [postgres.url, '-X', '-q', '-A', '-t'], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.output = '';
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.on('data', (chunk) => {
        this.output += chunk;
      });
    }
    this.marks = 0;
  }

  // What it printed for these statements.
  async say(sql, limit = 30_000) {
    this.marks += 1;
    const mark = `mark-${this.marks}`;
    this.output = '';
    this.child.stdin.write(`${sql}\n\\echo ${mark}\n`);
    for (const end = Date.now() + limit; !this.output.includes(mark); await sleep(10)) {
      demand(Date.now() < end, `psql gave no answer to ${sql}`);
    }
    await sleep(0);
    return this.output.replace(`${mark}\n`, '').trim();
  }

  end() {
    this.child.stdin.end('\\q\n');
  }
}

export const postgres = {
  'postgres.kill': down,
  'postgres.down': down,

  // While it is away a node is killed and started again, from its own copies. Somebody who has a session token comes back to
  // that very node and sends.
  async 'postgres.away-start'(run, { name, before = 5, dead = 1, seconds = 20 }) {
    const postgres = run.cluster.get('postgres');
    const node = pick(run.random, run.cluster.nodes.filter(({ up }) => up));
    await copied(run.cluster);
    const witness = await Witness.come(run, node);
    const { from, end } = await run.fault(name, `postgres, and node ${node.index}`, async () => {
      await postgres.kill();
      demand(!(await postgres.answers()), 'it still answers');
      await sleep(before * 1_000);
      const { signal } = await node.kill();
      demand(signal === 'SIGKILL', `it ended with ${signal}`);
      demand(await refuses(node.port), 'its port still answers');
    });
    await sleep(dead * 1_000);
    const began = Date.now();
    await run.restart(node);
    run.tell(`node ${node.index} was ready after ${Date.now() - began} ms`);
    await witness.comeBack();
    demand(!(await postgres.answers()), 'it was there all the time');
    await sleep(seconds * 1_000);
    const to = end();
    await postgres.start();
    witness.end();
    return { from, to };
  },

  // Held for 300 to 900 ms of each second.
  async 'postgres.slow'(run, { name, seconds = 30 }) {
    const server = run.cluster.get('postgres');
    let fault;
    for (const limit = Date.now() + seconds * 1_000; Date.now() < limit; ) {
      const pids = processesOf(server);
      const held = 300 + run.random() * 600;
      signal(pids, 'SIGSTOP');
      try {
        fault ??= await run.fault(name, `postgres, ${seconds} s`, async () => {
          const answered = server.query('SELECT 1').then(() => true);
          demand((await Promise.race([answered, sleep(held, false)])) === false, 'it still answers');
        });
        await sleep(held);
      } finally {
        signal(pids, 'SIGCONT');
      }
      await sleep(1_000 - held);
    }
    return { from: fault.from, to: fault.end() };
  },

  // A second writer takes numbers that the archivers are about to write, and then the partitions' positions, which they hold.
  // They are the ones to find the deadlock: this session does not look for one.
  async 'postgres.deadlock'(run, { name, times = 5 }) {
    const server = run.cluster.get('postgres');
    const deadlocks = async () => Number(await server.query("SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'"));
    const session = new Session(server);
    const began = await deadlocks();
    let happened = 0;
    const fault = await run.fault(name, 'postgres, events and log_progress', async () => {
      await session.say("SET deadlock_timeout = '60s';");
      for (const limit = Date.now() + 60_000; happened < times && Date.now() < limit; ) {
        await session.say(`BEGIN; ${kTakeNumbers}`);
        await someoneWaits(server);
        await session.say(kTakePositions, 60_000);
        await session.say('ROLLBACK;');
        await sleep(500);
        happened = (await deadlocks()) - began;
      }
      demand(happened > 0, 'PostgreSQL counted no deadlock');
    });
    session.end();
    run.tell(`${happened} deadlocks`);
    return { from: fault.before, to: fault.end() };
  },
};

// Until a session waits for a lock of another's: the archiver, which may have paused after the last time.
async function someoneWaits(server) {
  const waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
  for (const limit = Date.now() + 15_000; Date.now() < limit && (await server.query(waiting)) === '0'; ) await sleep(50);
}

const kTakeNumbers = `INSERT INTO events (room, sender, epoch, seq, mseq, device, n, ts, kind, body)
  SELECT room, sender, epoch, seq + i, NULL, device, -(seq + i), ts, kind, body
  FROM (SELECT DISTINCT ON (room) * FROM events ORDER BY room, seq DESC) AS newest, generate_series(1, 500) AS i
  ON CONFLICT DO NOTHING;`;
const kTakePositions = 'SELECT count(*) FROM (SELECT partition FROM log_progress FOR UPDATE) AS held;';
