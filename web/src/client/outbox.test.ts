import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Counters } from "./counters";
import { kMaxWaiting, Outbox } from "./outbox";
import { LocalValues, MemoryStorage } from "./storage";
import { FakeRequester, kDevice, kEpoch, kMe, kOtherDevice, kRoom, message, refusal, settle } from "./testing/fakes";

function setUp(backend = new MemoryStorage()) {
  const server = new FakeRequester();
  const storage = new LocalValues(backend);
  const outbox = new Outbox(server, storage, new Counters(storage));
  outbox.adopt(kDevice);
  const texts = () => outbox.itemsOf(kRoom).map((item) => item.text);
  const states = () => outbox.itemsOf(kRoom).map((item) => item.state);
  return { server, outbox, backend, storage, texts, states };
}

const sent = (seq: number) => ({ ok: true as const, value: { seq, mseq: seq, epoch: kEpoch, ts: seq } });
const mine = (seq: number, n: number) => message(seq, { sender: kMe.id, device: kDevice, n });

describe("Outbox", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("sends one message at a time, in the order they were written", async () => {
    const { server, outbox } = setUp();
    outbox.add(kRoom, "one");
    outbox.add(kRoom, "two");
    expect(server.of("message.send")).toEqual([{ room: kRoom, n: 2, text: "one" }]);
    await server.answer("message.send", sent(5));
    expect(server.of("message.send")).toEqual([{ room: kRoom, n: 3, text: "two" }]);
  });

  it("leaves n = 1 to the making of the room", () => {
    const { server, outbox } = setUp();
    outbox.add(kRoom, "first of this device");
    expect(server.of("message.send")).toMatchObject([{ n: 2 }]);
  });

  it("has the number in storage before the bytes leave", () => {
    const { outbox, storage, server } = setUp();
    const kept: unknown[] = [];
    const request = server.request.bind(server);
    vi.spyOn(server, "request").mockImplementation((name, payload) => {
      kept.push(storage.read(`n.${kDevice}.${kRoom}`), storage.read(`outbox.${kDevice}.${kRoom}`));
      return request(name, payload);
    });
    outbox.add(kRoom, "hello");
    expect(kept).toMatchObject([2, [{ n: 2, text: "hello" }]]);
  });

  it("keeps an acknowledged message until the room shows it", async () => {
    const { server, outbox, states } = setUp();
    outbox.add(kRoom, "hello");
    await server.answer("message.send", sent(5));
    expect(states()).toEqual(["sent"]);
    outbox.seen(mine(5, 2));
    expect(states()).toEqual([]);
  });

  it("is done with a message that the room shows before the acknowledgement comes", async () => {
    const { server, outbox, states } = setUp();
    outbox.add(kRoom, "hello");
    outbox.seen(mine(5, 2));
    expect(states()).toEqual([]);
    await server.answer("message.send", sent(5));
    expect(states()).toEqual([]);
  });

  it("does not take another device's message for its own", () => {
    const { outbox, states } = setUp();
    outbox.add(kRoom, "hello");
    outbox.seen(message(5, { sender: kMe.id, device: kOtherDevice, n: 2 }));
    expect(states()).toEqual(["pending"]);
  });

  it.each(["yes", "same"] as const)("repeats with the same n, later, when the answer says retry %s", async (retry) => {
    const { server, outbox } = setUp();
    outbox.add(kRoom, "hello");
    outbox.add(kRoom, "behind it");
    await server.answer("message.send", refusal("unknown", retry));
    expect(server.of("message.send")).toEqual([]);
    vi.advanceTimersByTime(1_000);
    await settle();
    expect(server.of("message.send")).toEqual([{ room: kRoom, n: 2, text: "hello" }]);
  });

  it("waits longer from try to try", async () => {
    const { server, outbox } = setUp();
    outbox.add(kRoom, "hello");
    for (let i = 0; i < 4; i += 1) {
      await server.answer("message.send", refusal("busy", "yes"));
      vi.advanceTimersByTime(60_000);
      await settle();
    }
    await server.answer("message.send", refusal("busy", "yes"));
    vi.advanceTimersByTime(7_000);
    await settle();
    expect(server.of("message.send")).toEqual([]);
  });

  it("tries at once when the connection is back", async () => {
    const { server, outbox } = setUp();
    outbox.add(kRoom, "hello");
    await server.answer("message.send", refusal("no_answer", "same"));
    outbox.flush();
    expect(server.of("message.send")).toMatchObject([{ n: 2 }]);
  });

  it("keeps a refused message with its reason and goes on with the next", async () => {
    const { server, outbox, states } = setUp();
    outbox.add(kRoom, "bad");
    outbox.add(kRoom, "good");
    await server.answer("message.send", refusal("bad_text", "no"));
    expect(states()).toEqual(["failed", "pending"]);
    expect(outbox.itemsOf(kRoom)[0]?.error?.code).toBe("bad_text");
    expect(server.of("message.send")).toMatchObject([{ n: 3, text: "good" }]);
  });

  it("gives a failed message a new n when a person sends it again", async () => {
    const { server, outbox } = setUp();
    outbox.add(kRoom, "hello");
    await server.answer("message.send", refusal("refused_before", "no"));
    outbox.retry(kRoom, outbox.itemsOf(kRoom)[0]?.id ?? "");
    expect(server.of("message.send")).toEqual([{ room: kRoom, n: 3, text: "hello" }]);
  });

  it("forgets a failed message when a person deletes it, but never one that is under way", async () => {
    const { server, outbox, texts } = setUp();
    outbox.add(kRoom, "failed");
    outbox.add(kRoom, "under way");
    await server.answer("message.send", refusal("bad_text", "no"));
    for (const item of outbox.itemsOf(kRoom)) outbox.discard(kRoom, item.id);
    expect(texts()).toEqual(["under way"]);
  });

  it("takes over what a closed tab left, with the same n", () => {
    const first = setUp();
    first.outbox.add(kRoom, "left");
    first.outbox.add(kRoom, "not tried yet");
    const second = setUp(first.backend);
    expect(second.texts()).toEqual(["left", "not tried yet"]);
    second.outbox.flush();
    expect(second.server.of("message.send")).toEqual([{ room: kRoom, n: 2, text: "left" }]);
  });

  it("never uses a number again after a reload", async () => {
    const first = setUp();
    first.outbox.add(kRoom, "one");
    await first.server.answer("message.send", sent(1));
    const second = setUp(first.backend);
    second.outbox.add(kRoom, "two");
    expect(second.server.of("message.send")).toMatchObject([{ n: 3 }]);
  });

  it("counts on from what the room shows when storage was lost", () => {
    const { server, outbox } = setUp();
    outbox.seen(mine(40, 17));
    outbox.add(kRoom, "hello");
    expect(server.of("message.send")).toMatchObject([{ n: 18 }]);
  });

  it("ignores what it cannot read in storage", () => {
    const backend = new MemoryStorage();
    backend.setItem(`skat.outbox.${kDevice}.${kRoom}`, '[{"id":1}]');
    expect(setUp(backend).texts()).toEqual([]);
  });

  it("sends nothing that could not be kept, and says so", () => {
    const { server, outbox, backend, texts } = setUp();
    vi.spyOn(backend, "setItem").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    expect(outbox.add(kRoom, "hello")).toBe("no_storage");
    expect(texts()).toEqual([]);
    expect(server.calls).toEqual([]);
  });

  it("refuses a text when too many wait already", () => {
    const { outbox } = setUp();
    for (let i = 0; i < kMaxWaiting; i += 1) expect(outbox.add(kRoom, `${i}`)).toBeUndefined();
    expect(outbox.add(kRoom, "one too many")).toBe("full");
  });

  it("keeps the rooms apart", async () => {
    const { server, outbox } = setUp();
    const other = "c05b7f1e3d924a86b1f0e2d94c7a6385";
    outbox.add(kRoom, "here");
    outbox.add(other, "there");
    expect(server.of("message.send")).toMatchObject([
      { room: kRoom, n: 2 },
      { room: other, n: 2 },
    ]);
    await server.answer("message.send", refusal("busy", "yes"));
    await server.answer("message.send", sent(1));
    expect(outbox.itemsOf(other)[0]?.state).toBe("sent");
  });

  it("leaves nothing behind when the person signs out", () => {
    const { outbox, backend } = setUp();
    outbox.add(kRoom, "hello");
    outbox.clear();
    expect(setUp(backend).texts()).toEqual([]);
  });
});
