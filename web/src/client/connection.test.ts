import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Connection, kAnswerTimeoutMs, kWelcomeTimeoutMs } from "./connection";
import { FakeSocket, Heard, kRoom, message, welcome, wireError } from "./testing/fakes";

function setUp() {
  const socket = new FakeSocket();
  let auth: (give: (payload: object) => void) => void = () => undefined;
  const connection = new Connection((given) => {
    auth = given;
    return socket;
  });
  const heard = new Heard();
  connection.listen(heard);
  const authNow = () => {
    let payload: object | undefined;
    auth((given) => (payload = given));
    return payload;
  };
  const goLive = () => {
    connection.open({ name: "Ada" });
    socket.accept();
    socket.receive("welcome", welcome());
  };
  return { socket, connection, heard, authNow, goLive };
}

const send = { room: kRoom, n: 2, text: "hello" };

describe("Connection", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(console, "error").mockImplementation(() => undefined);
  });
  afterEach(() => void vi.useRealTimers());

  it("is live once the welcome has come, not before", () => {
    const { socket, connection, heard } = setUp();
    connection.open({ name: "Ada" });
    expect(connection.getSnapshot().state).toBe("connecting");
    socket.accept();
    expect(connection.getSnapshot().state).toBe("connecting");
    socket.receive("welcome", welcome());
    expect(connection.getSnapshot().state).toBe("live");
    expect(heard.messages.map((each) => each.name)).toEqual(["welcome"]);
  });

  it("connects again by itself as the identity it was given last", () => {
    const { socket, connection, authNow, goLive } = setUp();
    goLive();
    connection.use({ token: "token-1" });
    socket.drop();
    expect(connection.getSnapshot().state).toBe("recovering");
    expect(connection.getSnapshot().retryAt).toBeGreaterThan(Date.now());
    vi.advanceTimersByTime(500);
    expect(socket.connects).toBe(2);
    expect(authNow()).toEqual({ token: "token-1" });
  });

  it("waits longer after each failed try, and is offline after several", () => {
    const { socket, connection, goLive } = setUp();
    goLive();
    socket.drop();
    const waits: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      waits.push((connection.getSnapshot().retryAt ?? 0) - Date.now());
      vi.runOnlyPendingTimers();
      socket.fail();
    }
    expect(connection.getSnapshot().state).toBe("offline");
    expect(Math.max(...waits)).toBeLessThanOrEqual(15_000);
    expect(waits.at(-1)).toBeGreaterThan(7_000);
  });

  it("tries at once when asked to, and begins its waits anew", () => {
    const { socket, connection, goLive } = setUp();
    goLive();
    socket.drop();
    connection.tryNow();
    expect(socket.connects).toBe(2);
    connection.tryNow();
    expect(socket.connects).toBe(2);
    socket.fail();
    expect((connection.getSnapshot().retryAt ?? 0) - Date.now()).toBeLessThanOrEqual(500);
  });

  it("is offline while the browser has no network, and tries when it is back", () => {
    const { socket, connection, goLive } = setUp();
    goLive();
    connection.networkChanged(false);
    expect(connection.getSnapshot().state).toBe("live");
    socket.drop();
    expect(connection.getSnapshot().state).toBe("offline");
    connection.networkChanged(true);
    expect(socket.connects).toBe(2);
  });

  it("hands an identity that is refused for good to its listener and stays away", () => {
    const { socket, connection, heard } = setUp();
    connection.open({ token: "old" });
    socket.fail(wireError("bad_token", "no"));
    expect(heard.refusals.map((error) => error.code)).toEqual(["bad_token"]);
    vi.advanceTimersByTime(60_000);
    expect(socket.connects).toBe(1);
  });

  it("comes back later when the server cannot take anybody now", () => {
    const { socket, connection, heard } = setUp();
    connection.open({ token: "mine" });
    socket.fail(wireError("unavailable", "yes"));
    expect(heard.refusals).toEqual([]);
    vi.advanceTimersByTime(500);
    expect(socket.connects).toBe(2);
  });

  it("gives up on a server that accepts but does not welcome", () => {
    const { socket, connection } = setUp();
    connection.open({ name: "Ada" });
    socket.accept();
    vi.advanceTimersByTime(kWelcomeTimeoutMs);
    expect(socket.disconnects).toBe(1);
    expect(connection.getSnapshot().retryAt).toBeDefined();
  });

  it("answers a request with what the server acknowledges", async () => {
    const { socket, connection, goLive } = setUp();
    goLive();
    const answer = connection.request("message.send", send);
    expect(socket.sent[0]).toMatchObject({ name: "message.send", payload: send });
    socket.sent[0]?.answer({ ok: true, seq: 4, mseq: 2, epoch: message(1).epoch, ts: 5 });
    expect(await answer).toEqual({ ok: true, value: { seq: 4, mseq: 2, epoch: message(1).epoch, ts: 5 } });
  });

  it("hands nothing over while it is not live", async () => {
    const { socket, connection } = setUp();
    expect(await connection.request("message.send", send)).toMatchObject({ ok: false, error: { retry: "yes" } });
    expect(socket.sent).toEqual([]);
  });

  it("calls the outcome unknown when no answer comes in time", async () => {
    const { connection, goLive } = setUp();
    goLive();
    const answer = connection.request("message.send", send);
    vi.advanceTimersByTime(kAnswerTimeoutMs);
    expect(await answer).toMatchObject({ ok: false, error: { code: "no_answer", retry: "same" } });
  });

  it("calls the outcome unknown when the connection is lost before the answer", async () => {
    const { socket, connection, goLive } = setUp();
    goLive();
    const answer = connection.request("message.send", send);
    socket.drop();
    expect(await answer).toMatchObject({ ok: false, error: { code: "no_answer", retry: "same" } });
  });

  it("calls the outcome unknown when the answer makes no sense", async () => {
    const { socket, connection, goLive } = setUp();
    goLive();
    const answer = connection.request("message.send", send);
    socket.sent[0]?.answer({ ok: true, seq: "four" });
    expect(await answer).toMatchObject({ ok: false, error: { retry: "same" } });
  });

  it("survives an event that it cannot read", () => {
    const { socket, heard, goLive } = setUp();
    goLive();
    socket.receive("event", { nonsense: true });
    socket.receive("resync", { room: kRoom, reason: "slow" });
    expect(heard.messages.map((each) => each.name)).toEqual(["welcome", "resync"]);
  });

  it("hears nothing more once it is closed", () => {
    const { socket, connection, heard, goLive } = setUp();
    goLive();
    connection.close();
    socket.receive("resync", { room: kRoom, reason: "slow" });
    expect(heard.messages).toHaveLength(1);
    vi.advanceTimersByTime(60_000);
    expect(socket.connects).toBe(1);
  });
});
