// Timeline: the loaded stretch of one room's events, without holes, up to the newest one.
// idle → loading → ready; failed keeps what it had and waits for load(). Rule for a live event: known number → drop,
// next → append, higher → hole: ask for the stream again from the last one. Another epoch → load again.
// Limits: 256 live events are kept while a page loads (the rest shows up as a hole); of a room that nobody looks at the
// newest 200 stay; 20,000 events are the most that scrolling back may load.
import type { Requester } from "./connection";
import { kBadAnswer } from "./errors";
import type { Cursor, Epoch, Page, RoomEvent, RoomId, WireError } from "./protocol";
import { Store } from "./store";

const kPageMessages = 50;
const kLargestPage = 100;
const kMaxKeptWhileLoading = 256;
const kKeepUnwatched = 200;
const kTrimUnwatchedAt = 400;
const kKeepAtBottom = 1_000;
const kTrimAtBottomAt = 1_500;
const kMostEvents = 20_000;

export type TimelineState = {
  status: "idle" | "loading" | "ready" | "failed";
  epoch: Epoch;
  events: readonly RoomEvent[];
  more: boolean; // older events exist
  older: "idle" | "loading" | "failed";
  error: WireError | undefined;
};

export type TimelineListener = {
  // A live event, or one of a loaded page, is in the timeline now.
  onSeen(event: RoomEvent): void;
  // Events are missing between the last one and the head: the stream has to start anew from cursor().
  onHole(room: RoomId): void;
};

const kIdle: TimelineState = { status: "idle", epoch: "", events: [], more: false, older: "idle", error: undefined };

export class Timeline extends Store<TimelineState> {
  #generation = 0;
  #kept: RoomEvent[] = [];
  #streamSeq = 0; // the stream is known to reach up to here
  #watch: "no" | "bottom" | "above" = "no";

  constructor(
    readonly room: RoomId,
    private readonly connection: Requester,
    private readonly listener: TimelineListener,
  ) {
    super(kIdle);
  }

  get last(): number {
    return this.getSnapshot().events.at(-1)?.seq ?? 0;
  }

  // From where the stream should go on; null: there is nothing here to go on from.
  cursor(): Cursor | null {
    const { status, epoch } = this.getSnapshot();
    return status === "ready" ? { epoch, seq: this.last } : null;
  }

  // How the room is looked at: what may be forgotten follows from it.
  watch(how: "no" | "bottom" | "above"): void {
    this.#watch = how;
    this.#trim();
  }

  // The newest page; what is shown stays until it has come.
  async load(unread = 0): Promise<void> {
    if (this.getSnapshot().status !== "loading") await this.#fetch(unread);
  }

  // The numbers in hand do not count any more, or too much was missed.
  async reload(): Promise<void> {
    this.#kept = [];
    await this.#fetch(0);
  }

  async loadOlder(): Promise<void> {
    const { status, events, more, older, epoch } = this.getSnapshot();
    const first = events[0];
    if (status !== "ready" || !more || older === "loading" || first === undefined || events.length >= kMostEvents)
      return;
    const generation = this.#generation;
    this.publish({ ...this.getSnapshot(), older: "loading" });
    const bounds = { room: this.room, before: first.seq, limit: kPageMessages };
    const result = await this.connection.request("history.get", bounds);
    const now = this.getSnapshot();
    if (generation !== this.#generation || now.events[0]?.seq !== first.seq) return;
    if (!result.ok) return this.publish({ ...now, older: "failed" });
    const page = result.value;
    if (page.epoch !== epoch) return this.reload();
    // Without the page just before the first event the stretch would have a hole.
    if (!isRun(page.events, epoch) || (page.more && page.events.length === 0) || !endsBefore(page, first.seq)) {
      return this.publish({ ...now, older: "failed" });
    }
    this.publish({ ...now, events: [...page.events, ...now.events], more: page.more, older: "idle" });
    for (const event of page.events) this.listener.onSeen(event);
  }

  apply(event: RoomEvent): void {
    const { status, epoch } = this.getSnapshot();
    if (status === "idle") return;
    if (status !== "ready") {
      this.#kept.push(event);
      if (this.#kept.length > kMaxKeptWhileLoading) this.#kept.shift();
      return;
    }
    if (event.epoch !== epoch) return void this.reload();
    if (event.seq <= this.last) return;
    if (event.seq > this.last + 1) return this.listener.onHole(this.room);
    const now = this.getSnapshot();
    this.publish({ ...now, events: [...now.events, event] });
    this.#trim();
    this.listener.onSeen(event);
  }

  // The answer to a resume: the stream goes on after this event.
  streamAt(cursor: Cursor): void {
    this.#streamSeq = cursor.seq;
    const { status, epoch } = this.getSnapshot();
    if (status !== "ready") return;
    if (cursor.epoch !== epoch) void this.reload();
    else if (this.last < cursor.seq) this.listener.onHole(this.room);
  }

  async #fetch(unread: number): Promise<void> {
    const generation = (this.#generation += 1);
    this.publish({ ...this.getSnapshot(), status: "loading", older: "idle", error: undefined });
    const limit = Math.min(kLargestPage, Math.max(kPageMessages, unread + 20));
    const result = await this.connection.request("history.get", { room: this.room, limit });
    if (generation !== this.#generation) return;
    if (!result.ok) return this.#fail(result.error);
    const page = result.value;
    if (!isRun(page.events, page.epoch)) return this.#fail(kBadAnswer);
    if (!page.complete && page.events.length === 0) {
      return this.#fail({ code: "unavailable", message: "The history cannot be read now.", retry: "yes" });
    }
    const { epoch, events, more } = page;
    this.publish({ status: "ready", epoch, events, more, older: "idle", error: undefined });
    for (const event of events) this.listener.onSeen(event);
    this.#catchUp(page.head);
  }

  #catchUp(head: number): void {
    const kept = this.#kept;
    this.#kept = [];
    for (const event of kept) this.apply(event);
    const { status } = this.getSnapshot();
    if (status === "ready" && this.last < Math.max(head, this.#streamSeq)) this.listener.onHole(this.room);
    this.#streamSeq = 0;
  }

  #fail(error: WireError): void {
    this.publish({ ...this.getSnapshot(), status: "failed", error });
  }

  #trim(): void {
    const { events } = this.getSnapshot();
    let keep = events.length;
    if (this.#watch === "no" && events.length > kTrimUnwatchedAt) keep = kKeepUnwatched;
    if (this.#watch === "bottom" && events.length > kTrimAtBottomAt) keep = kKeepAtBottom;
    if (keep < events.length) this.publish({ ...this.getSnapshot(), events: events.slice(-keep), more: true });
  }
}

function isRun(events: readonly RoomEvent[], epoch: Epoch): boolean {
  return events.every((event, i) => event.epoch === epoch && event.seq === (events[0]?.seq ?? 0) + i);
}

function endsBefore(page: Page, seq: number): boolean {
  const last = page.events.at(-1);
  return last === undefined ? page.complete : last.seq === seq - 1;
}
