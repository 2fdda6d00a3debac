// Directory: the open rooms that one may join, page by page.
// Limit: 2,000 rooms are loaded at most.
import type { Requester } from "./connection";
import type { RoomInfo, WireError } from "./protocol";
import { Store } from "./store";

const kPage = 100;
const kMost = 2_000;

export type DirectoryState = {
  status: "idle" | "loading" | "ready" | "failed";
  rooms: readonly RoomInfo[];
  next: string | undefined; // where the next page begins
  error: WireError | undefined;
};

const kIdle: DirectoryState = { status: "idle", rooms: [], next: undefined, error: undefined };

export class Directory extends Store<DirectoryState> {
  constructor(private readonly connection: Requester) {
    super(kIdle);
  }

  // From the beginning.
  async load(): Promise<void> {
    this.publish(kIdle);
    await this.more();
  }

  async more(): Promise<void> {
    const before = this.getSnapshot();
    const atEnd = before.status === "ready" && before.next === undefined;
    if (before.status === "loading" || atEnd || before.rooms.length >= kMost) return;
    const loading: DirectoryState = { ...before, status: "loading", error: undefined };
    this.publish(loading);
    const from = before.next === undefined ? {} : { after: before.next };
    const result = await this.connection.request("room.list", { ...from, limit: kPage });
    // Begun anew in the meantime.
    if (this.getSnapshot() !== loading) return;
    if (!result.ok) return this.publish({ ...before, status: "failed", error: result.error });
    const rooms = [...before.rooms, ...result.value.rooms];
    this.publish({ status: "ready", rooms, next: result.value.next, error: undefined });
  }
}
