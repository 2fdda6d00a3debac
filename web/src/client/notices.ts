// Notices: short messages to the person that stand beside what they are doing. The newest three are shown.
import { Store } from "./store";

const kMost = 3;
const kShownMs = 8_000;

export type Notice = { id: number; tone: "error" | "info"; text: string };

export class Notices extends Store<readonly Notice[]> {
  #nextId = 1;

  constructor() {
    super([]);
  }

  say(tone: Notice["tone"], text: string): void {
    const notice = { id: this.#nextId, tone, text };
    this.#nextId += 1;
    const others = this.getSnapshot().filter((each) => each.text !== text);
    this.publish([...others, notice].slice(-kMost));
    setTimeout(() => this.dismiss(notice.id), kShownMs);
  }

  dismiss(id: number): void {
    const rest = this.getSnapshot().filter((notice) => notice.id !== id);
    if (rest.length < this.getSnapshot().length) this.publish(rest);
  }
}
