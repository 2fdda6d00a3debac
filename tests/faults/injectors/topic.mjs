// What may lie in the topic, and what may happen to it.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { readLog } from '../finals.mjs';
import { demand } from './nodes.mjs';

const kTopic = 'skat.log';

function produce(kafka, key, value) {
  return new Promise((resolve, reject) => {
    const args = ['-b', kafka.addresses(), '-P', '-t', kTopic, '-X', 'acks=all', '-D', '\x04', ...(key === undefined ? [] : ['-k', key])];
    const child = spawn('kcat', args, { stdio: ['pipe', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`kcat ended with ${code}`))));
    child.stdin.end(value);
  });
}

const record = (room, more) => JSON.stringify({
  v: 1, room, kind: 'message.send', sender: 'a'.repeat(32), device: 'b'.repeat(16), n: 1, origin: 'c'.repeat(16),
  body: { name: 'eve', text: 'planted' }, ...more,
});

// Each is refused by a rule of docs/log-format.md.
const invalid = (room) => [
  [room, 'not json'],
  [room, '{"v":1'],
  [room, record(room, { v: 99 })],
  [room, record(room, { kind: 'room.burn' })],
  [room, record(room, { n: 0 })],
  [room, record(room, { n: 1.5 })],
  [room, record(room, { more: true })],
  [room, record(room, { body: { name: 'eve', text: '' } })],
  [room, record(room, { body: { name: 'eve', text: 'a\u0000b' } })],
  [room, record(room, { body: { name: 'eve', text: 'x'.repeat(17_000) } })],
  [room, record(room).replace('planted', '\\ud800')],
  [room, Buffer.from([0xff, 0xfe, 0x00, 0x80])],
  [room, `[${'['.repeat(5_000)}`],
  ['f'.repeat(32), record(room)], // another key
  ['no room', record(room)],
  [undefined, record(room)],
];

export const topic = {
  async 'topic.invalid'(run, { name }) {
    const kafka = run.cluster.get('kafka');
    const rooms = run.people.busy;
    const sink = { put() {} };
    const { from, end } = await run.fault(name, kTopic, async () => {
      let planted = 0;
      for (const room of rooms.slice(0, 2)) {
        for (const [key, value] of invalid(room)) {
          await produce(kafka, key, value);
          planted += 1;
        }
      }
      run.planted = planted;
      demand((await readLog({ kafka, topic: kTopic, recorder: sink })) >= planted, 'the log does not hold them');
    });
    await sleep(2_000);
    return { from, to: end() };
  },
};

// At the end: each of them is a dead letter, by its place.
export async function expectDeadLetters(run) {
  const letters = Number(await run.cluster.get('postgres').query('SELECT count(*) FROM dead_letters'));
  run.expect('every invalid record is a dead letter', letters === run.planted, `${letters} of ${run.planted}`);
}
