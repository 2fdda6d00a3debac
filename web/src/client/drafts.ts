// Drafts: what was typed and not sent, per user and room; it outlives the tab.
import type { RoomId, UserId } from "./protocol";
import type { LocalValues } from "./storage";
import { Store } from "./store";

// The rooms that have a draft, for the pencil in the list.
export class Drafts extends Store<ReadonlySet<RoomId>> {
  #user: UserId | undefined;
  readonly #texts = new Map<RoomId, string>();

  constructor(private readonly storage: LocalValues) {
    super(new Set());
  }

  of(user: UserId): void {
    if (user === this.#user) return;
    this.#user = user;
    this.#texts.clear();
    const start = `draft.${user}.`;
    for (const key of this.storage.keysFrom(start)) {
      const text = this.storage.read(key);
      if (typeof text === "string") this.#texts.set(key.slice(start.length), text);
    }
    this.publish(new Set(this.#texts.keys()));
  }

  get(room: RoomId): string {
    return this.#texts.get(room) ?? "";
  }

  set(room: RoomId, text: string): void {
    const key = `draft.${this.#user}.${room}`;
    if (text.trim() === "") {
      this.#texts.delete(room);
      this.storage.remove(key);
    } else {
      this.#texts.set(room, text);
      this.storage.write(key, text);
    }
    if (this.#texts.has(room) !== this.getSnapshot().has(room)) this.publish(new Set(this.#texts.keys()));
  }

  clear(): void {
    for (const key of this.storage.keysFrom("draft.")) this.storage.remove(key);
    this.#user = undefined;
    this.#texts.clear();
    this.publish(new Set());
  }
}
