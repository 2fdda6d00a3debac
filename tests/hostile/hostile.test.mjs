// Hostile input: every row of the tables beside this file against the built server, over raw sockets. A row is answered
// as its table says; the server stays, bystanders are served within a bound, and after a group connections, sessions and
// memory are back. Rows that wait for a limit in time ("patient") run at once on a server of their own.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../support/skat.mjs';
import * as engineio from './engineio.mjs';
import * as http from './http.mjs';
import { servers } from './servers.mjs';
import { Context } from './steps.mjs';
import * as websocket from './websocket.mjs';

const tables = [http, websocket, engineio];
const sections = tables.flatMap(({ layer, sections: list }) => list.map((section) => ({ layer, begin: [], ...section })));
const hasty = sections.filter((section) => !section.patient);
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

  test('every limit that a row names is in protocol/limits.md', () => {
    const limits = readFileSync(`${root}/protocol/limits.md`, 'utf8');
    for (const { rows } of sections) {
      for (const [name, rule] of rows) {
        if (/^(k[A-Z]\w+|[a-z]+(_[a-z]+)+)$/.test(rule)) assert.ok(limits.includes(`\`${rule}\``), `${name}: ${rule}`);
      }
    }
  });
});

for (const kind of new Set(hasty.map(({ on }) => on))) {
  for (const { layer } of tables) {
    const here = hasty.filter((section) => section.on === kind && section.layer === layer);
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
