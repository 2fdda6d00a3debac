// People: who is in which room now, as the server last said. It may be a little late; a list is asked for anew with each
// stream, so nothing that was lost stays wrong for long.
import type { Requester } from "./connection";
import type { PresenceNews, PresentPerson, RoomId, UserId } from "./protocol";
import { Store } from "./store";

export type RoomPeople = {
  online: number;
  listed: boolean; // false: too many to name
  people: readonly PresentPerson[]; // by name
};

export class People extends Store<ReadonlyMap<RoomId, RoomPeople>> {
  constructor(private readonly connection: Requester) {
    super(new Map());
  }

  async load(room: RoomId): Promise<void> {
    const result = await this.connection.request("presence.get", { room });
    if (result.ok) this.#set(room, result.value.online, result.value.listed, result.value.people);
  }

  heard({ room, online, listed, whole, people }: PresenceNews): void {
    const known = whole ? [] : (this.getSnapshot().get(room)?.people ?? []);
    const changed = new Set<UserId>(people.map((person) => person.user.id));
    this.#set(room, online, listed, [...known.filter((person) => !changed.has(person.user.id)), ...people]);
  }

  // The room is none of ours any more.
  forget(room: RoomId): void {
    if (!this.getSnapshot().has(room)) return;
    const next = new Map(this.getSnapshot());
    next.delete(room);
    this.publish(next);
  }

  // The connection was lost: nobody knows who is there.
  clear(): void {
    if (this.getSnapshot().size > 0) this.publish(new Map());
  }

  #set(room: RoomId, online: number, listed: boolean, people: readonly PresentPerson[]): void {
    const here = listed ? people.filter((person) => person.state !== "offline") : [];
    here.sort((a, b) => a.user.name.localeCompare(b.user.name) || a.user.id.localeCompare(b.user.id));
    this.publish(new Map(this.getSnapshot()).set(room, { online, listed, people: here }));
  }
}
