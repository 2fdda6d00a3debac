// Client: everything behind the page, and where every event of the server arrives.
// welcome → rooms known, device's outbox adopted → streams resumed, failed timelines loaded again → outbox flushed.
import { Availability } from "./availability";
import { Connection, type ConnectionListener } from "./connection";
import { Counters } from "./counters";
import { browserLocks, type DeviceLocks } from "./device_locks";
import { Directory } from "./directory";
import { Drafts } from "./drafts";
import { explain } from "./errors";
import { Notices } from "./notices";
import { Outbox } from "./outbox";
import { People } from "./people";
import { Presence } from "./presence";
import type { Resumed, RoomEvent, RoomId, RoomInfo, ServerMessage, Welcome, WireError } from "./protocol";
import { ReadMarks } from "./read_marks";
import { Rooms, unreadOf } from "./rooms";
import { Session } from "./session";
import { LocalValues } from "./storage";
import { Streams } from "./streams";
import { Timeline } from "./timeline";

export type ClientParts = { connection?: Connection; storage?: LocalValues; locks?: DeviceLocks };

export class Client implements ConnectionListener {
  readonly connection: Connection;
  readonly session: Session;
  readonly rooms: Rooms;
  readonly outbox: Outbox;
  readonly presence: Presence;
  readonly people: People;
  readonly availability: Availability;
  readonly directory: Directory;
  readonly drafts: Drafts;
  readonly notices = new Notices();
  readonly #streams: Streams;
  readonly #readMarks: ReadMarks;
  #watched: RoomId | undefined; // whose people are shown
  readonly #timelines = new Map<RoomId, Timeline>();

