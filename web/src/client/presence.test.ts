import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { kTypingEveryMs, kTypingLifetimeMs, Presence } from "./presence";
import { FakeRequester, kBob, kLobby, kMe, kRoom } from "./testing/fakes";

function setUp() {
  const server = new FakeRequester();
  const presence = new Presence(server);
  const names = () => (presence.getSnapshot().get(kRoom) ?? []).map((user) => user.name);
  const bob = (on: boolean) => presence.heard({ room: kRoom, user: kBob, on }, kMe.id);
  return { server, presence, names, bob };
}

describe("Presence", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("shows who is typing until they stop", () => {
    const { names, bob } = setUp();
    bob(true);
    expect(names()).toEqual(["Bob"]);
    bob(false);
    expect(names()).toEqual([]);
  });

  it("lets a mark end by itself", () => {
    const { names, bob } = setUp();
    bob(true);
    vi.advanceTimersByTime(kTypingLifetimeMs - 1);
    expect(names()).toEqual(["Bob"]);
    vi.advanceTimersByTime(1);
    expect(names()).toEqual([]);
  });

  it("renews a mark that is said again", () => {
    const { names, bob } = setUp();
    bob(true);
    vi.advanceTimersByTime(kTypingLifetimeMs - 1);
    bob(true);
    vi.advanceTimersByTime(kTypingLifetimeMs - 1);
    expect(names()).toEqual(["Bob"]);
  });

  it("does not show my own other tabs", () => {
    const { presence, names } = setUp();
    presence.heard({ room: kRoom, user: kMe, on: true }, kMe.id);
    expect(names()).toEqual([]);
  });

  it("ends when the message has come", () => {
    const { presence, names, bob } = setUp();
    bob(true);
    presence.ended(kRoom, kBob.id);
    expect(names()).toEqual([]);
  });

  it("tells the others at most once in three seconds", () => {
    const { server, presence } = setUp();
    for (let i = 0; i < 10; i += 1) presence.typed(kRoom);
    expect(server.of("typing")).toEqual([{ room: kRoom, on: true }]);
    vi.advanceTimersByTime(kTypingEveryMs);
    presence.typed(kRoom);
    expect(server.of("typing")).toHaveLength(2);
  });

  it("tells them that it has stopped, if they can still believe otherwise", () => {
    const { server, presence } = setUp();
    presence.stopped();
    expect(server.of("typing")).toEqual([]);
    presence.typed(kRoom);
    presence.stopped();
    presence.stopped();
    expect(server.of("typing")).toEqual([
      { room: kRoom, on: true },
      { room: kRoom, on: false },
    ]);
    presence.typed(kRoom);
    vi.advanceTimersByTime(kTypingLifetimeMs);
    presence.stopped();
    expect(server.of("typing")).toHaveLength(3);
  });

  it("stops in one room when it goes on in another", () => {
    const { server, presence } = setUp();
    presence.typed(kRoom);
    presence.typed(kLobby);
    expect(server.of("typing")).toEqual([
      { room: kRoom, on: true },
      { room: kRoom, on: false },
      { room: kLobby, on: true },
    ]);
  });

  it("knows nothing any more when the connection is lost", () => {
    const { presence, names, bob } = setUp();
    bob(true);
    presence.clear();
    expect(names()).toEqual([]);
  });
});
