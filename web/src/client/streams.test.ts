import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Cursor, Resumed } from "./protocol";
import { Streams } from "./streams";
import { FakeRequester, kEpoch, kRoom, refusal, settle, wireError } from "./testing/fakes";

function setUp(rooms = [kRoom], cursor: Cursor | null = { epoch: kEpoch, seq: 3 }) {
  const server = new FakeRequester();
  const resumed: string[] = [];
  const gone: string[] = [];
  const streams = new Streams(server, {
    rooms: () => rooms,
    cursor: () => cursor,
    onResumed: (room) => resumed.push(room),
    onGone: (room) => gone.push(room),
  });
  const answer = (each: Resumed) => server.answer("resume", { ok: true, value: { rooms: { [kRoom]: each } } });
  return { server, streams, resumed, gone, answer };
}

const live: Resumed = { epoch: kEpoch, seq: 5, mseq: 4, resync: false };

describe("Streams", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("resumes every room from where it stands", async () => {
    const { server, streams, resumed, answer } = setUp();
    void streams.resumeAll();
    expect(server.of("resume")).toEqual([{ rooms: { [kRoom]: { epoch: kEpoch, seq: 3 } } }]);
    await answer(live);
    expect(resumed).toEqual([kRoom]);
  });

  it("asks for at most 500 rooms at a time", async () => {
    const rooms = Array.from({ length: 1_100 }, (_, i) => i.toString(16).padStart(32, "0"));
    const { server, streams } = setUp(rooms, null);
    void streams.resumeAll();
    const sizes: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      const [request] = server.of("resume") as { rooms: object }[];
      sizes.push(Object.keys(request?.rooms ?? {}).length);
      const all = Object.fromEntries(Object.keys(request?.rooms ?? {}).map((room) => [room, live]));
      await server.answer("resume", { ok: true, value: { rooms: all } });
    }
    expect(sizes).toEqual([500, 500, 100]);
  });

  it("resumes a room with a hole at once, and only once while it waits", async () => {
    const { server, streams } = setUp();
    streams.resume(kRoom);
    streams.resume(kRoom);
    await vi.advanceTimersByTimeAsync(0);
    streams.resume(kRoom);
    expect(server.of("resume")).toHaveLength(1);
  });

  it("pauses longer and longer while a hole does not close", async () => {
    const { server, streams, answer } = setUp();
    for (let i = 0; i < 7; i += 1) {
      streams.resume(kRoom);
      await vi.advanceTimersByTimeAsync(15_000);
      await answer(live);
    }
    streams.resume(kRoom);
    await vi.advanceTimersByTimeAsync(7_000);
    expect(server.of("resume")).toEqual([]);
  });

  it("is at once there again after the room has moved on", async () => {
    const { server, streams, answer } = setUp();
    for (let i = 0; i < 5; i += 1) {
      streams.resume(kRoom);
      await vi.advanceTimersByTimeAsync(15_000);
      await answer(live);
    }
    streams.moved(kRoom);
    streams.resume(kRoom);
    await vi.advanceTimersByTimeAsync(0);
    expect(server.of("resume")).toHaveLength(1);
  });

  it("tries again when the server cannot now", async () => {
    const { server, streams, answer, resumed } = setUp();
    void streams.resumeAll();
    await answer({ error: wireError("unavailable", "yes") });
    await vi.advanceTimersByTimeAsync(0);
    await server.answer("resume", refusal("unavailable", "yes"));
    await vi.advanceTimersByTimeAsync(15_000);
    await answer(live);
    expect(resumed).toEqual([kRoom]);
  });

  it("waits for the next connection when there is none", async () => {
    const { server, streams } = setUp();
    void streams.resumeAll();
    await server.answer("resume", refusal("not_connected", "yes"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.of("resume")).toEqual([]);
  });

  it("reports a room that is none of ours any more", async () => {
    const { streams, gone, answer } = setUp();
    void streams.resumeAll();
    await answer({ error: wireError("unknown_room", "no") });
    expect(gone).toEqual([kRoom]);
  });

  it("does not care for answers of an earlier connection", async () => {
    const { server, streams, resumed } = setUp();
    void streams.resumeAll();
    streams.clear();
    await server.answer("resume", { ok: true, value: { rooms: { [kRoom]: live } } });
    await settle();
    expect(resumed).toEqual([]);
  });
});
