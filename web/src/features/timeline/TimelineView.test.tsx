import { act, cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Counters } from "../../client/counters";
import { Outbox } from "../../client/outbox";
import type { RoomEvent } from "../../client/protocol";
import { LocalValues, MemoryStorage } from "../../client/storage";
import {
  FakeRequester,
  kDevice,
  kEpoch,
  kMe,
  kRoom,
  message,
  messages,
  page,
  refusal,
  roomInfo,
} from "../../client/testing/fakes";
import { Timeline } from "../../client/timeline";
import { noticeText } from "./RowView";
import { TimelineView } from "./TimelineView";

// Nothing has a size here, so the list would show no rows; where a reader stands is for the browser's test.
vi.mock("virtua", () => ({ Virtualizer: ({ children }: { children: ReactNode }) => <div>{children}</div> }));

function setUp(events: RoomEvent[], room = roomInfo({ seq: 9, mseq: 9, read_seq: 9, read_mseq: 9 })) {
  const server = new FakeRequester();
  const storage = new LocalValues(new MemoryStorage());
  const outbox = new Outbox(server, storage, new Counters(storage));
  outbox.adopt(kDevice);
  const timeline = new Timeline(kRoom, server, { onSeen: (event) => outbox.seen(event), onHole: () => undefined });
  void timeline.load();
  const onRead = vi.fn();
  render(<TimelineView timeline={timeline} outbox={outbox} room={room} me={kMe} device={kDevice} onRead={onRead} />);
  const load = (result = page(events)) => act(() => server.answer("history.get", result));
  return { server, outbox, timeline, onRead, load };
}

const rows = () => screen.queryAllByTestId("message").map(({ dataset }) => [dataset.seq, dataset.state] as const);

describe("TimelineView", () => {
  beforeEach(() => {
    vi.spyOn(document, "hasFocus").mockReturnValue(true);
  });
  afterEach(cleanup);

  it("shows a place holder until the messages are there", async () => {
    const { load } = setUp(messages(1, 2));
    expect(screen.getByTestId("timeline").getAttribute("aria-busy")).toBe("true");
    await load();
    expect(rows()).toEqual([
      ["1", "sent"],
      ["2", "sent"],
    ]);
    expect(screen.getByRole("log")).toBeDefined();
  });

  it("shows a message as pending, then as sent, once", async () => {
    const { server, outbox, timeline, load } = setUp([message(1)]);
    await load();
    act(() => void outbox.add(kRoom, "hello"));
    expect(rows()).toEqual([
      ["1", "sent"],
      [undefined, "pending"],
    ]);
    await act(() =>
      server.answer("message.send", { ok: true, value: { seq: 2, mseq: 2, epoch: kEpoch, ts: message(2).ts } }),
    );
    act(() => timeline.apply(message(2, { sender: kMe.id, device: kDevice, n: 2, text: "hello" })));
    expect(rows()).toEqual([
      ["1", "sent"],
      ["2", "sent"],
    ]);
  });

  it("says why a message failed and lets a person send it again or delete it", async () => {
    const { server, outbox, load } = setUp([message(1)]);
    await load();
    act(() => void outbox.add(kRoom, "hello"));
    await act(() => server.answer("message.send", refusal("not_a_member", "no")));
    expect(rows().at(-1)).toEqual([undefined, "failed"]);
    expect(screen.getByRole("alert").textContent).toContain("Join it again");
    await userEvent.click(screen.getByTestId("retry"));
    expect(rows().at(-1)).toEqual([undefined, "pending"]);
    await act(() => server.answer("message.send", refusal("not_a_member", "no")));
    await userEvent.click(screen.getByTestId("delete"));
    expect(rows()).toEqual([["1", "sent"]]);
  });

  it("divides what is new from what was read before, and keeps the line while one reads on", async () => {
    const { timeline, load } = setUp(messages(1, 4), roomInfo({ seq: 4, mseq: 4, read_seq: 2, read_mseq: 2 }));
    await load();
    const divider = screen.getByTestId("new-divider");
    expect(divider.compareDocumentPosition(screen.getByText("message 3"))).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
    expect(divider.compareDocumentPosition(screen.getByText("message 2"))).toBe(Node.DOCUMENT_POSITION_PRECEDING);
    act(() => timeline.apply(message(5)));
    expect(screen.getAllByTestId("new-divider")).toEqual([divider]);
  });

  it("marks as read what is in sight of somebody who looks", async () => {
    const { timeline, onRead, load } = setUp(messages(1, 2));
    expect(onRead).not.toHaveBeenCalled();
    await load();
    expect(onRead).toHaveBeenCalledTimes(1);
    act(() => timeline.apply(message(3)));
    expect(onRead).toHaveBeenCalledTimes(2);
  });

  it("marks nothing as read while the page has no focus", async () => {
    vi.spyOn(document, "hasFocus").mockReturnValue(false);
    const { onRead, load } = setUp(messages(1, 2));
    await load();
    expect(onRead).not.toHaveBeenCalled();
    vi.spyOn(document, "hasFocus").mockReturnValue(true);
    act(() => void window.dispatchEvent(new Event("focus")));
    expect(onRead).toHaveBeenCalledOnce();
  });

  it("invites to write where nobody has said anything", async () => {
    const { load } = setUp([], roomInfo());
    await load();
    expect(screen.getByText(/Write the first message/)).toBeDefined();
  });

  it("says that the messages cannot be read, and tries again when asked", async () => {
    const { server, timeline } = setUp([]);
    await act(() => server.answer("history.get", refusal("unavailable", "yes")));
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(timeline.getSnapshot().status).toBe("loading");
    await act(() => server.answer("history.get", page(messages(1, 1))));
    expect(rows()).toHaveLength(1);
  });

  it("announces new messages of others, not old ones and not one's own", async () => {
    const { timeline, load } = setUp(messages(1, 2));
    await load();
    const spoken = () => document.querySelector("[aria-live=polite]")?.textContent;
    expect(spoken()).toBe("");
    act(() => timeline.apply(message(3)));
    expect(spoken()).toBe("Bob: message 3");
    act(() => timeline.apply(message(4, { sender: kMe.id, name: kMe.name })));
    expect(spoken()).toBe("");
  });
});

describe("noticeText", () => {
  const joined = (...names: string[]) => names.map((name) => ({ change: "joined" as const, name }));

  it("names few people and counts many", () => {
    expect(noticeText(joined("Ada"))).toBe("Ada joined.");
    expect(noticeText(joined("Ada", "Bob", "Cy", "Di"))).toBe("Ada, Bob, Cy, and Di joined.");
    expect(noticeText(joined("Ada", "Bob", "Cy", "Di", "Ed"))).toBe("Ada, Bob, Cy, and 2 others joined.");
  });

  it("tells comings and goings in their order", () => {
    expect(noticeText([{ change: "created", name: "Ada" }, ...joined("Bob"), { change: "left", name: "Bob" }])).toBe(
      "Ada made this room. Bob joined. Bob left.",
    );
  });
});
