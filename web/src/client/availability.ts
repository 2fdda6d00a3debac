// Availability: how I show myself to others: what I chose, or `away` after minutes without a sign of life. Kept in this
// browser and told to the server when it changes and after each connect.
import type { Requester } from "./connection";
import { kPresenceTextCodePoints } from "./limits";
import type { Availability as State } from "./protocol";
import { LocalValues } from "./storage";
import { Store } from "./store";

export const kIdleAfterMs = 5 * 60_000;
const kKey = "availability";

export type MyAvailability = {
  chosen: State;
  text: string; // "": none
  idle: boolean;
};

export class Availability extends Store<MyAvailability> {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastInput = 0;
  #told: string | undefined; // to the server, on this connection

  constructor(
    private readonly connection: Requester,
    private readonly storage: LocalValues,
    private readonly now: () => number = Date.now,
  ) {
    super({ ...readChoice(storage), idle: false });
  }

  // What is told to others.
  get shown(): State {
    const { chosen, idle } = this.getSnapshot();
    return chosen === "active" && idle ? "away" : chosen;
  }

  choose(chosen: State, text: string): void {
    const kept = [...text.trim()].slice(0, kPresenceTextCodePoints).join("");
    this.storage.write(kKey, { chosen, text: kept });
    this.publish({ ...this.getSnapshot(), chosen, text: kept });
    this.#tell();
  }

  // Keys, pointer, the page coming into sight.
  input(): void {
    const at = this.now();
    if (this.#timer !== undefined && at - this.#lastInput < 1_000) return;
    this.#lastInput = at;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#setIdle(true), kIdleAfterMs);
    this.#setIdle(false);
  }

  // A new connection shows us as active, without a text, until we say otherwise.
  connected(): void {
    this.#told = JSON.stringify(["active", ""]);
    this.#tell();
  }

  // Signed out: the next person chooses for himself.
  clear(): void {
    this.storage.remove(kKey);
    this.#told = undefined;
    this.publish({ chosen: "active", text: "", idle: this.getSnapshot().idle });
  }

  #setIdle(idle: boolean): void {
    if (this.getSnapshot().idle === idle) return;
    this.publish({ ...this.getSnapshot(), idle });
    this.#tell();
  }

  #tell(): void {
    if (this.#told === undefined) return;
    const { text } = this.getSnapshot();
    const state = this.shown;
    const now = JSON.stringify([state, text]);
    if (now === this.#told) return;
    const [, toldText] = JSON.parse(this.#told) as [State, string];
    this.#told = now;
    void this.connection.request("presence.set", toldText === text ? { state } : { state, text });
  }
}

function readChoice(storage: LocalValues): { chosen: State; text: string } {
  const kept = storage.read(kKey) as { chosen?: unknown; text?: unknown } | undefined;
  const chosen = kept?.chosen === "away" || kept?.chosen === "dnd" ? kept.chosen : "active";
  return { chosen, text: typeof kept?.text === "string" ? kept.text : "" };
}
