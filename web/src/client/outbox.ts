// Outbox: the messages of this device that no room event has shown yet.
// pending → sent (acknowledged; leaves when its event is seen) or failed (the server can never accept it; a person
// decides). In each room one message is under way at a time, so that order holds and one n at most is unresolved.
// An attempt whose outcome is unknown is repeated with the same n until the server knows; nothing is sent twice.
// Limit: 200 messages wait per room; then add() refuses and the text stays where it was.
import { Backoff } from "./backoff";
import type { Requester } from "./connection";
import type { Counters } from "./counters";
import { array, field, integer, object, oneOf, optional, string } from "./parse";
import { readError, type DeviceId, type RoomEvent, type RoomId, type Sent, type WireError } from "./protocol";
import type { LocalValues } from "./storage";
import { Store } from "./store";

export const kMaxWaiting = 200;
const kFirstRetryMs = 1_000;
const kLongestRetryMs = 30_000;

export type OutboxItem = {
  id: string; // of this browser
  room: RoomId;
  n: number | undefined; // given just before the first attempt
  text: string;
  at: number; // ms, when it was written
  state: "pending" | "sent" | "failed";
  error: WireError | undefined;
  sent: Sent | undefined;
};

export type AddRefusal = "full" | "no_storage" | "no_device";
type Items = readonly OutboxItem[];
const kNoItems: Items = [];

type Lane = { busy: boolean; backoff: Backoff; timer: ReturnType<typeof setTimeout> | undefined };

const kNoStorage: WireError = {
  code: "no_storage",
  message: "The browser has no storage left for this site. Free some space, then try again.",
  retry: "no",
};

export class Outbox extends Store<ReadonlyMap<RoomId, Items>> {
  readonly #lanes = new Map<RoomId, Lane>();
  #device: DeviceId | undefined;

  constructor(
    private readonly connection: Requester,
    private readonly storage: LocalValues,
    private readonly counters: Counters,
  ) {
    super(new Map());
  }

  itemsOf(room: RoomId): Items {
    return this.getSnapshot().get(room) ?? kNoItems;
  }

