// What may happen to a topic while no node runs: the log is not the one that the store goes on from. Nothing may be acked
// on top of that, and somebody must say why. Each is a row of its own, whose verdict is what the run saw for itself.
import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaAdmin } from '../support/kafka_admin.mjs';
import { hash, keyOf } from './recorder.mjs';
import { readDatabase, readHistories, readLog, waitForQuiet } from './finals.mjs';
import { Person } from './people/person.mjs';
import { Reader } from './people/reader.mjs';
import { generator } from './seeded.mjs';

const kTopic = 'skat.log';
const kPartitions = 12;

// A few rooms with messages in them, all in the store.
class Talk {
  static async begin(run, { rooms = 6, messages = 200 } = {}) {
    const { nodes } = run.cluster;
    const common = { nodes, recorder: run.recorder, random: generator(run.seed) };
    const talk = Object.assign(new Talk(), { run, rooms: [] });
    talk.person = new Person({ ...common, name: 'talker' });
    talk.readers = nodes.map((_, home) => new Reader({ ...common, name: `reader-${home}`, home, rooms: [], pause: 0 }));
    talk.person.connect();
    for (let i = 0; i < rooms; i += 1) {
      const name = `${run.row.name} ${run.seed} ${i}`;
      talk.rooms.push((await talk.person.insist('room.create', { name })).room.id);
      talk.person.numbers.set(talk.rooms.at(-1), 2);
    }
    await talk.say(messages);
    return talk;
  }

  // Into each room, one after the other; every one is acked.
  async say(messages) {
    await Promise.all(
      this.rooms.map(async (room) => {
        for (let i = 0; i < messages; i += 1) {
          const { k, send } = this.next(room);
          const { seq, epoch } = await send();
          this.person.note({ e: 'ack', c: this.person.c, k, room, seq, epoch });
        }
      }),
    );
  }

  next(room) {
    const { person, run } = this;
    const n = person.take(room);
    const text = `${run.row.name}-${run.seed}/${room.slice(0, 6)}/${n}`;
    const k = keyOf(room, person.user, person.device, n);
    person.note({ e: 'send', c: person.c, k, room, h: hash(text), try: 0 });
    return { k, send: () => person.insist('message.send', { room, n, text }), once: () => person.request('message.send', { room, n, text }) };
  }

  async connectReaders() {
    for (const reader of this.readers) reader.connect();
    for (const reader of this.readers) {
      await reader.ready();
      for (const room of this.rooms) await reader.join(room);
    }
  }

  async quiet(what) {
    await this.connectReaders();
    const detail = await waitForQuiet({ readers: this.readers, rooms: this.rooms, cluster: this.run.cluster });
    this.run.expect(what, detail === undefined, detail);
  }

  async finals() {
    const { recorder, cluster } = this.run;
    await readHistories({ readers: this.readers, rooms: this.rooms, recorder });
    await readDatabase({ postgres: cluster.services.postgres, rooms: this.rooms, recorder });
  }

  end() {
    for (const person of [this.person, ...this.readers]) person.end();
  }
}

async function startAll(run) {
  await run.cluster.startNodes();
  for (const node of run.cluster.nodes) run.watch(node);
  run.tell(`${run.cluster.nodes.length} nodes are ready`);
}

// A start on this log ends by itself, before the node is ready, with words that name the trouble.
async function expectRefusal(run, what, words) {
  const outcomes = await Promise.all(
    run.cluster.nodes.map((node) =>
      node.start().then(
        () => 'it started',
        (error) => (words.test(node.stderr) && node.child.exitCode > 0 ? undefined : `${error.message.slice(0, 300)} (exit code ${node.child.exitCode})`),
      ),
    ),
  );
  const wrong = outcomes.find(Boolean);
  run.expect(what, wrong === undefined, wrong);
  for (const node of run.cluster.nodes.filter(({ running }) => running)) await node.kill();
}

