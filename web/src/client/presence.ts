// Presence: who is typing in which room, and telling the others that we do.
// A mark ends by itself after 6 s; ours is renewed at most once in 3 s. All of it may be lost without harm.
import type { Requester } from "./connection";
import type { RoomId, TypingNotice, User, UserId } from "./protocol";
import { Store } from "./store";

export const kTypingLifetimeMs = 6_000;
export const kTypingEveryMs = 3_000;
// Limit: more names than these are never shown, so no more are kept.
const kMaxPerRoom = 20;

type Mark = { user: User; timer: ReturnType<typeof setTimeout> };

export class Presence extends Store<ReadonlyMap<RoomId, readonly User[]>> {
  readonly #marks = new Map<RoomId, Map<UserId, Mark>>();
  #told: { room: RoomId; at: number } | undefined;

  constructor(
    private readonly connection: Requester,
    private readonly now: () => number = Date.now,
  ) {
    super(new Map());
  }

  heard({ room, user, on }: TypingNotice, me: UserId | undefined): void {
    if (user.id === me) return;
    this.#end(room, user.id);
    const marks = this.#marks.get(room) ?? new Map<UserId, Mark>();
    if (on && marks.size < kMaxPerRoom) {
      const timer = setTimeout(() => this.ended(room, user.id), kTypingLifetimeMs);
      marks.set(user.id, { user, timer });
      this.#marks.set(room, marks);
    }
    this.#tell(room);
  }

  // Their message has come, or they have left.
  ended(room: RoomId, user: UserId): void {
    if (this.#end(room, user)) this.#tell(room);
  }

  // A key was pressed in this room.
  typed(room: RoomId): void {
    const at = this.now();
    if (this.#told?.room === room && at - this.#told.at < kTypingEveryMs) return;
    if (this.#told !== undefined && this.#told.room !== room) this.stopped();
    this.#told = { room, at };
    void this.connection.request("typing", { room, on: true });
  }

  // The text was sent or given up.
  stopped(): void {
    const told = this.#told;
    this.#told = undefined;
    if (told === undefined || this.now() - told.at >= kTypingLifetimeMs) return;
    void this.connection.request("typing", { room: told.room, on: false });
  }

  // The connection was lost: nobody knows who types.
  clear(): void {
    for (const marks of this.#marks.values()) for (const mark of marks.values()) clearTimeout(mark.timer);
    this.#marks.clear();
    this.#told = undefined;
    if (this.getSnapshot().size > 0) this.publish(new Map());
  }

  #end(room: RoomId, user: UserId): boolean {
    const mark = this.#marks.get(room)?.get(user);
    if (mark === undefined) return false;
    clearTimeout(mark.timer);
    this.#marks.get(room)?.delete(user);
    return true;
  }

  #tell(room: RoomId): void {
    const users = [...(this.#marks.get(room)?.values() ?? [])].map((mark) => mark.user);
    const next = new Map(this.getSnapshot());
    if (users.length > 0) next.set(room, users);
    else next.delete(room);
    this.publish(next);
  }
}
