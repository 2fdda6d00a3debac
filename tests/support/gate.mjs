// A TCP gate in front of a server: lets through, cuts, or holds. A cut is what a lost network looks like from both ends:
// open links are reset and new ones refused until it opens again.
import { connect, createServer } from 'node:net';

export class Gate {
  constructor(target) {
    this.target = target;
    this.links = new Set();
    this.open = true;
    this.server = createServer((client) => this.accept(client));
  }

  listen() {
    return new Promise((resolve) => {
      this.server.listen(0, '127.0.0.1', () => {
        this.port = this.server.address().port;
        resolve(this);
      });
    });
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  accept(client) {
    if (!this.open) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(this.target, '127.0.0.1');
    const link = { client, upstream };
    this.links.add(link);
    client.pipe(upstream);
    upstream.pipe(client);
    const end = () => {
      this.links.delete(link);
      client.destroy();
      upstream.destroy();
    };
    for (const end_of of [client, upstream]) {
      end_of.on('error', end);
      end_of.on('close', end);
    }
  }

  cut() {
    this.open = false;
    for (const { client, upstream } of this.links) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
    this.links.clear();
  }

  restore() {
    this.open = true;
  }

  close() {
    this.cut();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
