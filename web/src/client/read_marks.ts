// ReadMarks: tells the server how far this person has read. Only what was really looked at is reported to mark().
// At most one request per room in half a second, with the highest number; what was not acknowledged goes out again with
// the next mark or connection.
import type { Requester } from "./connection";
import type { ReadMarker, RoomId } from "./protocol";

const kGatherMs = 500;

type Mark = { wanted: ReadMarker; acknowledged: number; timer: ReturnType<typeof setTimeout> | undefined };

export class ReadMarks {
  readonly #marks = new Map<RoomId, Mark>();

  constructor(
    private readonly connection: Requester,
    private readonly marked: (room: RoomId, marker: ReadMarker) => void,
  ) {}

  mark(room: RoomId, marker: ReadMarker): void {
    const mark = this.#marks.get(room) ?? { wanted: marker, acknowledged: 0, timer: undefined };
    this.#marks.set(room, mark);
    if (marker.seq >= mark.wanted.seq) mark.wanted = marker;
    if (mark.wanted.seq <= mark.acknowledged) return;
    this.marked(room, mark.wanted);
    mark.timer ??= setTimeout(() => void this.#send(room, mark), kGatherMs);
  }

  // The connection is live again, or the numbers of a room have begun anew.
  flush(): void {
    for (const [room, mark] of this.#marks) {
      if (mark.wanted.seq > mark.acknowledged) mark.timer ??= setTimeout(() => void this.#send(room, mark), 0);
    }
  }

  forget(room: RoomId): void {
    clearTimeout(this.#marks.get(room)?.timer);
    this.#marks.delete(room);
  }

  clear(): void {
    for (const room of [...this.#marks.keys()]) this.forget(room);
  }

  async #send(room: RoomId, mark: Mark): Promise<void> {
    mark.timer = undefined;
    const result = await this.connection.request("read.mark", { room, seq: mark.wanted.seq });
    if (!result.ok || this.#marks.get(room) !== mark) return;
    mark.acknowledged = Math.max(mark.acknowledged, result.value.seq);
    this.marked(room, result.value);
  }
}
