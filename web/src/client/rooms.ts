// Rooms: the rooms of this user, their heads and read markers, and asking to make, join and leave one.
// Unread = messages of the room − messages up to the read marker. Both numbers only grow within an epoch.
// Limit: a request whose outcome is unknown or that came at a bad time is tried 3 times in all.
import type { Requester } from "./connection";
import type { Counters } from "./counters";
import { kNotConnected } from "./errors";
import type { DeviceId, Epoch, ReadMarker, Result, RoomId, RoomInfo } from "./protocol";
import { Store } from "./store";

const kAttempts = 3;
const kRetryMs = 1_000;

export type RoomsState = {
  lobby: RoomId | undefined;
  rooms: readonly RoomInfo[]; // the lobby first, then by name
  ready: boolean; // a welcome has come
};

export type Head = { epoch: Epoch; seq: number; mseq?: number };

export function unreadOf(room: RoomInfo): number {
  return Math.max(0, room.mseq - room.read_mseq);
}

export class Rooms extends Store<RoomsState> {
  #device: DeviceId | undefined;

  constructor(
    private readonly connection: Requester,
    private readonly counters: Counters,
    private readonly wait: (ms: number) => Promise<void> = pause,
  ) {
    super({ lobby: undefined, rooms: [], ready: false });
  }

  find(room: RoomId): RoomInfo | undefined {
    return this.getSnapshot().rooms.find((each) => each.id === room);
  }

  // An incomplete list takes nothing away.
  welcomed(lobby: RoomId, rooms: readonly RoomInfo[], complete: boolean, device: DeviceId): void {
    this.#device = device;
    const named = new Set(rooms.map((room) => room.id));
    const known = complete ? [] : this.getSnapshot().rooms.filter((room) => !named.has(room.id));
    this.#publish([...known, ...rooms], lobby);
  }

  clear(): void {
    this.#device = undefined;
    this.publish({ lobby: undefined, rooms: [], ready: false });
  }

  joined(room: RoomInfo): void {
    this.#publish([...this.getSnapshot().rooms.filter((each) => each.id !== room.id), room]);
  }

  left(room: RoomId): void {
    this.#publish(this.getSnapshot().rooms.filter((each) => each.id !== room));
  }

  // The room is known to reach up to here.
  reached(room: RoomId, head: Head): void {
    this.#change(room, (info) => {
      if (head.epoch !== info.epoch) {
        // Numbers of another epoch do not compare; the marker starts again at what is there.
        const mseq = head.mseq ?? 0;
        return { ...info, epoch: head.epoch, seq: head.seq, mseq, read_seq: head.seq, read_mseq: mseq };
      }
      if (head.seq <= info.seq) return info;
      return { ...info, seq: head.seq, mseq: Math.max(info.mseq, head.mseq ?? 0) };
    });
  }

  memberCount(room: RoomId, change: 1 | -1): void {
    this.#change(room, (info) => ({ ...info, members: Math.max(0, info.members + change) }));
  }

  marked(room: RoomId, marker: ReadMarker): void {
    this.#change(room, (info) => {
      if (marker.seq <= info.read_seq && marker.mseq <= info.read_mseq) return info;
      return {
        ...info,
        read_seq: Math.max(info.read_seq, marker.seq),
        read_mseq: Math.max(info.read_mseq, marker.mseq),
      };
    });
  }

  async create(name: string, access: "open" | "closed"): Promise<Result<RoomInfo>> {
    // Asked again from the same device, the server answers with the same room.
    const result = await this.#insist(() => this.connection.request("room.create", { name, access }));
    if (!result.ok) return result;
    this.joined(result.value.room);
    return { ok: true, value: result.value.room };
  }

  async join(room: RoomId): Promise<Result<RoomInfo>> {
    const n = this.#takeN(room);
    if (n === undefined) return { ok: false, error: kNotConnected };
    const result = await this.#insist(() => this.connection.request("room.join", { room, n }));
    if (!result.ok) return result;
    this.joined(result.value.room);
    return { ok: true, value: result.value.room };
  }

  async leave(room: RoomId): Promise<Result<RoomId>> {
    const n = this.#takeN(room);
    if (n === undefined) return { ok: false, error: kNotConnected };
    const result = await this.#insist(() => this.connection.request("room.leave", { room, n }));
    if (!result.ok && result.error.code !== "not_a_member") return result;
    this.left(room);
    return { ok: true, value: room };
  }

  #takeN(room: RoomId): number | undefined {
    return this.#device === undefined ? undefined : this.counters.take(this.#device, room);
  }

  async #insist<T>(attempt: () => Promise<Result<T>>): Promise<Result<T>> {
    let result = await attempt();
    for (let i = 1; i < kAttempts && !result.ok && result.error.retry !== "no"; i += 1) {
      await this.wait(kRetryMs);
      result = await attempt();
    }
    return result;
  }

  #change(room: RoomId, change: (info: RoomInfo) => RoomInfo): void {
    const { rooms } = this.getSnapshot();
    const before = rooms.find((each) => each.id === room);
    if (before === undefined) return;
    const after = change(before);
    if (after === before) return;
    this.publish({ ...this.getSnapshot(), rooms: rooms.map((each) => (each === before ? after : each)) });
  }

  #publish(rooms: readonly RoomInfo[], lobby = this.getSnapshot().lobby): void {
    const rank = (room: RoomInfo) => (room.id === lobby ? 0 : 1);
    const sorted = [...rooms].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
    this.publish({ lobby, rooms: sorted, ready: true });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
