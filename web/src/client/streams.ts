// Streams: keeps the live stream of every room of ours open, from where its timeline stands.
// After each connect all rooms are resumed in requests of at most 500. A hole, a room just joined and a failed room are
// resumed alone; the same room again only after a growing pause, until its timeline moves on.
import { Backoff } from "./backoff";
import type { Requester } from "./connection";
import { kMaxRoomsPerResume } from "./limits";
import type { Cursor, Resumed, RoomId } from "./protocol";

const kFirstRetryMs = 250;
const kLongestRetryMs = 15_000;

type Lane = { backoff: Backoff; timer: ReturnType<typeof setTimeout> | undefined; busy: boolean };

export type StreamsListener = {
  rooms(): RoomId[];
  cursor(room: RoomId): Cursor | null;
  onResumed(room: RoomId, at: Exclude<Resumed, { error: unknown }>): void;
  // The room is none of ours any more.
  onGone(room: RoomId): void;
};

export class Streams {
  readonly #lanes = new Map<RoomId, Lane>();

  constructor(
    private readonly connection: Requester,
    private readonly listener: StreamsListener,
  ) {}

  async resumeAll(): Promise<void> {
    this.clear();
    const rooms = this.listener.rooms();
    for (let i = 0; i < rooms.length; i += kMaxRoomsPerResume) {
      await this.#resume(rooms.slice(i, i + kMaxRoomsPerResume));
    }
  }

  // The stream of this room has to start anew. One that is on its way will do: its answer shows whether a hole is left.
  resume(room: RoomId): void {
    const lane = this.#lane(room);
    if (!lane.busy && lane.timer === undefined) this.#later(room, lane);
  }

  // The room's timeline has moved on: the next hole is a new one.
  moved(room: RoomId): void {
    const lane = this.#lanes.get(room);
    if (lane !== undefined && !lane.busy && lane.timer === undefined) this.#lanes.delete(room);
  }

  clear(): void {
    for (const lane of this.#lanes.values()) clearTimeout(lane.timer);
    this.#lanes.clear();
  }

  #later(room: RoomId, lane: Lane): void {
    const first = lane.backoff.failures === 0;
    const wait = lane.backoff.next();
    lane.timer = setTimeout(() => void this.#resume([room]), first ? 0 : wait);
  }

  async #resume(rooms: RoomId[]): Promise<void> {
    const lanes = rooms.map((room) => this.#lane(room));
    for (const lane of lanes) {
      clearTimeout(lane.timer);
      lane.timer = undefined;
      lane.busy = true;
    }
    const cursors = Object.fromEntries(rooms.map((room) => [room, this.listener.cursor(room)]));
    const result = await this.connection.request("resume", { rooms: cursors });
    rooms.forEach((room, i) => {
      const lane = lanes[i];
      if (lane === undefined || this.#lanes.get(room) !== lane) return;
      lane.busy = false;
      // Without a connection the next one resumes everything.
      if (!result.ok && result.error.code === "not_connected") return;
      const answer = result.ok ? result.value.rooms[room] : undefined;
      if (answer === undefined) this.#later(room, lane);
      else if (!("error" in answer)) this.listener.onResumed(room, answer);
      else if (answer.error.retry === "no") this.listener.onGone(room);
      else this.#later(room, lane);
    });
  }

  #lane(room: RoomId): Lane {
    const known = this.#lanes.get(room);
    if (known !== undefined) return known;
    const backoff = new Backoff(kFirstRetryMs, kLongestRetryMs);
    const lane: Lane = { backoff, timer: undefined, busy: false };
    this.#lanes.set(room, lane);
    return lane;
  }
}