  constructor({
    connection = new Connection(),
    storage = new LocalValues(),
    locks = browserLocks(),
  }: ClientParts = {}) {
    const counters = new Counters(storage);
    this.connection = connection;
    this.session = new Session(storage, locks);
    this.rooms = new Rooms(connection, counters);
    this.outbox = new Outbox(connection, storage, counters);
    this.presence = new Presence(connection);
    this.people = new People(connection);
    this.availability = new Availability(connection, storage);
    this.directory = new Directory(connection);
    this.drafts = new Drafts(storage);
    this.#readMarks = new ReadMarks(connection, (room, marker) => this.rooms.marked(room, marker));
    this.#streams = new Streams(connection, {
      rooms: () => this.rooms.getSnapshot().rooms.map((room) => room.id),
      cursor: (room) => this.#timelines.get(room)?.cursor() ?? null,
      onResumed: (room, at) => this.#resumed(room, at),
      onGone: (room) => this.#roomLeft(room),
    });
    connection.listen(this);
    connection.subscribe(() => {
      if (connection.getSnapshot().state === "live") return;
      this.presence.clear();
      this.people.clear();
    });
  }

  // Once, when the page has loaded.
  async start(): Promise<void> {
    globalThis.addEventListener("online", () => this.connection.networkChanged(true));
    globalThis.addEventListener("offline", () => this.connection.networkChanged(false));
    // Back from sleep, or from the background where timers are slow.
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "visible") return;
      this.connection.tryNow();
      this.availability.input();
    });
    for (const sign of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) {
      document.addEventListener(sign, () => this.availability.input(), { passive: true });
    }
    this.availability.input();
    this.session.watch((user) => {
      const mine = this.session.getSnapshot();
      if (user === undefined && mine.state === "known" && mine.user !== undefined) this.signOut();
      if (user !== undefined && mine.state === "unknown") void this.#enter();
    });
    await this.#enter();
  }

  signIn(name: string): void {
    this.connection.open(this.session.choose(name));
  }

  // Forgets this person in all tabs, with all that was not sent.
  signOut(): void {
    this.connection.close();
    this.session.signOut();
    this.outbox.clear();
    this.drafts.clear();
    this.availability.clear();
    this.#dropState();
  }

  // The timeline of a room, loading if it has never been looked at.
  timeline(room: RoomId): Timeline {
    const known = this.#timelines.get(room);
    if (known !== undefined) return known;
    const timeline = new Timeline(room, this.connection, {
      onSeen: (event) => this.#seen(event),
      onHole: () => this.#streams.resume(room),
    });
    this.#timelines.set(room, timeline);
    const info = this.rooms.find(room);
    void timeline.load(info === undefined ? 0 : unreadOf(info));
    return timeline;
  }

  // The people of this room are looked at from now on. Streams that open later ask by themselves.
  watchPeople(room: RoomId): void {
    this.#watched = room;
    if (this.connection.getSnapshot().state === "live") void this.people.load(room);
  }

  // Everything up to the newest loaded event was looked at.
  markRead(room: RoomId): void {
    const info = this.rooms.find(room);
    const events = this.#timelines.get(room)?.getSnapshot().events ?? [];
    const last = events.at(-1);
    if (info === undefined || last?.epoch !== info.epoch || last.seq <= info.read_seq) return;
    const message = events.findLast((event) => event.kind === "message");
    this.#readMarks.mark(room, { seq: last.seq, mseq: message?.mseq ?? info.read_mseq });
  }

  async createRoom(name: string, access: "open" | "closed"): Promise<{ room: RoomInfo } | { error: WireError }> {
    const result = await this.rooms.create(name, access);
    if (!result.ok) return { error: result.error };
    this.#streams.resume(result.value.id);
    return { room: result.value };
  }

  async joinRoom(room: RoomId): Promise<boolean> {
    const result = await this.rooms.join(room);
    if (result.ok) this.#streams.resume(room);
    else if (result.error.code !== "already_a_member") this.notices.say("error", explain(result.error));
    return result.ok || result.error.code === "already_a_member";
  }

  async leaveRoom(room: RoomId): Promise<boolean> {
    const result = await this.rooms.leave(room);
    if (result.ok) this.#roomLeft(room);
    else this.notices.say("error", explain(result.error));
    return result.ok;
  }

  dispatch(message: ServerMessage): void {
    switch (message.name) {
      case "welcome":
        return this.#welcomed(message.payload);
      case "event":
        return this.#event(message.payload);
      case "resync":
        return this.#resync(message.payload.room);
      case "typing":
        return this.presence.heard(message.payload, this.session.getSnapshot().user?.id);
      case "presence":
        return this.people.heard(message.payload);
      case "room.joined":
        this.rooms.joined(message.payload);
        return this.#streams.resume(message.payload.id);
      case "room.left":
        return this.#roomLeft(message.payload.room);
      case "read.marked":
        return this.rooms.marked(message.payload.room, message.payload);
      default:
        return message satisfies never;
    }
  }

  onRefused(error: WireError): void {
    this.session.refused(error);
    this.#dropState();
  }

  async #enter(): Promise<void> {
    const auth = await this.session.start();
    if (auth !== undefined) this.connection.open(auth);
  }

  #welcomed(welcome: Welcome): void {
    const before = this.session.getSnapshot().user;
    if (before !== undefined && before.id !== welcome.user.id) this.#dropState();
    this.connection.use(this.session.welcomed(welcome));
    this.drafts.of(welcome.user.id);
    this.outbox.adopt(welcome.device);
    this.rooms.welcomed(welcome.lobby, welcome.rooms, welcome.rooms_complete, welcome.device);
    for (const room of this.#timelines.keys()) {
      if (this.rooms.find(room) === undefined) this.#timelines.delete(room);
    }
    this.availability.connected();
    void this.#streams.resumeAll();
    for (const timeline of this.#timelines.values()) {
      if (timeline.getSnapshot().status === "failed") void timeline.load();
    }
    this.#readMarks.flush();
    this.outbox.flush();
  }

  #event(event: RoomEvent): void {
    const info = this.rooms.find(event.room);
    if (event.epoch === info?.epoch && event.seq > info.seq) {
      if (event.kind === "member.joined") this.rooms.memberCount(event.room, 1);
      if (event.kind === "member.left") this.rooms.memberCount(event.room, -1);
    }
    const mseq = event.kind === "message" ? { mseq: event.mseq } : {};
    this.#reached(event.room, { epoch: event.epoch, seq: event.seq, ...mseq });
    this.presence.ended(event.room, event.sender);
    const timeline = this.#timelines.get(event.room);
    if (timeline === undefined) this.outbox.seen(event);
    else timeline.apply(event);
  }

  #seen(event: RoomEvent): void {
    this.outbox.seen(event);
    this.#streams.moved(event.room);
  }

  #resumed(room: RoomId, at: Exclude<Resumed, { error: unknown }>): void {
    this.#reached(room, at);
    if (this.#watched === room) void this.people.load(room);
    const timeline = this.#timelines.get(room);
    if (timeline === undefined) return;
    if (at.resync) void timeline.reload();
    else timeline.streamAt(at);
  }

  #resync(room: RoomId): void {
    const timeline = this.#timelines.get(room);
    if (timeline === undefined) return this.#streams.resume(room);
    void timeline.reload().then(() => this.#streams.resume(room));
  }

  #reached(room: RoomId, head: { epoch: string; seq: number; mseq?: number }): void {
    const before = this.rooms.find(room)?.epoch;
    this.rooms.reached(room, head);
    if (before !== undefined && before !== head.epoch) this.#readMarks.forget(room);
  }

  #roomLeft(room: RoomId): void {
    this.rooms.left(room);
    this.outbox.dropRoom(room);
    this.#readMarks.forget(room);
    this.people.forget(room);
    this.#timelines.delete(room);
  }

  #dropState(): void {
    this.rooms.clear();
    this.#timelines.clear();
    this.#streams.clear();
    this.#readMarks.clear();
    this.presence.clear();
    this.people.clear();
  }
}
