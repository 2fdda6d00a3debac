// Memory, files and threads of the nodes: R1. The base is a process's first line after the warm-up, or, for one that was
// started later, the first of any process of that node; the end is its last line.

const kRssGrowth = 256 * 1024 * 1024; // caches, hot tails and the allocator's arenas may fill
const kFdGrowth = 32;
const kThreadGrowth = 2;

export class Resources {
  base = new Map(); // node -> line
  last = new Map();
  warm = 0; // when the load began

  constructor(findings) {
    this.findings = findings;
  }

  mem(line) {
    if (!this.base.has(line.node) || this.base.get(line.node).t < this.warm) this.base.set(line.node, line);
    this.last.set(line.node, line);
  }

  finish() {
    for (const [node, end] of this.last) {
      const base = this.base.get(node);
      const grown = [
        ['bytes of memory', end.rss - base.rss, kRssGrowth],
        ['open files beside its connections', end.fds - end.conns - (base.fds - base.conns), kFdGrowth],
        ['threads', end.threads - base.threads, kThreadGrowth],
      ];
      for (const [what, growth, limit] of grown) {
        if (growth > limit) this.findings.report('R1', `node ${node} has ${growth} ${what} more than at first`);
      }
      if (end.queued > 0) this.findings.report('R1', `node ${node} has ${end.queued} requests waiting at the end`);
    }
  }
}
