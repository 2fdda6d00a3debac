// The table of fault runs. A row: name, mode (cluster.mjs), steps, or a scenario (scenarios.mjs). A step: fault (injectors/), its options, `after` (seconds
// of quiet before it, a range), `promises` for its time (checker/promises.mjs; after: 'end' counts from the fault's end).
import { expectDeadLetters } from './injectors/topic.mjs';

const kRecovery = { what: 'recovers', ms: 20_000, after: 'end' };
// While PostgreSQL is away, no send fails and recent history is readable.
const kWithoutStore = [{ what: 'acked' }, { what: 'readable' }];
// While Redis is away, delivery lags at most 2 s and no ack fails.
const kWithoutBus = [{ what: 'acked' }, { what: 'lag', ms: 2_000 }];
// While Kafka is away, each send is answered within 5 s and none is acked. Half a second more for this machine.
const kWithoutLog = [{ what: 'answered', ms: 5_500 }, { what: 'none_acked' }];

const archiveSteps = ['store.before_begin', 'store.before_commit', 'store.after_commit'];

// Without Redis and with it: what both modes must hold.
const both = (mode) => [
  { name: `calm-${mode}`, mode, seconds: 30, steps: [] },
  {
    name: `kills-${mode}`, mode,
    steps: Array.from({ length: 3 }, () => ['node.kill', 'owner.kill', 'archiver.kill']).flat().map((fault) => ({ fault, after: [3, 8], promises: [kRecovery] })),
  },
  {
    name: `archive-steps-${mode}`, mode,
    steps: archiveSteps.flatMap((failpoint) => [1, 5].map((nth) => ({ fault: 'archiver.failpoint', failpoint, nth, after: [2, 5] }))),
  },
  { name: `broker-${mode}`, mode, steps: [1, 2, 3].map(() => ({ fault: 'broker.restart', down: 3, after: [5, 10], promises: [kRecovery] })) },
  { name: `kafka-down-${mode}`, mode, steps: [{ fault: 'kafka.down', seconds: 60, promises: [...kWithoutLog, { ...kRecovery, ms: 60_000 }] }] },
  { name: `postgres-kill-${mode}`, mode, steps: [1, 2, 3].map(() => ({ fault: 'postgres.kill', after: [3, 6], promises: kWithoutStore })) },
  { name: `postgres-down-${mode}`, mode, steps: [{ fault: 'postgres.down', seconds: 60, promises: kWithoutStore }] },
  { name: `postgres-away-start-${mode}`, mode, steps: [1, 2].map(() => ({ fault: 'postgres.away-start', after: [3, 6], promises: [kRecovery] })) },
  { name: `postgres-slow-${mode}`, mode, steps: [{ fault: 'postgres.slow', seconds: 30, promises: [{ what: 'acked' }] }] },
  { name: `postgres-deadlock-${mode}`, mode, steps: [{ fault: 'postgres.deadlock' , promises: [{ what: 'acked' }] }] },
  { name: `invalid-records-${mode}`, mode, steps: [{ fault: 'topic.invalid', promises: [{ what: 'acked' }] }], after: expectDeadLetters },
  { name: `rebalance-${mode}`, mode, steps: [{ fault: 'rebalance', every: 3, seconds: 60 }] },
];

export const rows = [
  { name: 'embedded-kill', mode: 'embedded', steps: Array.from({ length: 10 }, () => ({ fault: 'node.kill', after: [1, 3] })) },
  { name: 'kafka-kill', mode: 'kafka', steps: Array.from({ length: 5 }, () => ({ fault: 'node.kill', after: [1, 3] })) },
  { name: 'kafka-broker', mode: 'kafka', steps: [1, 2].map(() => ({ fault: 'broker.restart', down: 3, after: [5, 10], promises: [kRecovery] })) },
  { name: 'kafka-down', mode: 'kafka', steps: [{ fault: 'kafka.down', seconds: 60, promises: [...kWithoutLog, { ...kRecovery, ms: 60_000 }] }] },
  { name: 'postgres-kill', mode: 'postgres', steps: ['postgres.kill', 'node.kill', 'postgres.kill', 'node.kill'].map((fault) => ({ fault, after: [2, 4] })) },
  { name: 'postgres-down', mode: 'postgres', steps: [{ fault: 'postgres.down', seconds: 60, promises: kWithoutStore }] },
  { name: 'postgres-deadlock', mode: 'postgres', steps: [{ fault: 'postgres.deadlock', promises: [{ what: 'acked' }] }] },
  { name: 'postgres-slow', mode: 'postgres', steps: [{ fault: 'postgres.slow', seconds: 30, promises: [{ what: 'acked' }] }] },
  ...both('follower'),
  ...both('redis'),
  { name: 'redis-kill', mode: 'redis', steps: [1, 2, 3].map(() => ({ fault: 'redis.kill', down: 3, after: [3, 6], promises: kWithoutBus })) },
  { name: 'redis-restart', mode: 'redis', steps: [1, 2, 3].map(() => ({ fault: 'redis.restart', down: 0, after: [3, 6], promises: kWithoutBus })) },
  { name: 'redis-flushall', mode: 'redis', steps: [1, 2, 3].map(() => ({ fault: 'redis.flushall', promises: kWithoutBus })) },
  { name: 'redis-stop', mode: 'redis', steps: [{ fault: 'redis.stop', seconds: 30, promises: kWithoutBus }] },
  { name: 'redis-flapping', mode: 'redis-flapping', steps: [{ fault: 'redis.flapping', seconds: 60, promises: kWithoutBus }] },
  ...['settings', 'trimmed', 'truncated', 'replaced', 'remade'].map((scenario) => ({ name: `topic-${scenario}`, mode: 'follower', scenario })),
  {
    name: 'all-flapping', mode: 'redis-flapping',
    steps: ['redis.kill', 'node.kill', 'redis.restart', 'owner.kill', 'broker.restart', 'redis.kill', 'archiver.kill', 'postgres.kill'].map((fault) => ({ fault, after: [1, 4] })),
  },
];

// In ./dev test: one of each, in a few minutes.
export const smoke = {
  name: 'smoke', mode: 'redis', rate: 100,
  steps: [
    // First: a killed node's partitions change hands for ten seconds and more, and one fault at a time is promised.
    { fault: 'postgres.down', seconds: 20, promises: kWithoutStore },
    { fault: 'node.kill', promises: [kRecovery] },
    { fault: 'owner.kill', after: [5, 8], promises: [kRecovery] },
    { fault: 'archiver.kill', after: [5, 8], promises: [kRecovery] },
    { fault: 'redis.restart', after: [14, 16], promises: kWithoutBus },
    { fault: 'broker.restart', promises: [kRecovery] },
  ],
};
