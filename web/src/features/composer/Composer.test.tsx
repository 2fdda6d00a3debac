import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Drafts } from "../../client/drafts";
import type { AddRefusal } from "../../client/outbox";
import { LocalValues, MemoryStorage } from "../../client/storage";
import { kMe, kRoom, roomInfo } from "../../client/testing/fakes";
import { Composer } from "./Composer";

function setUp(refusal?: AddRefusal) {
  const drafts = new Drafts(new LocalValues(new MemoryStorage()));
  drafts.of(kMe.id);
  const onSend = vi.fn<(text: string) => AddRefusal | undefined>(() => refusal);
  const onTyping = vi.fn();
  const onStopped = vi.fn();
  const show = () =>
    render(<Composer room={roomInfo()} drafts={drafts} onSend={onSend} onTyping={onTyping} onStopped={onStopped} />);
  show();
  const input = () => screen.getByTestId<HTMLTextAreaElement>("composer-input");
  const button = () => screen.getByTestId<HTMLButtonElement>("composer-send");
  return { drafts, onSend, onTyping, onStopped, input, button, show };
}

describe("Composer", () => {
  afterEach(cleanup);

  it("sends with Enter and is empty again", async () => {
    const { onSend, input, drafts } = setUp();
    await userEvent.type(input(), "hello{Enter}");
    expect(onSend).toHaveBeenCalledExactlyOnceWith("hello");
    expect(input().value).toBe("");
    expect(drafts.get(kRoom)).toBe("");
  });

  it("breaks the line with Shift+Enter", async () => {
    const { onSend, input } = setUp();
    await userEvent.type(input(), "one{Shift>}{Enter}{/Shift}two");
    expect(onSend).not.toHaveBeenCalled();
    expect(input().value).toBe("one\ntwo");
  });

  it("does not send while an input method composes", () => {
    const { onSend, input } = setUp();
    fireEvent.change(input(), { target: { value: "に" } });
    fireEvent.keyDown(input(), { key: "Enter", isComposing: true });
    fireEvent.keyDown(input(), { key: "Enter", keyCode: 229 });
    expect(onSend).not.toHaveBeenCalled();
  });

  it("sends with the button", async () => {
    const { onSend, input, button } = setUp();
    expect(button().disabled).toBe(true);
    await userEvent.type(input(), "hello");
    await userEvent.click(button());
    expect(onSend).toHaveBeenCalledExactlyOnceWith("hello");
  });

  it("sends no blank text", async () => {
    const { onSend, input, button } = setUp();
    await userEvent.type(input(), "   {Enter}");
    expect(onSend).not.toHaveBeenCalled();
    expect(button().disabled).toBe(true);
  });

  it("takes blank lines around a text away, and what no server can store", () => {
    const { onSend, input } = setUp();
    fireEvent.change(input(), { target: { value: "\n \n  code\0 \ud83d x \n\n" } });
    fireEvent.keyDown(input(), { key: "Enter" });
    expect(onSend).toHaveBeenCalledExactlyOnceWith("  code \ufffd x");
  });

  it("keeps the text, and says why, when it could not be taken", async () => {
    const { input, drafts } = setUp("no_storage");
    await userEvent.type(input(), "hello{Enter}");
    expect(input().value).toBe("hello");
    expect(drafts.get(kRoom)).toBe("hello");
    expect(screen.getByRole("alert").textContent).toContain("storage");
  });

  it("finds its draft again", async () => {
    const { input, show } = setUp();
    await userEvent.type(input(), "half a sentence");
    cleanup();
    show();
    expect(input().value).toBe("half a sentence");
  });

  it("counts near the limit, and keeps a text that is too long", () => {
    const { onSend, input, button } = setUp();
    fireEvent.change(input(), { target: { value: "x".repeat(16_000) } });
    expect(screen.getByText(/16,000 of 16,384 bytes/)).toBeDefined();
    fireEvent.change(input(), { target: { value: "ä".repeat(8_193) } });
    expect(screen.getByRole("alert").textContent).toContain("2 bytes too long");
    fireEvent.keyDown(input(), { key: "Enter" });
    expect(onSend).not.toHaveBeenCalled();
    expect(button().disabled).toBe(true);
    expect(input().value).toHaveLength(8_193);
  });

  it("says when somebody types and when they stop", async () => {
    const { onTyping, onStopped, input } = setUp();
    await userEvent.type(input(), "a");
    expect(onTyping).toHaveBeenCalledOnce();
    await userEvent.clear(input());
    expect(onStopped).toHaveBeenCalled();
  });
});
