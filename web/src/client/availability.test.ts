import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Availability, kIdleAfterMs } from "./availability";
import { LocalValues, MemoryStorage } from "./storage";
import { FakeRequester } from "./testing/fakes";

function setUp(storage = new LocalValues(new MemoryStorage())) {
  const server = new FakeRequester();
  const availability = new Availability(server, storage);
  return { server, availability, storage, told: () => server.of("presence.set") };
}

describe("Availability", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("says nothing as long as it is as the server takes it to be", () => {
    const { availability, told } = setUp();
    availability.choose("active", "");
    availability.connected();
    availability.input();
    expect(told()).toEqual([]);
  });

  it("is away after minutes without input, and active again with the first", () => {
    const { availability, told } = setUp();
    availability.connected();
    availability.input();
    vi.advanceTimersByTime(kIdleAfterMs - 1);
    expect(told()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(availability.shown).toBe("away");
    availability.input();
    expect(told()).toEqual([{ state: "away" }, { state: "active" }]);
  });

  it("puts the end off with each input", () => {
    const { availability, told } = setUp();
    availability.connected();
    for (let i = 0; i < 10; i += 1) {
      availability.input();
      vi.advanceTimersByTime(kIdleAfterMs - 1);
    }
    expect(told()).toEqual([]);
  });

  it("keeps a choice whatever the hands do, over connections and reloads", () => {
    const { availability, told, storage } = setUp();
    availability.connected();
    availability.choose("dnd", "  writing ");
    vi.advanceTimersByTime(kIdleAfterMs * 2);
    availability.input();
    expect(told()).toEqual([{ state: "dnd", text: "writing" }]);
    availability.connected();
    expect(told()).toHaveLength(2);
    const again = setUp(storage);
    again.availability.connected();
    expect(again.told()).toEqual([{ state: "dnd", text: "writing" }]);
  });

  it("cuts a text at its limit, by code points", () => {
    const { availability } = setUp();
    availability.choose("active", "🂡".repeat(70));
    expect([...availability.getSnapshot().text]).toHaveLength(64);
  });

  it("forgets the choice of a person who has signed out", () => {
    const { availability, told } = setUp();
    availability.connected();
    availability.choose("dnd", "writing");
    availability.clear();
    expect(availability.getSnapshot()).toMatchObject({ chosen: "active", text: "" });
    availability.connected();
    expect(told()).toHaveLength(1);
  });
});
