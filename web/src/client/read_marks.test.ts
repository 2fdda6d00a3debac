import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ReadMarker } from "./protocol";
import { ReadMarks } from "./read_marks";
import { FakeRequester, kRoom, refusal } from "./testing/fakes";

function setUp() {
  const server = new FakeRequester();
  const marked: ReadMarker[] = [];
  const marks = new ReadMarks(server, (_, marker) => marked.push(marker));
  const answer = (seq: number) => server.answer("read.mark", { ok: true, value: { seq, mseq: seq } });
  return { server, marks, marked, answer };
}

describe("ReadMarks", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("shows the room as read at once and tells the server a moment later, once", async () => {
    const { server, marks, marked } = setUp();
    for (let seq = 1; seq <= 5; seq += 1) marks.mark(kRoom, { seq, mseq: seq });
    expect(marked.at(-1)).toEqual({ seq: 5, mseq: 5 });
    expect(server.of("read.mark")).toEqual([]);
    await vi.advanceTimersByTimeAsync(500);
    expect(server.of("read.mark")).toEqual([{ room: kRoom, seq: 5 }]);
  });

  it("does not say again what the server knows", async () => {
    const { server, marks, answer } = setUp();
    marks.mark(kRoom, { seq: 5, mseq: 5 });
    await vi.advanceTimersByTimeAsync(500);
    await answer(5);
    marks.mark(kRoom, { seq: 5, mseq: 5 });
    marks.mark(kRoom, { seq: 4, mseq: 4 });
    marks.flush();
    await vi.advanceTimersByTimeAsync(500);
    expect(server.of("read.mark")).toEqual([]);
  });

  it("says what was not acknowledged again on the next connection", async () => {
    const { server, marks } = setUp();
    marks.mark(kRoom, { seq: 5, mseq: 5 });
    await vi.advanceTimersByTimeAsync(500);
    await server.answer("read.mark", refusal("no_answer", "same"));
    marks.flush();
    await vi.advanceTimersByTimeAsync(0);
    expect(server.of("read.mark")).toEqual([{ room: kRoom, seq: 5 }]);
  });

  it("starts anew for a room whose numbers have begun anew", async () => {
    const { server, marks, answer } = setUp();
    marks.mark(kRoom, { seq: 50, mseq: 50 });
    await vi.advanceTimersByTimeAsync(500);
    await answer(50);
    marks.forget(kRoom);
    marks.mark(kRoom, { seq: 3, mseq: 3 });
    await vi.advanceTimersByTimeAsync(500);
    expect(server.of("read.mark")).toEqual([{ room: kRoom, seq: 3 }]);
  });
});