export const scenarios = {
  // Settings that carry a promise are altered one by one: a node that starts refuses and names the setting; the others go on.
  async settings(run) {
    await startAll(run);
    const talk = await Talk.begin(run);
    const admin = new KafkaAdmin(run.cluster.services.kafka);
    const [node] = run.cluster.nodes.slice(-1);
    const wrong = [
      ['cleanup.policy', 'compact', 'delete'],
      ['message.timestamp.type', 'CreateTime', 'LogAppendTime'],
      ['retention.ms', 3_600_000, 1_209_600_000],
      ['unclean.leader.election.enable', true, false],
      ['max.message.bytes', 1_000, 1_048_588],
    ];
    for (const [name, bad, good] of wrong) {
      await node.stop();
      const { end } = await run.fault('topic.settings', `${name}=${bad}`, () => admin.alterTopic(kTopic, { [name]: bad }));
      const error = await node.start().then(() => ({ message: 'it started' }), (reason) => reason);
      const refused = node.child.exitCode > 0 && node.stderr.includes(name);
      run.expect(`a start with ${name}=${bad} is refused with that name`, refused, error.message.slice(0, 300));
      if (node.running) await node.kill();
      await admin.alterTopic(kTopic, { [name]: good });
      end();
      // A topic's settings reach every broker a moment later.
      for (const limit = Date.now() + 20_000; !node.running; ) {
        await run.restart(node).catch((reason) => {
          if (Date.now() > limit) throw reason;
        });
      }
      await talk.say(5);
    }
    await talk.quiet('all nodes go on with the topic as it should be');
    await talk.finals();
    await readLog({ kafka: run.cluster.services.kafka, topic: kTopic, recorder: run.recorder });
    talk.end();
  },

  // What the store has may go from the log: nothing is lost.
  async trimmed(run) {
    await startAll(run);
    const talk = await Talk.begin(run);
    await talk.quiet('everything is archived');
    await run.cluster.nodes.reduce((before, node) => before.then(() => node.stop()), Promise.resolve());
    const admin = new KafkaAdmin(run.cluster.services.kafka);
    const { end } = await run.fault('topic.trimmed', kTopic, async () => {
      for (let partition = 0; partition < kPartitions; partition += 1) await admin.deleteRecords(kTopic, partition);
      if ((await readLog({ kafka: run.cluster.services.kafka, topic: kTopic, recorder: { put() {} } })) > 0) throw new Error('records are left');
    });
    await startAll(run);
    end();
    await talk.say(20);
    await talk.quiet('all nodes go on behind what was trimmed');
    await talk.finals();
    talk.end();
  },

  // What the store lacks goes from the log: acked messages are gone, by no fault of ours. Nobody goes on as if nothing were.
  async truncated(run) {
    await startAll(run);
    const talk = await Talk.begin(run);
    await talk.quiet('everything is archived');
    await talk.finals();
    const { postgres, kafka } = run.cluster.services;
    await postgres.kill();
    for (const room of talk.rooms) await talk.person.insist('message.send', { room, n: talk.person.take(room), text: 'will be lost' });
    for (const node of run.cluster.nodes) await node.kill();
    const admin = new KafkaAdmin(kafka);
    const { end } = await run.fault('topic.truncated', kTopic, async () => {
      for (let partition = 0; partition < kPartitions; partition += 1) await admin.deleteRecords(kTopic, partition);
      if ((await readLog({ kafka, topic: kTopic, recorder: { put() {} } })) > 0) throw new Error('records are left');
    });
    await postgres.start();
    await expectRefusal(run, 'a log that lacks what the store needs is refused', /records are missing|log begins/);
    end();
    talk.end();
  },

  // The same name, another topic: one that another Skat made, with an identity of its own, and one that somebody made by hand.
  replaced: (run) => replace(run, { 'delete.retention.ms': 4_700_000_000_000_321 }, /this is log/),
  remade: (run) => replace(run, {}, /no identity/),
};

// As Skat creates it.
const kSettings = {
  'cleanup.policy': 'delete',
  'message.timestamp.type': 'LogAppendTime',
  'retention.ms': 1_209_600_000,
  'retention.bytes': -1,
  'min.insync.replicas': 2,
  'unclean.leader.election.enable': false,
};

async function replace(run, identity, words) {
  await startAll(run);
  const talk = await Talk.begin(run);
  await talk.quiet('everything is archived');
  await talk.finals();
  for (const node of run.cluster.nodes) await node.stop();
  const admin = new KafkaAdmin(run.cluster.services.kafka);
  const { end } = await run.fault('topic.replaced', kTopic, async () => {
    await admin.deleteTopic(kTopic);
    for (const limit = Date.now() + 30_000; ; await sleep(200)) {
      try {
        await admin.createTopic(kTopic, { partitions: kPartitions, settings: { ...kSettings, ...identity } });
        return;
      } catch (error) {
        if (Date.now() > limit) throw error;
      }
    }
  });
  await expectRefusal(run, 'another topic under the old name is refused', words);
  end();
  talk.end();
}
