// Hostile input: every row of the tables beside this file against the built server, over raw sockets. A row is answered
// as its table says; the server stays, bystanders are served within a bound, and after a group connections, sessions and
// memory are back. Rows that wait for a limit in time ("patient") run at once on a server of their own.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../support/skat.mjs';
import * as chat from './chat.mjs';
import * as engineio from './engineio.mjs';
import * as http from './http.mjs';
import * as json from './json.mjs';
import { servers } from './servers.mjs';
import * as socketio from './socketio.mjs';
import { Context } from './steps.mjs';
import * as tcp from './tcp.mjs';
import * as tls from './tls.mjs';
import * as websocket from './websocket.mjs';

const tables = [tcp, tls, http, websocket, engineio, socketio, json, chat];
const sections = tables.flatMap(({ layer, sections: list }) => list.map((section) => ({ layer, begin: [], ...section })));
const prompt = sections.filter((section) => !section.patient);
const patient = sections.filter((section) => section.patient);

const running = new Map(); // kind -> Server
async function server(kind) {
  if (!running.has(kind)) running.set(kind, servers[kind.split(' ')[0]]().start());
  return running.get(kind);
}
after(async () => {
  for (const each of running.values()) await (await each).stop();
  const counts = tables.map(({ layer }) => `${layer} ${rowsOf(layer).length}`);
  console.log(`rows: ${counts.join(', ')}; ${sections.flatMap(({ rows }) => rows).length} in all`);
});

const rowsOf = (layer) => sections.filter((section) => section.layer === layer).flatMap(({ rows }) => rows);

// Runs a row; with `ms`, only its beginning.
async function attack(target, begin, steps, ms) {
  const context = new Context(target);
  try {
    const done = context.run([...begin, ...steps]);
    if (ms === undefined) await done;
    else await Promise.race([done.catch(() => {}), sleep(ms)]);
  } finally {
    await context.end();
  }
}

// All patient rows of one kind of server, at once: {base, results: row -> a promise of the error, if any}. The bystanders
// ask again and again meanwhile.
async function wait(kind) {
  const target = await server(`${kind} patient`);
  const rows = patient.filter(({ on }) => on === kind).flatMap(({ begin, rows: list }) => list.map((row) => ({ row, begin })));
  await Promise.all(rows.map(({ row: [, , ...steps], begin }) => attack(target, begin, steps, 300)));
  const base = await target.settled();
  const results = new Map();
  for (const { row, begin } of rows) {
    const [, , ...steps] = row;
    results.set(row, attack(target, begin, steps).then(() => undefined, (error) => error));
  }
  let over = false;
  const all = Promise.all(results.values()).then(() => {
    over = true;
  });
  const served = (async () => {
    while (!over) {
      await target.check();
      await Promise.race([all, sleep(1_000)]);
    }
  })().then(() => undefined, (error) => error);
  return { target, base, results, served };
}
const waiting = new Map([...new Set(patient.map(({ on }) => on))].map((kind) => [kind, wait(kind)]));

describe('the table', () => {
  for (const { layer } of tables) {
    test(`${layer}: each row has a name of its own, a rule and something to expect`, () => {
      const seen = new Set();
      for (const [name, rule, ...steps] of rowsOf(layer)) {
        assert.ok(!seen.has(name), `${name} is there twice`);
        seen.add(name);
        assert.equal(typeof rule, 'string', name);
        assert.ok(steps.flat(9).some((step) => typeof step === 'function'), `${name} expects nothing`);
      }
    });
  }

  const limits = readFileSync(join(root, 'protocol/limits.md'), 'utf8');
  test('every limit that a row names is in protocol/limits.md', () => {
    for (const { rows } of sections) {
      for (const [name, rule] of rows) {
        if (/^(k[A-Z]\w+|[a-z]+(_[a-z]+)+)$/.test(rule)) assert.match(limits, new RegExp(`[\`:]${rule}\``), name);
      }
    }
  });

  test('every limit of protocol/limits.md says by what it is tested, and that is there', () => {
    const files = new Set(readdirSync(join(root, 'src'), { recursive: true }).map((path) => basename(path).replace(/\.\w+$/, '')));
    const layers = new Map(tables.map(({ layer }) => [layer, rowsOf(layer)]));
    const code = (cell) => [...cell.matchAll(/`(?:\w+::)*([\w.]+)`/g)].map(([, word]) => word);
    for (const line of limits.split('\n').filter((each) => /^\| (?!limit|---)/.test(each))) {
      const cells = line.split(' | ');
      const names = code(cells[0]);
      const tests = code(cells[3] ?? '');
      assert.ok(tests.length > 0, `${cells[0]} is tested by nothing`);
      for (const each of tests) {
        if (!layers.has(each)) assert.ok(files.has(each), `${cells[0]}: there is no ${each}`);
        else if (names.length > 0) assert.ok(layers.get(each).some(([, rule]) => names.includes(rule)), `${cells[0]}: no row of ${each} names it`);
      }
    }
  });
});

for (const kind of new Set(prompt.map(({ on }) => on))) {
  for (const { layer } of tables) {
    const here = prompt.filter((section) => section.on === kind && section.layer === layer);
    if (here.length === 0) continue;
    describe(`${layer} against ${kind}`, () => {
      let target;
      let base;
      before(async () => {
        target = await server(kind);
        for (const { begin, rows } of here) {
          for (const [, , ...steps] of rows) await attack(target, begin, steps).catch(() => {});
        }
        base = await target.settled();
      });
      for (const { begin, rows } of here) {
        for (const [name, , ...steps] of rows) {
          test(name, async () => {
            await attack(target, begin, steps);
            await target.check();
          });
        }
      }
      test('sessions, connections and memory are back', async () => {
        const now = await target.returnedTo(base);
        console.log(`${layer} against ${kind}: ${Math.round((now.memory - base.memory) / 1024)} KiB more than ${Math.round(base.memory / 1024)}`);
      });
    });
  }
}

for (const [kind, begun] of waiting) {
  describe(`patient rows against ${kind}`, () => {
    for (const row of patient.filter(({ on }) => on === kind).flatMap(({ rows }) => rows)) {
      test(row[0], async () => {
        const { target, results } = await begun;
        const error = await results.get(row);
        if (error) throw error;
        await target.check();
      });
    }
    test('bystanders were served all the time; sessions, connections and memory are back', async () => {
      const { target, base, served } = await begun;
      const error = await served;
      if (error) throw error;
      await target.returnedTo(base);
    });
  });
}
