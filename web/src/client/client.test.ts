import { beforeEach, describe, expect, it, vi } from "vitest";
import { Client } from "./client";
import { Connection } from "./connection";
import { unreadOf } from "./rooms";
import { LocalValues, MemoryStorage } from "./storage";
import {
  FakeSocket,
  kBob,
  kDevice,
  kEpoch,
  kLobby,
  kMe,
  kRoom,
  message,
  roomInfo,
  settle,
  welcome,
} from "./testing/fakes";

const free = { take: () => Promise.resolve(true), release: () => undefined };

// The whole client over a socket without a network. The lobby and one room, both at their first event.
async function setUp() {
  const socket = new FakeSocket();
  const storage = new LocalValues(new MemoryStorage());
  const client = new Client({ connection: new Connection(() => socket), storage, locks: free });
  await client.start();
  client.signIn("Ada");
  const room = roomInfo({ seq: 1, mseq: 1, read_seq: 1, read_mseq: 1 });
  const lobby = roomInfo({ id: kLobby, name: "Lobby", access: "everyone" });
  const connect = () => {
    socket.accept();
    socket.receive("welcome", welcome({ rooms: [lobby, room] }));
  };
  connect();
  const answer = async (name: string, value: unknown) => {
    const at = socket.sent.findIndex((each) => each.name === name);
    const [request] = at < 0 ? [] : socket.sent.splice(at, 1);
    if (request === undefined) throw new Error(`no ${name} is waiting`);
    request.answer(value);
    await settle();
    return request.payload;
  };
  const sentOf = (name: string) => socket.sent.filter((each) => each.name === name).map((each) => each.payload);
  const events = (...list: ReturnType<typeof message>[]) => list.forEach((each) => socket.receive("event", wire(each)));
  return { socket, client, answer, sentOf, events, connect };
}

// An event as it goes over the wire.
function wire({ name, text, ...head }: ReturnType<typeof message>): object {
  return { ...head, body: { name, text } };
}

const pageOf = (...list: ReturnType<typeof message>[]) => ({
  ok: true,
  epoch: kEpoch,
  head: list.at(-1)?.seq ?? 0,
  events: list.map(wire),
  more: false,
  complete: true,
});
const resumedAt = (seq: number, resync = false) => ({
  ok: true,
  rooms: {
    [kRoom]: { epoch: kEpoch, seq, mseq: seq, resync },
    [kLobby]: { epoch: kEpoch, seq: 0, mseq: 0, resync: false },
  },
});

