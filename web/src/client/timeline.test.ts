import { describe, expect, it } from "vitest";
import { Timeline } from "./timeline";
import { FakeRequester, kEpoch, kRoom, message, messages, page, refusal, settle } from "./testing/fakes";

const kNewEpoch = "ffffffffffffffff";

function setUp() {
  const server = new FakeRequester();
  const seen: number[] = [];
  const holes: string[] = [];
  const timeline = new Timeline(kRoom, server, {
    onSeen: (event) => seen.push(event.seq),
    onHole: (room) => holes.push(room),
  });
  const numbers = () => timeline.getSnapshot().events.map((event) => event.seq);
  const load = async (first: number, last: number, more = false) => {
    void timeline.load();
    await server.answer("history.get", page(messages(first, last), { more }));
  };
  return { server, timeline, seen, holes, numbers, load };
}

describe("Timeline", () => {
  it("shows the newest page", async () => {
    const { server, timeline, numbers, seen } = setUp();
    void timeline.load();
    expect(timeline.getSnapshot().status).toBe("loading");
    await server.answer("history.get", page(messages(3, 5), { more: true }));
    expect(timeline.getSnapshot()).toMatchObject({ status: "ready", more: true, epoch: kEpoch });
    expect(numbers()).toEqual([3, 4, 5]);
    expect(seen).toEqual([3, 4, 5]);
  });

  it("asks for as many messages as are unread and some more", () => {
    const { server, timeline } = setUp();
    void timeline.load(60);
    expect(server.of("history.get")).toEqual([{ room: kRoom, limit: 80 }]);
  });

  it("adds the next event, drops a known one, and reports a hole", async () => {
    const { timeline, numbers, holes, load } = setUp();
    await load(1, 2);
    timeline.apply(message(3));
    timeline.apply(message(3));
    timeline.apply(message(1));
    expect(numbers()).toEqual([1, 2, 3]);
    timeline.apply(message(5));
    expect(numbers()).toEqual([1, 2, 3]);
    expect(holes).toEqual([kRoom]);
    expect(timeline.cursor()).toEqual({ epoch: kEpoch, seq: 3 });
  });

  it("adds what came live while the page was loading, each once", async () => {
    const { server, timeline, numbers, holes } = setUp();
    void timeline.load();
    timeline.apply(message(4));
    timeline.apply(message(5));
    await server.answer("history.get", page(messages(1, 4)));
    expect(numbers()).toEqual([1, 2, 3, 4, 5]);
    expect(holes).toEqual([]);
  });

  it("asks for the stream again when it began above the end of the page", async () => {
    const { server, timeline, holes } = setUp();
    void timeline.load();
    timeline.streamAt({ epoch: kEpoch, seq: 6 });
    await server.answer("history.get", page(messages(1, 4)));
    expect(holes).toEqual([kRoom]);
  });

  it("has nothing to go on from before it has loaded", () => {
    expect(setUp().timeline.cursor()).toBeNull();
  });

  it("puts an older page before the rest", async () => {
    const { server, timeline, numbers, load } = setUp();
    await load(4, 6, true);
    void timeline.loadOlder();
    expect(server.of("history.get")).toEqual([{ room: kRoom, before: 4, limit: 50 }]);
    await server.answer("history.get", page(messages(1, 3), { head: 6 }));
    expect(numbers()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(timeline.getSnapshot()).toMatchObject({ more: false, older: "idle" });
  });

  it("keeps live events that come while an older page loads", async () => {
    const { server, timeline, numbers, load } = setUp();
    await load(4, 6, true);
    void timeline.loadOlder();
    timeline.apply(message(7));
    await server.answer("history.get", page(messages(1, 3), { head: 6 }));
    expect(numbers()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it("does not take an older page that would leave a hole", async () => {
    const { server, timeline, numbers, load } = setUp();
    await load(4, 6, true);
    void timeline.loadOlder();
    await server.answer("history.get", page(messages(1, 2), { head: 6 }));
    expect(numbers()).toEqual([4, 5, 6]);
    expect(timeline.getSnapshot().older).toBe("failed");
  });

  it("does not take an empty page of a server that cannot read for the beginning of the room", async () => {
    const { server, timeline, load } = setUp();
    await load(4, 6, true);
    void timeline.loadOlder();
    await server.answer("history.get", page([], { head: 6, more: true, complete: false }));
    expect(timeline.getSnapshot()).toMatchObject({ more: true, older: "failed" });
    void timeline.loadOlder();
    await server.answer("history.get", page(messages(1, 3), { head: 6 }));
    expect(timeline.getSnapshot()).toMatchObject({ more: false, older: "idle" });
  });

  it("asks for one older page at a time", async () => {
    const { server, timeline, load } = setUp();
    await load(4, 6, true);
    void timeline.loadOlder();
    void timeline.loadOlder();
    expect(server.of("history.get")).toHaveLength(1);
  });

  it("does not take an empty incomplete page for an empty room", async () => {
    const { server, timeline } = setUp();
    void timeline.load();
    await server.answer("history.get", page([], { head: 4, more: true, complete: false }));
    expect(timeline.getSnapshot()).toMatchObject({ status: "failed", error: { code: "unavailable" } });
  });

  it("takes a page with a hole in it for no page at all", async () => {
    const { server, timeline } = setUp();
    void timeline.load();
    await server.answer("history.get", page([message(1), message(3)]));
    expect(timeline.getSnapshot().status).toBe("failed");
  });

  it("keeps what it has when loading fails, and may be asked again", async () => {
    const { server, timeline, numbers, load } = setUp();
    await load(1, 3);
    void timeline.reload();
    await server.answer("history.get", refusal("unavailable", "yes"));
    expect(timeline.getSnapshot().status).toBe("failed");
    expect(numbers()).toEqual([1, 2, 3]);
    await load(8, 9);
    expect(numbers()).toEqual([8, 9]);
  });

  it("loads again when an event belongs to another epoch", async () => {
    const { server, timeline, numbers, load } = setUp();
    await load(1, 3);
    timeline.apply(message(4, { epoch: kNewEpoch }));
    const [first, second] = [message(1, { epoch: kNewEpoch }), message(2, { epoch: kNewEpoch })];
    await server.answer("history.get", page([first, second], { epoch: kNewEpoch }));
    expect(timeline.getSnapshot().epoch).toBe(kNewEpoch);
    expect(numbers()).toEqual([1, 2]);
  });

  it("forgets the answer to an older page when it was loaded anew in the meantime", async () => {
    const { server, timeline, numbers, load } = setUp();
    await load(4, 6, true);
    void timeline.loadOlder();
    void timeline.reload();
    await server.answer("history.get", page(messages(1, 3), { head: 6 }));
    await server.answer("history.get", page(messages(20, 21), { more: true }));
    expect(numbers()).toEqual([20, 21]);
    expect(timeline.getSnapshot().older).toBe("idle");
  });

  it("uses only the last of two loads", async () => {
    const { server, timeline, numbers } = setUp();
    void timeline.load();
    void timeline.reload();
    await server.answer("history.get", page(messages(1, 2)));
    await settle();
    expect(timeline.getSnapshot().status).toBe("loading");
    await server.answer("history.get", page(messages(8, 9)));
    expect(numbers()).toEqual([8, 9]);
  });

  it("keeps only the newest events of a room that nobody looks at", async () => {
    const { timeline, numbers, load } = setUp();
    await load(1, 2);
    for (let seq = 3; seq <= 450; seq += 1) timeline.apply(message(seq));
    expect(numbers().length).toBeLessThanOrEqual(400);
    expect(numbers().at(-1)).toBe(450);
    expect(timeline.getSnapshot().more).toBe(true);
  });

  it("forgets nothing under the eyes of somebody who scrolls back", async () => {
    const { timeline, numbers, load } = setUp();
    await load(1, 2);
    timeline.watch("above");
    for (let seq = 3; seq <= 1_600; seq += 1) timeline.apply(message(seq));
    expect(numbers()).toHaveLength(1_600);
    timeline.watch("bottom");
    expect(numbers()).toHaveLength(1_000);
  });
});
