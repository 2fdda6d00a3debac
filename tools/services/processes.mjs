// Processes that outlive the command that started them: each is known by its id and the time it began, so that nobody
// else's is taken for it.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export function processOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined;
    const memory = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    return { began: fields[19], mebibytes: Math.round(memory / 1024) };
  } catch {
    return undefined;
  }
}

// What a state file keeps of a running daemon.
export function recordOf({ name, pid, stopSignal }) {
  return { name, pid, stopSignal, began: processOf(pid)?.began };
}

// The process of a record, or undefined: it has ended.
export function find(record) {
  const found = processOf(record.pid);
  return found !== undefined && found.began === record.began ? found : undefined;
}

// An orderly end, all at once; SIGKILL after `limit` ms. Resolves to the names of those that had to be killed.
export async function endAll(records, limit = 15_000) {
  const running = records.filter(find);
  for (const { pid, stopSignal } of running) {
    signal(pid, 'SIGCONT');
    signal(pid, stopSignal);
  }
  const killed = [];
  const end = Date.now() + limit;
  for (const record of running) {
    while (find(record) && Date.now() < end) await sleep(50);
    if (!find(record)) continue;
    signal(record.pid, 'SIGKILL');
    killed.push(record.name);
  }
  return killed;
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // gone in this very moment
  }
}
