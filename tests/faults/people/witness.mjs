// Witness: a person of one node, who comes back to it with a session token after its restart, and sends.
import { hash, keyOf } from '../recorder.mjs';
import { Person } from './person.mjs';

const kBack = 20_000; // ms that coming back may take

export class Witness {
  static async come(run, node) {
    const { recorder, random, cluster } = run;
    const person = new Person({ name: `witness-${node.index}`, nodes: cluster.nodes, home: node.index, stays: true, recorder, random });
    const witness = Object.assign(new Witness(), { run, node, person, room: run.people.rooms[0] });
    person.connect();
    await person.ready();
    await person.join(witness.room);
    await witness.say('before');
    return witness;
  }

  async say(word) {
    const { person, room, run } = this;
    const n = person.take(room);
    const k = keyOf(room, person.user, person.device, n);
    const text = `${run.row.name}-${run.seed}/${person.name}/${n}/${word}`;
    person.note({ e: 'send', c: person.c, k, room, h: hash(text), try: 0 });
    const { seq, epoch } = await person.insist('message.send', { room, n, text }, { ms: kBack });
    person.note({ e: 'ack', c: person.c, k, room, seq, epoch });
  }

  async comeBack() {
    const { person, node, run } = this;
    const { user, device } = person;
    person.move(node.index);
    const outcome = await (async () => {
      await person.ready(kBack);
      if (person.user !== user || person.device !== device) return 'it is somebody else now';
      for (let i = 0; i < 5; i += 1) await this.say('after');
      return person.node === node.index ? undefined : `it is at node ${person.node}`;
    })().catch((error) => error.message);
    run.expect(`whoever has a session token comes back to node ${node.index} and is acked`, outcome === undefined, outcome);
  }

  end() {
    this.person.end();
  }
}
