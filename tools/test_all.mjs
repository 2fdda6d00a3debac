// Runs every step of ./dev test and ends with one line alone: "N passed, M failed", summed by case over all runners.
// A skip, a crash, a time-out, or a runner that ran nothing counts as failed. Exit 0 only if M is 0.
// usage: node tools/test_all.mjs [--list | STEP…]
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const output = join(root, 'tests/output');
mkdirSync(output, { recursive: true });

const minutes = (n) => n * 60_000;
const shell = (line) => ['bash', ['-c', `set -euo pipefail; source tools/lib.sh; use_node; ${line}`]];

// A step prepares (build or install), then runs; `cases` reads what the runner wrote.
const steps = [
  { name: 'rooms', run: shell('tools/check_rooms'), cases: 'exit' },
  { name: 'format', run: shell('tools/format'), cases: 'exit' },
  { name: 'lint', run: shell('npm_ci web; cd web && npm run --silent lint'), cases: 'exit' },
  { name: 'web', run: shell('npm_ci web; cd web && npx vitest run --reporter=default --reporter=json --outputFile.json=../tests/output/web.json'), cases: 'vitest', limit: minutes(10) },
  { name: 'build', run: shell('build_web; build_preset dev all'), cases: 'exit', limit: minutes(60) },
  { name: 'unit', run: shell('ctest --test-dir build/dev -L unit --output-on-failure --output-junit "$PWD/tests/output/unit.xml" --timeout 120 -j "$(jobs)" --progress'), cases: 'junit', limit: minutes(20) },
  { name: 'tools', run: shell('node --test --test-reporter=spec --test-reporter-destination=stdout --test-reporter=junit --test-reporter-destination=tests/output/tools.xml tests/tools/*.test.mjs'), cases: 'junit' },
  { name: 'system', run: shell('npm_ci tests; node --test --test-concurrency=1 --test-reporter=spec --test-reporter-destination=stdout --test-reporter=junit --test-reporter-destination=tests/output/system.xml tests/system/*.test.mjs'), cases: 'junit', limit: minutes(20) },
  { name: 'hostile', run: shell('npm_ci tests; node --test --test-reporter=spec --test-reporter-destination=stdout --test-reporter=junit --test-reporter-destination=tests/output/hostile.xml tests/hostile/*.test.mjs'), cases: 'junit', limit: minutes(10) },
  { name: 'protocol', run: shell('npm_ci tests; node --test --test-concurrency=1 --test-reporter=spec --test-reporter-destination=stdout --test-reporter=junit --test-reporter-destination=tests/output/protocol.xml tests/protocol/*.test.mjs'), cases: 'junit', limit: minutes(10) },
  { name: 'kill', run: shell('npm_ci tests; node --test --test-reporter=spec --test-reporter-destination=stdout --test-reporter=junit --test-reporter-destination=tests/output/kill.xml tests/faults/checker.test.mjs tests/faults/kill.test.mjs'), cases: 'junit', limit: minutes(15) },
  { name: 'services', run: shell('npm_ci tests; node --test --test-reporter=spec --test-reporter-destination=stdout --test-reporter=junit --test-reporter-destination=tests/output/services.xml tests/services/*.test.mjs'), cases: 'junit' },
  { name: 'backends', run: shell('node tools/services.mjs run --brokers 3 -- ctest --test-dir build/dev -L service --output-on-failure --output-junit "$PWD/tests/output/backends.xml" --timeout 120 -j "$(jobs)" --progress'), cases: 'junit', limit: minutes(15) },
  { name: 'profiles', run: shell('npm_ci tests; node tools/services.mjs run -- tools/test_profiles single-node cluster-1 cluster-3'), cases: 'junit', files: /^profiles-.*\.xml$/, limit: minutes(15) },
  { name: 'cluster', run: shell('npm_ci tests; node tools/services.mjs run -- env SKAT_TEST_PROFILE=cluster-3 node --test --test-concurrency=1 --test-reporter=spec --test-reporter-destination=stdout --test-reporter=junit --test-reporter-destination=tests/output/cluster.xml tests/cluster/*.test.mjs'), cases: 'junit', limit: minutes(10) },
  { name: 'faults', run: shell('npm_ci tests; node --test --test-reporter=spec --test-reporter-destination=stdout --test-reporter=junit --test-reporter-destination=tests/output/faults.xml tests/faults/smoke.test.mjs'), cases: 'junit', limit: minutes(13) },
  { name: 'browser', run: shell('npm_ci tests; node --test --test-concurrency=1 --test-reporter=spec --test-reporter-destination=stdout --test-reporter=junit --test-reporter-destination=tests/output/browser.xml tests/browser/*.test.mjs'), cases: 'junit', limit: minutes(10) },
  { name: 'asan', run: shell('build_preset asan $(tools/sanitized asan); ctest --test-dir build/asan -L unit -R "$(tools/sanitized asan --regex)" --output-on-failure --output-junit "$PWD/tests/output/asan.xml" --timeout 120 -j "$(jobs)" --progress'), cases: 'junit', limit: minutes(40) },
  { name: 'tsan', run: shell('build_preset tsan $(tools/sanitized tsan); ctest --test-dir build/tsan -L unit -R "$(tools/sanitized tsan --regex)" --output-on-failure --output-junit "$PWD/tests/output/tsan.xml" --timeout 120 -j "$(jobs)" --progress'), cases: 'junit', limit: minutes(40) },
];

