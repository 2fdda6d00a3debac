// tools/check_rooms finds what the drawing forbids: each rule is broken once in a small tree of its own.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const tool = new URL('../../tools/check_rooms', import.meta.url).pathname;

const clean = {
  'ARCHITECTURE.md': '| `base` | nothing |\n| `net` | `base` |\n| `log` | `base` |\n| `app` | `net`, `log`, `base` |\n',
  'src/base/CMakeLists.txt': 'skat_room(NAME base SOURCES a.cpp)\n',
  'src/net/CMakeLists.txt': 'skat_room(NAME net DEPS base SOURCES loop.cpp)\n',
  'src/log/CMakeLists.txt': 'skat_room(NAME log DEPS base SOURCES log.cpp)\nskat_room(NAME log/sqlite DEPS log SOURCES sqlite/s.cpp)\n',
  'src/base/a.hpp': '#include <mutex>\nstd::mutex m;\n',
  'src/net/loop.cpp': '#include "base/a.hpp"\nstd::thread t;\n',
  'src/log/log.hpp': '#include "base/a.hpp"\n',
  'src/log/sqlite/s.cpp': '#include <sqlite3.h>\n#include "log/sqlite/s.hpp"\n',
  'src/log/sqlite/s.hpp': '#include "log/log.hpp"\n',
  'src/app/main.cpp': '#include "log/sqlite/s.hpp"\nauto x = getenv("PORT");\n',
};

function check(changes) {
  const root = mkdtempSync(join(tmpdir(), 'skat-rooms-'));
  for (const [name, text] of Object.entries({ ...clean, ...changes })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const run = spawnSync(process.execPath, [tool, root], { encoding: 'utf8' });
  rmSync(root, { recursive: true });
  return run;
}

test('a tree that keeps to the drawing passes', () => {
  const run = check({});
  assert.equal(run.status, 0, run.stderr);
});

const broken = [
  ['an include upwards', { 'src/base/b.cpp': '#include "net/loop.hpp"\n' }, /base may not include net/],
  ['an include sideways', { 'src/net/x.cpp': '#include "log/log.hpp"\n' }, /net may not include log/],
  ['DEPS beyond the drawing', { 'src/net/CMakeLists.txt': 'skat_room(NAME net DEPS base log SOURCES loop.cpp)\n' }, /net may not depend on log/],
  ['a room without a place in the drawing', { 'src/attic/CMakeLists.txt': 'skat_room(NAME attic SOURCES a.cpp)\n' }, /attic is not in/],
  ['a backend seen by its port', { 'src/log/log.cpp': '#include "log/sqlite/s.hpp"\n' }, /only app and log\/sqlite itself/],
  ["a backend's header in ours", { 'src/log/sqlite/s.hpp': '#include <sqlite3.h>\n' }, /belongs in a \.cpp/],
  ['two files that include each other', { 'src/net/a.hpp': '#include "net/b.hpp"\n', 'src/net/b.hpp': '#include "net/a.hpp"\n' }, /include each other/],
  ['a mutex outside base', { 'src/log/log.cpp': 'std::mutex m;\n' }, /threads, mutexes/],
  ['the environment read below app', { 'src/log/log.cpp': 'auto x = getenv("HOME");\n' }, /reads the environment/],
];
for (const [what, changes, message] of broken) {
  test(`${what} is found and named`, () => {
    const run = check(changes);
    assert.equal(run.status, 1);
    assert.match(run.stderr, message);
  });
}
