import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Connection } from "../../client/connection";
import { FakeSocket, welcome } from "../../client/testing/fakes";
import { ConnectionBanner } from "./ConnectionBanner";
import { typingText } from "./TypingLine";

describe("ConnectionBanner", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    cleanup();
    vi.useRealTimers();
  });

  function setUp() {
    const socket = new FakeSocket();
    const connection = new Connection(() => socket);
    render(<ConnectionBanner connection={connection} />);
    const goLive = () =>
      act(() => {
        socket.accept();
        socket.receive("welcome", welcome());
      });
    act(() => connection.open({ token: "t" }));
    goLive();
    return { socket, goLive };
  }

  it("says nothing of a short break", () => {
    const { socket, goLive } = setUp();
    act(() => socket.drop());
    act(() => void vi.advanceTimersByTime(1_000));
    expect(screen.queryByTestId("banner")).toBeNull();
    goLive();
    act(() => void vi.advanceTimersByTime(5_000));
    expect(screen.queryByTestId("banner")).toBeNull();
  });

  it("tells of a longer one, counts down and tries at once when asked", () => {
    const { socket, goLive } = setUp();
    act(() => socket.drop());
    act(() => void vi.advanceTimersByTime(600));
    act(() => socket.fail());
    act(() => void vi.advanceTimersByTime(1_200));
    act(() => socket.fail());
    act(() => void vi.advanceTimersByTime(500));
    expect(screen.getByTestId("banner").textContent).toMatch(/connection was lost\. Next try in \d s/);
    const before = socket.connects;
    act(() => screen.getByRole("button", { name: "Try now" }).click());
    expect(socket.connects).toBe(before + 1);
    goLive();
    expect(screen.queryByTestId("banner")).toBeNull();
  });
});

describe("typingText", () => {
  it("names up to three people", () => {
    expect(typingText(["Ada"])).toBe("Ada is typing…");
    expect(typingText(["Ada", "Bob"])).toBe("Ada and Bob are typing…");
    expect(typingText(["Ada", "Bob", "Cy", "Di"])).toBe("Several people are typing…");
  });
});
