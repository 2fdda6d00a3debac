// A few of Kafka's administrative requests, spoken directly: the jars that the tests run have no command line tools.
// Bytes: https://kafka.apache.org/protocol, versions before the flexible ones.
import { connect } from 'node:net';

const i8 = (value) => Buffer.from([value & 0xff]);
const number = (bytes, write) => (value) => {
  const buffer = Buffer.alloc(bytes);
  buffer[write](value);
  return buffer;
};
const i16 = number(2, 'writeInt16BE');
const i32 = number(4, 'writeInt32BE');
const i64 = number(8, 'writeBigInt64BE');
const string = (text) => Buffer.concat([i16(Buffer.byteLength(text)), Buffer.from(text)]);
const array = (items) => Buffer.concat([i32(items.length), ...items]);
const join = (...parts) => Buffer.concat(parts);

class Answer {
  constructor(buffer) {
    Object.assign(this, { buffer, at: 0 });
  }
  take(bytes, read) {
    const value = this.buffer[read](this.at);
    this.at += bytes;
    return value;
  }
  i8 = () => this.take(1, 'readInt8');
  i16 = () => this.take(2, 'readInt16BE');
  i32 = () => this.take(4, 'readInt32BE');
  i64 = () => this.take(8, 'readBigInt64BE');
  string = () => {
    const length = this.i16();
    if (length < 0) return null;
    this.at += length;
    return this.buffer.toString('utf8', this.at - length, this.at);
  };
  array = (item) => Array.from({ length: this.i32() }, item);
}

const kPatience = 30_000; // ms for one answer

function request(port, key, version, body) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const chunks = [];
    socket.setTimeout(kPatience, () => socket.destroy(new Error('Kafka gives no answer')));
    socket.once('error', reject);
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const all = Buffer.concat(chunks);
      if (all.length < 4 || all.length < 4 + all.readInt32BE(0)) return;
      socket.destroy();
      resolve(new Answer(all.subarray(8))); // length, correlation id
    });
    socket.once('close', () => reject(new Error('Kafka closed the connection')));
    const message = join(i16(key), i16(version), i32(1), string('skat-tests'), body);
    socket.write(join(i32(message.length), message));
  });
}

const kMessages = { 3: 'unknown topic or partition', 6: 'not the leader', 36: 'the topic exists' };
const check = (what, code, message) => {
  if (code !== 0) throw new Error(`${what}: ${message ?? kMessages[code] ?? `error ${code}`}`);
};

export class KafkaAdmin {
  // kafka: of tools/services.
  constructor(kafka) {
    this.brokers = kafka.brokers;
  }

  get port() {
    return this.brokers.find(({ running }) => running).ports.PLAINTEXT;
  }

  async createTopic(name, { partitions = 12, replicas = Math.min(this.brokers.length, 3), settings = {} } = {}) {
    const configs = Object.entries(settings).map(([key, value]) => join(string(key), string(String(value))));
    const topic = join(string(name), i32(partitions), i16(replicas), array([]), array(configs));
    const answer = await request(this.port, 19, 4, join(array([topic]), i32(kPatience), i8(0)));
    answer.i32(); // throttle time
    answer.array(() => check(`creating ${answer.string()}`, answer.i16(), answer.string()));
  }

  async deleteTopic(name) {
    const answer = await request(this.port, 20, 1, join(array([string(name)]), i32(kPatience)));
    answer.i32();
    answer.array(() => check(`deleting ${answer.string()}`, answer.i16()));
  }

  async alterTopic(name, settings) {
    const configs = Object.entries(settings).map(([key, value]) => join(string(key), i8(0), string(String(value))));
    const answer = await request(this.port, 44, 0, join(array([join(i8(2), string(name), array(configs))]), i8(0)));
    answer.i32();
    answer.array(() => check(`altering ${name}`, answer.i16(), answer.string()));
  }

  // Forgets what lies below `offset`; -1: everything. Resolves to the new start.
  async deleteRecords(topic, partition, offset = -1) {
    const body = join(array([join(string(topic), array([join(i32(partition), i64(BigInt(offset)))]))]), i32(kPatience));
    let code;
    for (const { ports, running } of this.brokers) {
      if (!running) continue;
      const answer = await request(ports.PLAINTEXT, 21, 1, body);
      answer.i32();
      const [[result]] = answer.array(() => {
        answer.string();
        return answer.array(() => ({ partition: answer.i32(), start: Number(answer.i64()), code: answer.i16() }));
      });
      code = result.code;
      if (code === 0) return result.start;
      if (code !== 6) break;
    }
    check(`deleting records of ${topic}/${partition}`, code);
    return undefined;
  }
}
