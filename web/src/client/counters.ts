// Counters: the last `n` that this device has used in each room. A value is kept before it is handed out, so that no
// reload, crash or closed tab can ever use it for a second request.
import { integer } from "./parse";
import type { DeviceId, RoomId } from "./protocol";
import type { LocalValues } from "./storage";

// room.create uses n = 1 on the server's side; nobody needs to know whether this device made the room.
const kFirstN = 2;

export class Counters {
  readonly #last = new Map<string, number>();

  constructor(private readonly storage: LocalValues) {}

  // The next n, or undefined when it could not be kept: then nothing may be sent.
  take(device: DeviceId, room: RoomId): number | undefined {
    const key = keyOf(device, room);
    const n = Math.max(this.#read(key) + 1, kFirstN);
    if (!this.storage.write(key, n)) return undefined;
    this.#last.set(key, n);
    return n;
  }

  // The room shows that this device has used n: storage that was lost or restored must not count below it.
  seen(device: DeviceId, room: RoomId, n: number): void {
    const key = keyOf(device, room);
    if (n <= this.#read(key)) return;
    this.#last.set(key, n);
    this.storage.write(key, n);
  }

  #read(key: string): number {
    const known = this.#last.get(key);
    if (known !== undefined) return known;
    let last = 0;
    try {
      last = integer(this.storage.read(key));
    } catch {
      // Nothing was counted yet.
    }
    this.#last.set(key, last);
    return last;
  }
}

function keyOf(device: DeviceId, room: RoomId): string {
  return `n.${device}.${room}`;
}
