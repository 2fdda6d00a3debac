// DeviceLocks: at most one tab speaks as a device. A lock is held until the tab closes or lets go.
export type DeviceLocks = {
  // True when this tab now holds the device.
  take(device: string): Promise<boolean>;
  release(): void;
};

export function browserLocks(): DeviceLocks {
  // navigator.locks exists on https and localhost only; a server in the local network is often plain http.
  return "locks" in navigator ? new WebLocks(navigator.locks) : new AskingLocks(new BroadcastChannel("skat.devices"));
}

export class WebLocks implements DeviceLocks {
  #letGo: (() => void) | undefined;

  constructor(private readonly locks: LockManager) {}

  take(device: string): Promise<boolean> {
    return new Promise((answer) => {
      const held = (lock: Lock | null) => {
        answer(lock !== null);
        if (lock === null) return;
        // The browser keeps the lock for as long as this promise is open.
        return new Promise<void>((resolve) => (this.#letGo = resolve));
      };
      this.locks.request(`skat.device.${device}`, { ifAvailable: true }, held).catch(() => answer(false));
    });
  }

  release(): void {
    this.#letGo?.();
    this.#letGo = undefined;
  }
}

const kAskMs = 250;

type Ask = { ask: string; device: string } | { mine: string; device: string };

// Asks the other tabs who has a device; silence for 250 ms means that nobody does. Of two that ask at once the smaller
// id wins.
export class AskingLocks implements DeviceLocks {
  readonly #id = crypto.getRandomValues(new Uint32Array(2)).join("-");
  #held: string | undefined;
  #wanted: { device: string; lose: () => void } | undefined;

  constructor(private readonly channel: Pick<BroadcastChannel, "postMessage" | "addEventListener">) {
    channel.addEventListener("message", (event) => this.#hear((event as MessageEvent<Ask>).data));
  }

  take(device: string): Promise<boolean> {
    return new Promise((answer) => {
      const end = (won: boolean) => {
        clearTimeout(timer);
        this.#wanted = undefined;
        if (won) this.#held = device;
        answer(won);
      };
      const timer = setTimeout(() => end(true), kAskMs);
      this.#wanted = { device, lose: () => end(false) };
      this.#say({ ask: this.#id, device });
    });
  }

  release(): void {
    this.#held = undefined;
  }

  #say(message: Ask): void {
    this.channel.postMessage(message);
  }

  #hear(message: Ask): void {
    if ("ask" in message) {
      const first = this.#wanted?.device === message.device && this.#id < message.ask;
      if (this.#held === message.device || first) this.#say({ mine: this.#id, device: message.device });
      else if (this.#wanted?.device === message.device) this.#wanted.lose();
    } else if (this.#wanted?.device === message.device) {
      this.#wanted.lose();
    }
  }
}
