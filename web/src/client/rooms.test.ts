import { describe, expect, it } from "vitest";
import { Counters } from "./counters";
import { Rooms, unreadOf } from "./rooms";
import { LocalValues, MemoryStorage } from "./storage";
import { FakeRequester, kDevice, kEpoch, kLobby, kRoom, refusal, roomInfo, settle } from "./testing/fakes";

const lobby = roomInfo({ id: kLobby, name: "Lobby", access: "everyone" });

function setUp() {
  const server = new FakeRequester();
  const rooms = new Rooms(server, new Counters(new LocalValues(new MemoryStorage())), () => Promise.resolve());
  const welcomed = (...more: ReturnType<typeof roomInfo>[]) => rooms.welcomed(kLobby, [lobby, ...more], true, kDevice);
  const names = () => rooms.getSnapshot().rooms.map((room) => room.name);
  const unread = () => unreadOf(rooms.find(kRoom) ?? roomInfo());
  return { server, rooms, welcomed, names, unread };
}

const joined = (room = roomInfo()) => ({ ok: true as const, value: { seq: 2, epoch: kEpoch, room } });

describe("Rooms", () => {
  it("lists the lobby first, then by name", () => {
    const { welcomed, names } = setUp();
    welcomed(roomInfo({ name: "Zoo" }), roomInfo({ id: "a".repeat(32), name: "attic" }));
    expect(names()).toEqual(["Lobby", "attic", "Zoo"]);
  });

  it("forgets rooms that a complete list does not name, and keeps them when it is incomplete", () => {
    const { rooms, welcomed, names } = setUp();
    welcomed(roomInfo());
    rooms.welcomed(kLobby, [lobby], false, kDevice);
    expect(names()).toEqual(["Lobby", "Engine room"]);
    rooms.welcomed(kLobby, [lobby], true, kDevice);
    expect(names()).toEqual(["Lobby"]);
  });

  it("counts as unread the messages above the marker, not other events", () => {
    const { rooms, welcomed, unread } = setUp();
    welcomed(roomInfo({ seq: 12, mseq: 9, read_seq: 10, read_mseq: 8 }));
    expect(unread()).toBe(1);
    rooms.reached(kRoom, { epoch: kEpoch, seq: 13 });
    expect(unread()).toBe(1);
    rooms.reached(kRoom, { epoch: kEpoch, seq: 14, mseq: 10 });
    expect(unread()).toBe(2);
  });

  it("never goes back to a lower head or marker", () => {
    const { rooms, welcomed, unread } = setUp();
    welcomed(roomInfo({ seq: 12, mseq: 9, read_seq: 10, read_mseq: 8 }));
    rooms.reached(kRoom, { epoch: kEpoch, seq: 11, mseq: 7 });
    rooms.marked(kRoom, { seq: 3, mseq: 2 });
    expect(unread()).toBe(1);
    rooms.marked(kRoom, { seq: 12, mseq: 9 });
    expect(unread()).toBe(0);
  });

  it("starts anew at the head of another epoch", () => {
    const { rooms, welcomed, unread } = setUp();
    welcomed(roomInfo({ seq: 12, mseq: 9, read_seq: 12, read_mseq: 9 }));
    rooms.reached(kRoom, { epoch: "f".repeat(16), seq: 5, mseq: 4 });
    expect(rooms.find(kRoom)).toMatchObject({ epoch: "f".repeat(16), seq: 5, mseq: 4 });
    expect(unread()).toBe(0);
  });

  it("comes and goes by whatever device", () => {
    const { rooms, welcomed, names } = setUp();
    welcomed();
    rooms.joined(roomInfo());
    rooms.joined(roomInfo({ members: 2 }));
    expect(names()).toEqual(["Lobby", "Engine room"]);
    rooms.left(kRoom);
    expect(names()).toEqual(["Lobby"]);
  });

  it("is in a room once it has made it", async () => {
    const { server, rooms, welcomed, names } = setUp();
    welcomed();
    const made = rooms.create("Engine room", "open");
    await server.answer("room.create", { ok: true, value: { room: roomInfo() } });
    expect((await made).ok).toBe(true);
    expect(names()).toContain("Engine room");
  });

  it("passes on why a room could not be made", async () => {
    const { server, rooms, welcomed } = setUp();
    welcomed();
    const made = rooms.create("Lobby", "open");
    await server.answer("room.create", refusal("name_taken", "no"));
    expect(await made).toMatchObject({ ok: false, error: { code: "name_taken" } });
  });

  it("repeats a join of unknown outcome with the same n", async () => {
    const { server, rooms, welcomed } = setUp();
    welcomed();
    const join = rooms.join(kRoom);
    expect(server.of("room.join")).toEqual([{ room: kRoom, n: 2 }]);
    await server.answer("room.join", refusal("no_answer", "same"));
    expect(server.of("room.join")).toEqual([{ room: kRoom, n: 2 }]);
    await server.answer("room.join", joined());
    expect((await join).ok).toBe(true);
  });

  it("gives up after three tries", async () => {
    const { server, rooms, welcomed } = setUp();
    welcomed();
    const join = rooms.join(kRoom);
    for (let i = 0; i < 3; i += 1) await server.answer("room.join", refusal("busy", "yes"));
    expect(await join).toMatchObject({ ok: false, error: { code: "busy" } });
    await settle();
    expect(server.of("room.join")).toEqual([]);
  });

  it("uses another n for the next request", async () => {
    const { server, rooms, welcomed, names } = setUp();
    welcomed(roomInfo());
    const leave = rooms.leave(kRoom);
    await server.answer("room.leave", { ok: true, value: { seq: 3, epoch: kEpoch } });
    expect((await leave).ok).toBe(true);
    expect(names()).toEqual(["Lobby"]);
    void rooms.join(kRoom);
    expect(server.of("room.join")).toEqual([{ room: kRoom, n: 3 }]);
  });

  it("is out of a room that it was not in any more", async () => {
    const { server, rooms, welcomed, names } = setUp();
    welcomed(roomInfo());
    void rooms.leave(kRoom);
    await server.answer("room.leave", refusal("not_a_member", "no"));
    expect(names()).toEqual(["Lobby"]);
  });

  it("asks for nothing before it knows its device", async () => {
    const { server, rooms } = setUp();
    expect((await rooms.join(kRoom)).ok).toBe(false);
    expect(server.calls).toEqual([]);
  });
});
