import { act, cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it } from "vitest";
import { Client } from "../client/client";
import { Connection } from "../client/connection";
import { LocalValues, MemoryStorage } from "../client/storage";
import { FakeSocket, welcome, wireError } from "../client/testing/fakes";
import { App } from "./App";

async function setUp() {
  const socket = new FakeSocket();
  const locks = { take: () => Promise.resolve(true), release: () => undefined };
  const storage = new LocalValues(new MemoryStorage());
  const client = new Client({ connection: new Connection(() => socket), storage, locks });
  await client.start();
  render(<App client={client} />);
  return socket;
}

describe("App", () => {
  afterEach(cleanup);

  it("asks who is new for a name, and leads to the lobby", async () => {
    const socket = await setUp();
    await userEvent.type(screen.getByTestId("name-input"), "Ada");
    await userEvent.click(screen.getByTestId("name-submit"));
    act(() => {
      socket.accept();
      socket.receive("welcome", welcome());
    });
    expect(screen.queryByTestId("name-input")).toBeNull();
    expect(screen.getByTestId("room-item").textContent).toContain("Lobby");
    expect(screen.getByTestId("self-name").textContent).toBe("Ada");
  });

  it("does not trouble the server with a name that is none", async () => {
    const socket = await setUp();
    await userEvent.click(screen.getByTestId("name-submit"));
    expect(screen.getByRole("alert").textContent).toContain("Type the name");
    expect(socket.connects).toBe(0);
  });

  it("says why a name was refused, and lets one choose again", async () => {
    const socket = await setUp();
    await userEvent.type(screen.getByTestId("name-input"), "Ada");
    await userEvent.click(screen.getByTestId("name-submit"));
    act(() => socket.fail(wireError("bad_name", "no")));
    expect(screen.getByRole("alert").textContent).toContain("Choose a name");
    expect(screen.getByTestId<HTMLButtonElement>("name-submit").disabled).toBe(false);
  });
});
