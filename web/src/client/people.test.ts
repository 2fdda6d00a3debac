import { describe, expect, it } from "vitest";
import { People } from "./people";
import type { PresenceNews, PresentPerson } from "./protocol";
import { FakeRequester, kBob, kMe, kRoom, refusal } from "./testing/fakes";

const person = (user: typeof kBob, state: PresentPerson["state"] = "active"): PresentPerson => ({
  user,
  state,
  text: undefined,
});
const news = (people: PresentPerson[], change: Partial<PresenceNews> = {}): PresenceNews => ({
  room: kRoom,
  online: people.length,
  listed: true,
  whole: false,
  people,
  ...change,
});

function setUp() {
  const server = new FakeRequester();
  const people = new People(server);
  const names = () => (people.getSnapshot().get(kRoom)?.people ?? []).map((each) => `${each.user.name} ${each.state}`);
  return { server, people, names };
}

describe("People", () => {
  it("loads who is there and follows what changes", async () => {
    const { server, people, names } = setUp();
    void people.load(kRoom);
    await server.answer("presence.get", { ok: true, value: { online: 1, listed: true, people: [person(kBob)] } });
    expect(names()).toEqual(["Bob active"]);
    people.heard(news([person(kMe), person(kBob, "dnd")], { online: 2 }));
    expect(names()).toEqual(["Ada active", "Bob dnd"]);
    people.heard(news([person(kBob, "offline")], { online: 1 }));
    expect(names()).toEqual(["Ada active"]);
    expect(people.getSnapshot().get(kRoom)?.online).toBe(1);
  });

  it("only counts a crowd, and takes the whole list when it has thinned out", () => {
    const { people, names } = setUp();
    people.heard(news([person(kBob)]));
    people.heard(news([], { online: 501, listed: false }));
    expect(names()).toEqual([]);
    expect(people.getSnapshot().get(kRoom)).toMatchObject({ online: 501, listed: false });
    people.heard(news([person(kMe)], { whole: true }));
    expect(names()).toEqual(["Ada active"]);
  });

  it("keeps what it has when the server cannot say", async () => {
    const { server, people, names } = setUp();
    people.heard(news([person(kBob)]));
    void people.load(kRoom);
    await server.answer("presence.get", refusal("busy", "yes"));
    expect(names()).toEqual(["Bob active"]);
  });

  it("forgets a room, and everything when the connection is lost", () => {
    const { people } = setUp();
    people.heard(news([person(kBob)]));
    people.forget(kRoom);
    expect(people.getSnapshot().size).toBe(0);
    people.heard(news([person(kBob)]));
    people.clear();
    expect(people.getSnapshot().size).toBe(0);
  });
});
