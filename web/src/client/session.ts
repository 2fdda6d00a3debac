// Session: who this browser is, and which device this tab speaks as.
// Kept for all tabs: the user and a token for each device. A tab takes a device that no other tab holds, so that the
// counters and unsent messages of a closed tab find a new home; only if none is free the server is asked for another.
// States: starting → unknown (no identity: choose a name) or known (connecting or connected as somebody).
import type { AuthPayload } from "./connection";
import { browserLocks, type DeviceLocks } from "./device_locks";
import { array, field, hex, object, string } from "./parse";
import type { DeviceId, User, Welcome, WireError } from "./protocol";
import { LocalValues } from "./storage";
import { Store } from "./store";

const kKey = "session";
// Limit: of a user's devices this browser remembers the newest 16, as the server does.
const kMaxDevices = 16;

type Device = { id: DeviceId; token: string };
type Kept = { user: User; devices: Device[] };

export type SessionState = {
  state: "starting" | "unknown" | "known";
  user: User | undefined;
  device: DeviceId | undefined;
  // Why the last identity was refused.
  refusal: WireError | undefined;
};

export class Session extends Store<SessionState> {
  #name: string | undefined;

  constructor(
    private readonly storage: LocalValues,
    private readonly locks: DeviceLocks = browserLocks(),
  ) {
    super({ state: "starting", user: undefined, device: undefined, refusal: undefined });
  }

  // What to connect with: a free device of the kept user, else undefined: a name is needed.
  async start(): Promise<AuthPayload | undefined> {
    const kept = this.#read();
    if (kept === undefined) {
      this.publish({ ...this.getSnapshot(), state: "unknown", user: undefined, device: undefined });
      return undefined;
    }
    this.publish({ state: "known", user: kept.user, device: undefined, refusal: undefined });
    for (const device of kept.devices) {
      if (await this.locks.take(device.id)) {
        this.publish({ ...this.getSnapshot(), device: device.id });
        return { token: device.token };
      }
    }
    const newest = kept.devices[0];
    return newest === undefined ? undefined : { token: newest.token, new_device: true };
  }

  choose(name: string): AuthPayload {
    this.#name = name;
    this.publish({ ...this.getSnapshot(), state: "known", refusal: undefined });
    return { name };
  }

  // The server has told who we are. Returns what to connect with from now on.
  welcomed(welcome: Welcome): AuthPayload {
    this.#name = undefined;
    const mine: Device = { id: welcome.device, token: welcome.token };
    const kept = this.#read();
    const others = kept?.user.id === welcome.user.id ? kept.devices.filter((device) => device.id !== mine.id) : [];
    this.storage.write(kKey, { user: welcome.user, devices: [mine, ...others].slice(0, kMaxDevices) } satisfies Kept);
    // A device that was just made is nobody else's.
    if (this.getSnapshot().device !== mine.id) void this.locks.take(mine.id);
    this.publish({ state: "known", user: welcome.user, device: mine.id, refusal: undefined });
    return { token: mine.token };
  }

  refused(error: WireError): void {
    // A name that was refused is not an identity to forget.
    if (this.#name === undefined) this.storage.remove(kKey);
    this.#name = undefined;
    this.locks.release();
    this.publish({ state: "unknown", user: undefined, device: undefined, refusal: error });
  }

  // Forgets this identity in all tabs. A guest cannot come back as the same person.
  signOut(): void {
    this.storage.remove(kKey);
    this.locks.release();
    this.publish({ state: "unknown", user: undefined, device: undefined, refusal: undefined });
  }

  // Calls back when another tab signs in or out.
  watch(changed: (kept: User | undefined) => void): void {
    this.storage.watch(kKey, () => changed(this.#read()?.user));
  }

  #read(): Kept | undefined {
    try {
      const from = object(this.storage.read(kKey));
      const user = field(from, "user", object);
      const devices = field(
        from,
        "devices",
        array((value) => {
          const device = object(value);
          return { id: field(device, "id", hex(16)), token: field(device, "token", string) };
        }),
      );
      return { user: { id: field(user, "id", hex(32)), name: field(user, "name", string) }, devices };
    } catch {
      return undefined;
    }
  }
}
