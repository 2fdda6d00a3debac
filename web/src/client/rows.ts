// Rows: what a room's timeline shows, from its events and the messages still in the outbox. Pure.
import type { OutboxItem } from "./outbox";
import type { DeviceId, RoomEvent, UserId, User, WireError } from "./protocol";

// Messages of one author within this time stand under one heading.
const kGroupMs = 5 * 60 * 1000;

export type MessageRow = {
  type: "message";
  key: string;
  state: "sent" | "pending" | "failed";
  seq: number | undefined; // none before the server has given one
  itemId: string | undefined; // in the outbox
  author: User;
  mine: boolean;
  startsGroup: boolean;
  text: string;
  at: number;
  error: WireError | undefined;
};
export type NoticeRow = { type: "notice"; key: string; at: number; changes: MemberChange[] };
export type MemberChange = { change: "created" | "joined" | "left"; name: string };
export type Row = MessageRow | NoticeRow | { type: "day"; key: string; at: number } | { type: "new"; key: string };

export type View = {
  me: User;
  device: DeviceId | undefined;
  // Messages above this number are new to the reader; undefined: no divider.
  newAfter: number | undefined;
};

export function buildRows(events: readonly RoomEvent[], items: readonly OutboxItem[], view: View): Row[] {
  const rows: Row[] = [];
  let day = "";
  let previous: { sender: UserId; at: number } | undefined;
  let divided = view.newAfter === undefined;

  const startDay = (at: number) => {
    const today = new Date(at).toDateString();
    if (today === day) return;
    day = today;
    previous = undefined;
    rows.push({ type: "day", key: `day-${today}`, at });
  };
  const add = (row: Omit<MessageRow, "type" | "startsGroup">) => {
    startDay(row.at);
    const startsGroup = previous?.sender !== row.author.id || Math.abs(row.at - previous.at) > kGroupMs;
    previous = { sender: row.author.id, at: row.at };
    rows.push({ type: "message", startsGroup, ...row });
  };

  for (const event of events) {
    if (event.kind === "other") continue;
    const mine = event.sender === view.me.id;
    if (event.kind === "message") {
      if (!divided && event.seq > (view.newAfter ?? 0) && !mine) {
        startDay(event.ts);
        divided = true;
        previous = undefined;
        rows.push({ type: "new", key: "new" });
      }
      add({
        key: event.device === view.device ? `n-${event.n}` : `s-${event.seq}`,
        state: "sent",
        seq: event.seq,
        itemId: undefined,
        author: { id: event.sender, name: event.name },
        mine,
        text: event.text,
        at: event.ts,
        error: undefined,
      });
      continue;
    }
    startDay(event.ts);
    previous = undefined;
    const change: MemberChange = { change: changeOf(event.kind), name: event.name };
    const last = rows.at(-1);
    if (last?.type === "notice") last.changes.push(change);
    else rows.push({ type: "notice", key: `e-${event.seq}`, at: event.ts, changes: [change] });
  }

  const lastSeq = events.at(-1)?.seq ?? 0;
  for (const item of items) {
    // Acknowledged and in sight as an event already.
    if (item.sent !== undefined && item.sent.seq <= lastSeq) continue;
    add({
      key: item.n === undefined ? item.id : `n-${item.n}`,
      state: item.state,
      seq: item.sent?.seq,
      itemId: item.id,
      author: view.me,
      mine: true,
      text: item.text,
      at: item.sent?.ts ?? item.at,
      error: item.error,
    });
  }
  return rows;
}

function changeOf(kind: "room.created" | "member.joined" | "member.left"): MemberChange["change"] {
  if (kind === "room.created") return "created";
  return kind === "member.joined" ? "joined" : "left";
}
