import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { Availability } from "../../client/availability";
import { People } from "../../client/people";
import type { PresenceNews } from "../../client/protocol";
import { LocalValues, MemoryStorage } from "../../client/storage";
import { FakeRequester, kBob, kMe, kRoom } from "../../client/testing/fakes";
import { PeopleButton, PeoplePanel } from "./PeoplePanel";
import { StatusMenu } from "./StatusMenu";

afterEach(cleanup);

describe("PeoplePanel", () => {
  function setUp() {
    const people = new People(new FakeRequester());
    render(
      <>
        <PeopleButton people={people} room={kRoom} open onToggle={() => undefined} />
        <PeoplePanel people={people} room={kRoom} me={kMe} />
      </>,
    );
    const hear = (change: Partial<PresenceNews>) =>
      act(() => people.heard({ room: kRoom, online: 0, listed: true, whole: false, people: [], ...change }));
    return { hear };
  }

  it("names who is here, with state and words, and how many", () => {
    const { hear } = setUp();
    hear({
      online: 2,
      people: [
        { user: kMe, state: "active", text: undefined },
        { user: kBob, state: "dnd", text: "writing" },
      ],
    });
    const rows = screen.getAllByTestId("person");
    expect(rows).toHaveLength(2);
    expect(rows[0]?.textContent).toContain("Ada you");
    expect(within(rows[1]!).getByRole("img", { name: "Do not disturb" })).toBeTruthy();
    expect(rows[1]?.textContent).toContain("writing");
    expect(screen.getByTestId("people-count").textContent).toBe("2");
    hear({ online: 1, people: [{ user: kBob, state: "offline", text: undefined }] });
    expect(screen.getAllByTestId("person")).toHaveLength(1);
  });

  it("only counts a crowd", () => {
    const { hear } = setUp();
    hear({ online: 501, listed: false });
    expect(screen.queryByTestId("person")).toBeNull();
    expect(screen.getByTestId("people").textContent).toContain("501 people are here");
  });
});

describe("StatusMenu", () => {
  it("shows my state and tells the server what I choose", () => {
    const server = new FakeRequester();
    const availability = new Availability(server, new LocalValues(new MemoryStorage()));
    availability.connected();
    render(<StatusMenu availability={availability} />);
    fireEvent.click(screen.getByTestId("status"));
    fireEvent.click(screen.getByTestId("status-dnd"));
    fireEvent.change(screen.getByTestId("status-text"), { target: { value: "In a meeting" } });
    fireEvent.click(screen.getByTestId("status-save"));
    expect(server.of("presence.set")).toEqual([{ state: "dnd", text: "In a meeting" }]);
    expect(screen.getByTestId("status").getAttribute("data-state")).toBe("dnd");
    expect(screen.queryByTestId("status-save")).toBeNull();
  });

  it("does not take a text that is too long", () => {
    const server = new FakeRequester();
    const availability = new Availability(server, new LocalValues(new MemoryStorage()));
    availability.connected();
    render(<StatusMenu availability={availability} />);
    fireEvent.click(screen.getByTestId("status"));
    fireEvent.change(screen.getByTestId("status-text"), { target: { value: "x".repeat(65) } });
    fireEvent.click(screen.getByTestId("status-save"));
    expect(server.of("presence.set")).toEqual([]);
    expect(screen.getByText("At most 64 characters.")).toBeTruthy();
  });
});