  // This tab now speaks as the device; what an earlier tab left unsent is taken over.
  adopt(device: DeviceId): void {
    if (device === this.#device) return;
    this.#stopTimers();
    this.#device = device;
    const found = new Map<RoomId, Items>();
    const start = `outbox.${device}.`;
    for (const key of this.storage.keysFrom(start)) {
      const room = key.slice(start.length);
      found.set(room, readItems(this.storage.read(key), room));
    }
    this.publish(found);
  }

  // Forgets everything, when the person signs out.
  clear(): void {
    this.#stopTimers();
    this.#device = undefined;
    for (const key of this.storage.keysFrom("outbox.")) this.storage.remove(key);
    this.publish(new Map());
  }

  add(room: RoomId, text: string): AddRefusal | undefined {
    if (this.#device === undefined) return "no_device";
    const items = this.itemsOf(room);
    if (items.filter((item) => item.state !== "sent").length >= kMaxWaiting) return "full";
    const item: OutboxItem = {
      id: crypto.getRandomValues(new Uint32Array(3)).join("-"),
      room,
      n: undefined,
      text,
      at: Date.now(),
      state: "pending",
      error: undefined,
      sent: undefined,
    };
    if (!this.#set(room, [...items, item])) {
      this.#set(room, items);
      return "no_storage";
    }
    void this.#work(room);
    return undefined;
  }

  // A failed message once more: a new attempt, hence a new n, behind what waits already.
  retry(room: RoomId, id: string): void {
    const items = this.itemsOf(room);
    const failed = items.find((item) => item.id === id && item.state === "failed");
    if (failed === undefined) return;
    const again: OutboxItem = { ...failed, n: undefined, state: "pending", error: undefined };
    this.#set(room, [...items.filter((item) => item !== failed), again]);
    void this.#work(room);
  }

  discard(room: RoomId, id: string): void {
    this.#set(
      room,
      this.itemsOf(room).filter((item) => item.id !== id || item.state !== "failed"),
    );
  }

  // The room shows this event: if it is a message of ours, it has arrived; so has every acknowledged one before it.
  seen(event: RoomEvent): void {
    const mine = event.device === this.#device;
    if (mine) this.counters.seen(event.device, event.room, event.n);
    const items = this.itemsOf(event.room);
    const rest = items.filter((item) => {
      if (item.state === "failed") return true;
      return !(mine && item.n === event.n) && !(item.sent !== undefined && item.sent.seq <= event.seq);
    });
    if (rest.length !== items.length) this.#set(event.room, rest);
  }

  // The person has left the room: nothing is sent there any more.
  dropRoom(room: RoomId): void {
    if (this.itemsOf(room).length > 0) this.#set(room, kNoItems);
  }

  // The connection is live again: no reason to wait any longer.
  flush(): void {
    for (const room of this.getSnapshot().keys()) {
      const lane = this.#lane(room);
      clearTimeout(lane.timer);
      lane.backoff.reset();
      void this.#work(room);
    }
  }

  async #work(room: RoomId): Promise<void> {
    const lane = this.#lane(room);
    if (lane.busy) return;
    lane.busy = true;
    clearTimeout(lane.timer);
    while (await this.#sendNext(room, lane));
    lane.busy = false;
  }

  // True when the next message may go out at once.
  async #sendNext(room: RoomId, lane: Lane): Promise<boolean> {
    const device = this.#device;
    const next = this.itemsOf(room).find((item) => item.state === "pending");
    if (next === undefined || device === undefined) return false;
    const n = next.n ?? this.counters.take(device, room);
    if (n === undefined || (next.n === undefined && !this.#change(room, next.id, { n }))) {
      this.#change(room, next.id, { state: "failed", error: kNoStorage });
      return true;
    }
    const result = await this.connection.request("message.send", { room, n, text: next.text });
    if (this.#device !== device) return false;
    if (result.ok) {
      lane.backoff.reset();
      this.#change(room, next.id, { state: "sent", sent: result.value });
      return true;
    }
    if (result.error.retry === "no") {
      this.#change(room, next.id, { state: "failed", error: result.error });
      return true;
    }
    // Without a connection flush() starts again; the timer is for a server that is there but cannot.
    lane.timer = setTimeout(() => void this.#work(room), lane.backoff.next());
    return false;
  }

  #change(room: RoomId, id: string, change: Partial<OutboxItem>): boolean {
    return this.#set(
      room,
      this.itemsOf(room).map((item) => (item.id === id ? { ...item, ...change } : item)),
    );
  }

  // False when it could not be kept for a later tab.
  #set(room: RoomId, items: Items): boolean {
    const unsent = items.filter((item) => item.state !== "sent");
    const key = `outbox.${this.#device}.${room}`;
    let kept = true;
    if (unsent.length > 0) kept = this.storage.write(key, unsent);
    else this.storage.remove(key);
    const next = new Map(this.getSnapshot());
    if (items.length > 0) next.set(room, items);
    else next.delete(room);
    this.publish(next);
    return kept;
  }

  #lane(room: RoomId): Lane {
    const known = this.#lanes.get(room);
    if (known !== undefined) return known;
    const lane: Lane = { busy: false, backoff: new Backoff(kFirstRetryMs, kLongestRetryMs), timer: undefined };
    this.#lanes.set(room, lane);
    return lane;
  }

  #stopTimers(): void {
    for (const lane of this.#lanes.values()) clearTimeout(lane.timer);
    this.#lanes.clear();
  }
}

function readItems(value: unknown, room: RoomId): Items {
  try {
    return array((each): OutboxItem => {
      const from = object(each);
      return {
        id: field(from, "id", string),
        room,
        n: optional(from, "n", integer),
        text: field(from, "text", string),
        at: field(from, "at", integer),
        state: field(from, "state", oneOf("pending", "failed")),
        error: optional(from, "error", readError),
        sent: undefined,
      };
    })(value);
  } catch {
    return kNoItems;
  }
}
