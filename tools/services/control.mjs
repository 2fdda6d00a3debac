// What a test that was given the services may do to them: a socket in their folder takes a line, "kill kafka-2" (or stop,
// start, pause, resume), and answers it with "ok", or with what went wrong, once it is done.
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

const verbs = ['kill', 'stop', 'start', 'pause', 'resume'];

async function obey(line, services) {
  const [verb, name] = line.split(' ');
  const daemon = services.daemons.find((each) => each.name === name);
  if (!verbs.includes(verb) || !daemon) return `not understood: ${line}`;
  try {
    await daemon[verb]();
    return 'ok';
  } catch (error) {
    return error.message.replaceAll('\n', ' ');
  }
}

// Resolves to the server once it listens.
export function serveControl(path, services) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    const reply = (answer) => socket.writable && socket.write(`${answer}\n`);
    createInterface({ input: socket }).on('line', async (line) => reply(await obey(line, services)));
  });
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve(server));
  });
}