const kExcerptLines = 24;
const kExcerptWidth = 400;

function junit(file) {
  const text = readFileSync(file, 'utf8');
  const failed = [];
  let passed = 0;
  for (const match of text.matchAll(/<testcase\b([^>]*?)(\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const name = /\bname="([^"]*)"/.exec(match[1])?.[1] ?? '?';
    const status = /\bstatus="([^"]*)"/.exec(match[1])?.[1] ?? 'run';
    const bad = status !== 'run' || /<(failure|error|skipped)\b/.test(match[3] ?? '');
    if (bad) failed.push(name + excerpt(match[3] ?? ''));
    else passed += 1;
  }
  return { passed, failed };
}

// What a runner printed of a failure, shortened: of a long run often only the end is kept.
function excerpt(xml) {
  const plain = xml.replace(/<[^>]*?message="([^"]*)"[^>]*>/g, '$1\n').replace(/<!\[CDATA\[|\]\]>|<[^>]*>/g, '');
  const text = plain.replace(/&(lt|gt|quot|apos|amp|#10|#xA);/g, (_, name) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name] ?? '\n');
  const lines = text.split('\n').map((line) => line.trimEnd()).filter((line) => line.trim() !== '');
  const shown = lines.length > kExcerptLines ? [...lines.slice(0, kExcerptLines / 2), '…', ...lines.slice(-kExcerptLines / 2)] : lines;
  return shown.map((line) => `\n      ${line.slice(0, kExcerptWidth)}`).join('');
}

function vitest(file) {
  const failed = [];
  let passed = 0;
  for (const suite of JSON.parse(readFileSync(file, 'utf8')).testResults) {
    if (suite.assertionResults.length === 0) failed.push(suite.name);
    for (const result of suite.assertionResults) {
      if (result.status === 'passed') passed += 1;
      else failed.push([result.fullName, ...result.failureMessages.flatMap((text) => text.split('\n').slice(0, kExcerptLines / 2))].join('\n      '));
    }
  }
  return { passed, failed };
}

// Runs a command in its own process group and ends the group at the limit, or when this process is interrupted.
function execute([command, args], limit) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
    let timedOut = false;
    const end = (signal) => {
      try {
        process.kill(-child.pid, signal);
      } catch {
        // already gone
      }
    };
    const timer = setTimeout(() => {
      timedOut = true;
      end('SIGKILL');
    }, limit);
    const interrupted = () => {
      end('SIGTERM');
      process.exit(130);
    };
    process.once('SIGINT', interrupted);
    process.once('SIGTERM', interrupted);
    child.on('close', (code) => {
      clearTimeout(timer);
      process.removeListener('SIGINT', interrupted);
      process.removeListener('SIGTERM', interrupted);
      resolve({ code, timedOut });
    });
  });
}

async function runStep(step) {
  // One file by the step's name, or those that its pattern names.
  const written = () => readdirSync(output).filter((name) => step.files?.test(name) ?? name === `${step.name}.${step.cases === 'vitest' ? 'json' : 'xml'}`);
  for (const name of written()) rmSync(join(output, name));
  const limit = step.limit ?? minutes(5);
  const { code, timedOut } = await execute(step.run, limit);
  if (step.cases === 'exit') return code === 0 ? { passed: 1, failed: [] } : { passed: 0, failed: [step.name] };
  const found = { passed: 0, failed: [] };
  for (const name of written()) {
    const { passed, failed } = step.cases === 'vitest' ? vitest(join(output, name)) : junit(join(output, name));
    found.passed += passed;
    found.failed.push(...failed.map((failure) => (step.files ? `${name}: ${failure}` : failure)));
  }
  if (timedOut) found.failed.push(`${step.name}: not finished after ${limit / 60_000} minutes`);
  else if (found.passed + found.failed.length === 0) found.failed.push(`${step.name}: the runner ran nothing`);
  else if (code !== 0 && found.failed.length === 0) found.failed.push(`${step.name}: the runner ended with ${code}`);
  return found;
}

const wanted = process.argv.slice(2);
if (wanted.includes('--list')) {
  for (const step of steps) console.log(step.name);
  process.exit(0);
}
for (const name of wanted) {
  if (!steps.some((step) => step.name === name)) {
    console.error(`./dev test: there is no step '${name}'; there are ${steps.map((step) => step.name).join(' ')}`);
    process.exit(2);
  }
}
const chosen = wanted.length > 0 ? steps.filter((step) => wanted.includes(step.name)) : steps;
const began = Date.now();
const total = { passed: 0, failed: [] };
const table = [];
for (const [index, step] of chosen.entries()) {
  console.log(`\n=== [${index + 1}/${chosen.length}] ${step.name} (${Math.round((Date.now() - began) / 1000)} s so far)`);
  const start = Date.now();
  const { passed, failed } = await runStep(step);
  total.passed += passed;
  total.failed.push(...failed.map((name) => `${step.name}: ${name}`));
  table.push(`${step.name.padEnd(10)} ${String(passed).padStart(6)} passed ${String(failed.length).padStart(5)} failed ${((Date.now() - start) / 1000).toFixed(1).padStart(8)} s`);
}
console.log(`\n${table.join('\n')}`);
if (total.failed.length > 0) console.log(`\nFailed:\n${total.failed.slice(0, 100).map((name) => `  ${name}`).join('\n')}`);
console.log(`\n${total.passed} passed, ${total.failed.length} failed`);
process.exitCode = total.failed.length === 0 ? 0 : 1;