describe("Client", () => {
  beforeEach(() => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
  });

  it("opens the streams of all its rooms when it is welcome", async () => {
    const { sentOf } = await setUp();
    expect(sentOf("resume")).toEqual([{ rooms: { [kLobby]: null, [kRoom]: null } }]);
  });

  it("counts unread messages of rooms that nobody has opened", async () => {
    const { client, events } = await setUp();
    events(message(2), message(3));
    expect(unreadOf(client.rooms.find(kRoom) ?? roomInfo())).toBe(2);
  });

  it("resumes an opened room after its last event and shows what was missed once", async () => {
    const { client, socket, answer, sentOf, events, connect } = await setUp();
    await answer("resume", resumedAt(1));
    const timeline = client.timeline(kRoom);
    await answer("history.get", pageOf(message(1)));
    events(message(2));
    socket.drop();
    client.connection.tryNow();
    connect();
    expect(sentOf("resume")).toEqual([{ rooms: { [kLobby]: null, [kRoom]: { epoch: kEpoch, seq: 2 } } }]);
    events(message(3), message(4));
    await answer("resume", resumedAt(4));
    events(message(4), message(5));
    expect(timeline.getSnapshot().events.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5]);
  });

  it("fills a hole from the last event it has", async () => {
    const { client, answer, sentOf, events } = await setUp();
    await answer("resume", resumedAt(1));
    const timeline = client.timeline(kRoom);
    await answer("history.get", pageOf(message(1)));
    events(message(3));
    await vi.waitFor(() => expect(sentOf("resume")).toHaveLength(1));
    events(message(2), message(3));
    expect(await answer("resume", resumedAt(3))).toEqual({ rooms: { [kRoom]: { epoch: kEpoch, seq: 1 } } });
    expect(timeline.last).toBe(3);
  });

  it.each(["the answer to a resume", "an event of its own"])("loads a room again on a resync by %s", async (how) => {
    const { client, socket, answer } = await setUp();
    const timeline = client.timeline(kRoom);
    await answer("history.get", pageOf(message(1)));
    if (how === "an event of its own") socket.receive("resync", { room: kRoom, reason: "too slow" });
    else await answer("resume", resumedAt(2_000, true));
    await answer("history.get", { ...pageOf(message(1_999), message(2_000)), more: true });
    expect(timeline.getSnapshot().events.map((event) => event.seq)).toEqual([1_999, 2_000]);
  });

  it("takes its own message from the room like everybody's", async () => {
    const { client, answer, events } = await setUp();
    const timeline = client.timeline(kRoom);
    await answer("history.get", pageOf(message(1)));
    client.outbox.add(kRoom, "hello");
    const { n } = (await answer("message.send", { ok: true, seq: 2, mseq: 2, epoch: kEpoch, ts: 1 })) as { n: number };
    expect(client.outbox.itemsOf(kRoom)).toMatchObject([{ state: "sent" }]);
    events(message(2, { sender: kMe.id, device: kDevice, n, text: "hello" }));
    expect(client.outbox.itemsOf(kRoom)).toEqual([]);
    expect(timeline.last).toBe(2);
  });

  it("sends what was written without a connection as soon as it is back", async () => {
    const { client, socket, sentOf, connect } = await setUp();
    socket.drop();
    client.outbox.add(kRoom, "hello");
    await settle();
    expect(sentOf("message.send")).toEqual([]);
    client.connection.tryNow();
    connect();
    expect(sentOf("message.send")).toEqual([{ room: kRoom, n: 2, text: "hello" }]);
  });

  it("marks read up to the newest event it has", async () => {
    const { client, answer, sentOf, events } = await setUp();
    client.timeline(kRoom);
    await answer("history.get", pageOf(message(1)));
    events(message(2));
    client.markRead(kRoom);
    expect(unreadOf(client.rooms.find(kRoom) ?? roomInfo())).toBe(0);
    await vi.waitFor(() => expect(sentOf("read.mark")).toEqual([{ room: kRoom, seq: 2 }]));
  });

  it("follows what other devices of the same person do", async () => {
    const { client, socket, events, sentOf } = await setUp();
    events(message(2));
    socket.receive("read.marked", { room: kRoom, seq: 2, mseq: 2 });
    expect(unreadOf(client.rooms.find(kRoom) ?? roomInfo())).toBe(0);
    const other = roomInfo({ id: "a".repeat(32), name: "Attic" });
    socket.receive("room.joined", other);
    expect(client.rooms.find(other.id)).toBeDefined();
    await vi.waitFor(() => expect(sentOf("resume")).toContainEqual({ rooms: { [other.id]: null } }));
    socket.receive("room.left", { room: other.id });
    expect(client.rooms.find(other.id)).toBeUndefined();
  });

  it("ends a typing mark when the message comes", async () => {
    const { client, socket, events } = await setUp();
    socket.receive("typing", { room: kRoom, user: kBob, on: true });
    expect(client.presence.getSnapshot().size).toBe(1);
    events(message(2));
    expect(client.presence.getSnapshot().size).toBe(0);
  });

  it("goes back to the name when the token is not known any more", async () => {
    const { client, socket } = await setUp();
    socket.drop();
    socket.fail({ code: "bad_token", message: "", retry: "no" });
    expect(client.session.getSnapshot()).toMatchObject({ state: "unknown", refusal: { code: "bad_token" } });
    expect(client.rooms.getSnapshot().rooms).toEqual([]);
  });

  it("forgets everything when the person signs out", async () => {
    const { client } = await setUp();
    client.outbox.add(kRoom, "hello");
    client.drafts.set(kRoom, "half a sentence");
    client.signOut();
    expect(client.session.getSnapshot().state).toBe("unknown");
    expect(client.outbox.itemsOf(kRoom)).toEqual([]);
    expect(client.drafts.get(kRoom)).toBe("");
  });
});
