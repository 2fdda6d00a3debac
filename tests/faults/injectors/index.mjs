// Every fault by its name: (run, options) -> {from, to}, when it began and when it was over. Each asserts that it took
// effect, inside run.fault(); a run with a fault that did not is worth nothing.
import { kafka } from './kafka.mjs';
import { nodes } from './nodes.mjs';
import { postgres } from './postgres.mjs';
import { redis } from './redis.mjs';
import { topic } from './topic.mjs';

export const injectors = { ...nodes, ...redis, ...kafka, ...postgres, ...topic };
