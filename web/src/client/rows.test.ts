import { describe, expect, it } from "vitest";
import type { OutboxItem } from "./outbox";
import type { RoomEvent } from "./protocol";
import { buildRows, type MessageRow, type Row } from "./rows";
import { kBob, kDevice, kEpoch, kMe, kRoom, kStart, message } from "./testing/fakes";

const view = { me: kMe, device: kDevice, newAfter: undefined };
const kMinute = 60_000;

function item(change: Partial<OutboxItem> = {}): OutboxItem {
  const at = kStart + kMinute;
  return {
    id: "1",
    room: kRoom,
    n: 7,
    text: "mine",
    at,
    state: "pending",
    error: undefined,
    sent: undefined,
    ...change,
  };
}

function types(rows: Row[]): string[] {
  return rows.map((row) => row.type);
}

function messageRows(rows: Row[]): MessageRow[] {
  return rows.filter((row) => row.type === "message");
}

function member(seq: number, kind: "member.joined" | "member.left", name: string): RoomEvent {
  const { room, epoch, sender, device, n, ts } = message(seq);
  return { room, epoch, seq, sender, device, n, ts, kind, name };
}

describe("buildRows", () => {
  it("puts messages of one author within five minutes under one heading", () => {
    const rows = buildRows(
      [
        message(1, { ts: kStart }),
        message(2, { ts: kStart + kMinute }),
        message(3, { ts: kStart + 2 * kMinute, sender: kMe.id, name: kMe.name }),
        message(4, { ts: kStart + 3 * kMinute }),
        message(5, { ts: kStart + 9 * kMinute }),
      ],
      [],
      view,
    );
    expect(messageRows(rows).map((row) => row.startsGroup)).toEqual([true, false, true, true, true]);
  });

  it("begins each day with its date and a new heading", () => {
    const rows = buildRows([message(1), message(2, { ts: kStart + 24 * 60 * kMinute })], [], view);
    expect(types(rows)).toEqual(["day", "message", "day", "message"]);
  });

  it("shows a pending message after everything that was sent, under the same heading", () => {
    const sent = message(1, { sender: kMe.id, name: kMe.name, ts: kStart });
    const rows = messageRows(buildRows([sent], [item()], view));
    expect(rows).toMatchObject([
      { state: "sent", seq: 1, mine: true },
      { state: "pending", seq: undefined, startsGroup: false, text: "mine" },
    ]);
  });

  it("shows an acknowledged message as sent before its event has come, and once when it has", () => {
    const sent = { seq: 2, mseq: 2, epoch: kEpoch, ts: kStart };
    const acknowledged = item({ state: "sent", sent });
    expect(messageRows(buildRows([message(1)], [acknowledged], view))).toMatchObject([{}, { state: "sent", seq: 2 }]);
    const event = message(2, { sender: kMe.id, device: kDevice, n: 7, text: "mine" });
    expect(messageRows(buildRows([message(1), event], [acknowledged], view))).toHaveLength(2);
  });

  it("keeps a message's key when it turns from pending to sent", () => {
    const [pending] = messageRows(buildRows([], [item()], view));
    const event = message(1, { sender: kMe.id, device: kDevice, n: 7, text: "mine" });
    const [sent] = messageRows(buildRows([event], [], view));
    expect(sent?.key).toBe(pending?.key);
  });

  it("gives a failed message its reason", () => {
    const error = { code: "bad_text", message: "", retry: "no" as const };
    const [row] = messageRows(buildRows([], [item({ state: "failed", error })], view));
    expect(row).toMatchObject({ state: "failed", itemId: "1", error });
  });

  it("divides before the first unread message of somebody else", () => {
    const events = [message(1), message(2), message(3, { sender: kMe.id, name: kMe.name }), message(4), message(5)];
    const rows = buildRows(events, [], { ...view, newAfter: 2 });
    expect(types(rows)).toEqual(["day", "message", "message", "message", "new", "message", "message"]);
  });

  it("has no divider when all is read", () => {
    expect(types(buildRows([message(1)], [], { ...view, newAfter: 1 }))).toEqual(["day", "message"]);
  });

  it("puts the date above the divider", () => {
    expect(types(buildRows([message(1)], [], { ...view, newAfter: 0 }))).toEqual(["day", "new", "message"]);
  });

  it("gathers comings and goings that follow one another in one row", () => {
    const rows = buildRows(
      [member(1, "member.joined", "Bob"), member(2, "member.left", "Cy"), message(3), member(4, "member.left", "Bob")],
      [],
      view,
    );
    expect(types(rows)).toEqual(["day", "notice", "message", "notice"]);
    expect(rows[1]).toMatchObject({
      changes: [
        { change: "joined", name: "Bob" },
        { change: "left", name: "Cy" },
      ],
    });
  });

  it("does not show kinds of events that it does not know", () => {
    const { room, epoch, sender, device, n, ts } = message(1);
    expect(buildRows([{ room, epoch, seq: 1, sender, device, n, ts, kind: "other" }], [], view)).toEqual([]);
  });

  it("names the author as they were called then", () => {
    const rows = messageRows(buildRows([message(1, { name: "Robert" }), message(2)], [], view));
    expect(rows.map((row) => row.author)).toEqual([{ id: kBob.id, name: "Robert" }, kBob]);
  });
});
