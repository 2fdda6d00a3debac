// ./dev faults: runs rows of the fault table with progress and writes docs/faults.md, a line per row.
// usage: node tests/faults/faults.mjs [--row NAME]… [--mode MODE] [--seed N] [--seconds S] [--rate N] [--list]
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { outputFolder, root } from '../support/skat.mjs';
import { rows, smoke } from './rows.mjs';
import { Run } from './run.mjs';

const { values } = parseArgs({
  options: {
    row: { type: 'string', multiple: true },
    mode: { type: 'string' },
    seed: { type: 'string' },
    seconds: { type: 'string' },
    rate: { type: 'string' },
    list: { type: 'boolean' },
  },
});
const all = [smoke, ...rows];
if (values.list) {
  for (const { name, mode, steps, scenario } of all) {
    console.log(`${name.padEnd(28)} ${mode.padEnd(16)} ${scenario ?? [...new Set(steps.map(({ fault }) => fault))].join(' ')}`);
  }
  process.exit(0);
}
const unknown = (values.row ?? []).filter((name) => !all.some((row) => row.name === name));
if (unknown.length > 0) {
  console.error(`./dev faults: there is no row '${unknown[0]}' (--list shows them)`);
  process.exit(2);
}
const chosen = all.filter(({ name, mode }) => (values.row ? values.row.includes(name) : true) && (!values.mode || mode === values.mode));
const number = (text) => (text === undefined ? undefined : Number(text));

// The page keeps the last line of every row; a run replaces the lines of its own rows.
const page = join(root, 'docs/faults.md');
const kHead = `# Fault runs

Written by \`./dev faults\`; \`tests/faults/README.md\` says what is run and what is checked, \`tests/faults/rows.mjs\` has the rows. A row may be run
again by its seed: \`./dev faults --row NAME --seed N\`.

| row | mode | seed | messages acked | verdict | date | commit |
| --- | --- | ---: | ---: | --- | --- | --- |
`;

function writePage(outcome) {
  const lines = new Map();
  if (existsSync(page)) {
    for (const line of readFileSync(page, 'utf8').split('\n')) {
      const name = /^\| ([\w-]+) \| [\w-]+ \| \d/.exec(line)?.[1];
      if (name) lines.set(name, line);
    }
  }
  const { row, mode, seed, acked, verdict, counts, doubts, commit } = outcome;
  const why = verdict === 'invalid' ? ` (${Object.entries(counts).map(([rule, count]) => `${rule}: ${count}`).join(', ')})` : verdict === 'unknown' ? ` (${doubts[0]})` : '';
  const date = new Date().toISOString().slice(0, 10);
  lines.set(row, `| ${row} | ${mode} | ${seed} | ${acked.toLocaleString('en')} | ${verdict}${why} | ${date} | ${commit} |`);
  const order = all.map(({ name }) => name).filter((name) => lines.has(name));
  writeFileSync(page, `${kHead}${order.map((name) => `${lines.get(name)}\n`).join('')}`);
}

let failed = 0;
for (const [index, row] of chosen.entries()) {
  const seed = number(values.seed) ?? Math.floor(Math.random() * 1_000_000);
  const folder = join(outputFolder, 'faults', row.name);
  console.log(`=== [${index + 1}/${chosen.length}] ${row.name}, seed ${seed}, ${folder}`);
  const run = new Run({ row, seed, folder, seconds: number(values.seconds), rate: number(values.rate) });
  let outcome;
  try {
    outcome = await run.perform();
  } catch (error) {
    console.log(`${row.name}, seed ${seed}: the run broke: ${error.stack}`);
    outcome = { row: row.name, mode: row.mode, seed, acked: run.people?.acked ?? 0, verdict: 'unknown', counts: {}, doubts: [error.message.split('\n')[0].slice(0, 120)], commit: '-', found: [] };
  }
  writePage(outcome);
  for (const { rule, detail } of outcome.found.slice(0, 20)) console.log(`  ${rule} ${detail}`);
  for (const doubt of outcome.doubts) console.log(`  ? ${doubt}`);
  console.log(`=== ${row.name}, seed ${seed}: ${outcome.acked} acked, ${outcome.verdict} ${JSON.stringify(outcome.counts)}`);
  if (outcome.verdict !== 'valid') failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
