import { afterEach, describe, expect, it, vi } from "vitest";
import { AskingLocks, WebLocks, type DeviceLocks } from "./device_locks";
import { Session } from "./session";
import { LocalValues, MemoryStorage } from "./storage";
import { kBob, kDevice, kMe, kOtherDevice, welcome, wireError } from "./testing/fakes";

// The locks of one browser, shared by its tabs.
class Browser {
  readonly backend = new MemoryStorage();
  readonly #held = new Map<string, object>();

  tab(): { session: Session; locks: DeviceLocks } {
    const held = this.#held;
    const owner = {};
    const locks: DeviceLocks = {
      take(device) {
        if (held.has(device) && held.get(device) !== owner) return Promise.resolve(false);
        held.set(device, owner);
        return Promise.resolve(true);
      },
      release() {
        for (const [device, holder] of held) if (holder === owner) held.delete(device);
      },
    };
    return { session: new Session(new LocalValues(this.backend), locks), locks };
  }
}

describe("Session", () => {
  it("needs a name when nobody is known", async () => {
    const { session } = new Browser().tab();
    expect(await session.start()).toBeUndefined();
    expect(session.getSnapshot().state).toBe("unknown");
    expect(session.choose("Ada")).toEqual({ name: "Ada" });
  });

  it("turns a name into a token as soon as it is welcome", () => {
    const { session } = new Browser().tab();
    session.choose("Ada");
    expect(session.welcomed(welcome())).toEqual({ token: "token-1" });
    expect(session.getSnapshot()).toMatchObject({ state: "known", user: kMe, device: kDevice });
  });

  it("comes back as the device of a closed tab", async () => {
    const browser = new Browser();
    const first = browser.tab();
    first.session.welcomed(welcome());
    first.locks.release();
    const second = browser.tab();
    expect(await second.session.start()).toEqual({ token: "token-1" });
    expect(second.session.getSnapshot().device).toBe(kDevice);
  });

  it("asks for another device while the known ones are in use", async () => {
    const browser = new Browser();
    browser.tab().session.welcomed(welcome());
    expect(await browser.tab().session.start()).toEqual({ token: "token-1", new_device: true });
  });

  it("remembers the devices of all tabs", async () => {
    const browser = new Browser();
    const first = browser.tab();
    first.session.welcomed(welcome());
    const second = browser.tab();
    await second.session.start();
    second.session.welcomed(welcome({ device: kOtherDevice, token: "token-2" }));
    first.locks.release();
    expect(await browser.tab().session.start()).toEqual({ token: "token-1" });
  });

  it("forgets a token that the server does not know, and says why", async () => {
    const browser = new Browser();
    browser.tab().session.welcomed(welcome());
    const { session } = browser.tab();
    await session.start();
    session.refused(wireError("bad_token", "no"));
    expect(session.getSnapshot()).toMatchObject({ state: "unknown", refusal: { code: "bad_token" } });
    expect(await browser.tab().session.start()).toBeUndefined();
  });

  it("keeps who is known when only a new name was refused", async () => {
    const browser = new Browser();
    const { session } = browser.tab();
    session.choose("\u0007");
    browser.tab().session.welcomed(welcome());
    session.refused(wireError("bad_name", "no"));
    expect(await session.start()).toMatchObject({ token: "token-1" });
  });

  it("starts a new list of devices for somebody else", async () => {
    const browser = new Browser();
    const first = browser.tab();
    first.session.welcomed(welcome());
    first.session.welcomed(welcome({ user: kBob, device: kOtherDevice, token: "token-2" }));
    first.locks.release();
    expect(await browser.tab().session.start()).toEqual({ token: "token-2" });
  });

  it("treats what it cannot read as nothing", async () => {
    const browser = new Browser();
    browser.backend.setItem("skat.session", '{"user":{"id":"x"}}');
    expect(await browser.tab().session.start()).toBeUndefined();
  });

  it("forgets everybody when the person signs out", async () => {
    const browser = new Browser();
    const { session } = browser.tab();
    session.welcomed(welcome());
    session.signOut();
    expect(await browser.tab().session.start()).toBeUndefined();
  });
});

// A channel that every tab but the speaker hears.
class Air {
  readonly #tabs: { heard: (event: Event) => void }[] = [];

  tab(): AskingLocks {
    const me = { heard: (event: Event): void => void event };
    this.#tabs.push(me);
    return new AskingLocks({
      postMessage: (data: unknown) => {
        for (const tab of this.#tabs) if (tab !== me) tab.heard(new MessageEvent("message", { data }));
      },
      addEventListener: (_: string, listener: EventListenerOrEventListenerObject) => {
        me.heard = (event) => (typeof listener === "function" ? listener(event) : listener.handleEvent(event));
      },
    });
  }
}

describe("AskingLocks", () => {
  afterEach(() => void vi.useRealTimers());

  async function take(locks: AskingLocks): Promise<boolean> {
    vi.useFakeTimers();
    const answer = locks.take(kDevice);
    await vi.runAllTimersAsync();
    return answer;
  }

  it("gives a device to the tab that asks when nobody answers", async () => {
    expect(await take(new Air().tab())).toBe(true);
  });

  it("refuses a device that another tab has", async () => {
    const air = new Air();
    await take(air.tab());
    expect(await take(air.tab())).toBe(false);
  });

  it("gives a device again after it was let go", async () => {
    const air = new Air();
    const first = air.tab();
    await take(first);
    first.release();
    expect(await take(air.tab())).toBe(true);
  });

  it("gives a device to exactly one of two tabs that ask at once", async () => {
    vi.useFakeTimers();
    const air = new Air();
    const answers = [air.tab(), air.tab()].map((locks) => locks.take(kDevice));
    await vi.runAllTimersAsync();
    expect((await Promise.all(answers)).filter(Boolean)).toHaveLength(1);
  });
});

describe("WebLocks", () => {
  it("asks for the lock without waiting and holds it until it is let go", async () => {
    let held: Promise<unknown> | undefined;
    const request = vi.fn((_: string, __: LockOptions, callback: (lock: Lock | null) => Promise<unknown>) => {
      held = callback({ name: "x", mode: "exclusive" });
      return held;
    });
    const locks = new WebLocks({ request } as unknown as LockManager);
    expect(await locks.take(kDevice)).toBe(true);
    expect(request.mock.calls[0]?.[1]).toEqual({ ifAvailable: true });
    let ended = false;
    void held?.then(() => (ended = true));
    await Promise.resolve();
    expect(ended).toBe(false);
    locks.release();
    await held;
    expect(ended).toBe(true);
  });

  it("says no when another tab has the lock", async () => {
    const request = (_: string, __: LockOptions, callback: (lock: Lock | null) => Promise<unknown>) => callback(null);
    expect(await new WebLocks({ request } as unknown as LockManager).take(kDevice)).toBe(false);
  });
});
