import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isName, isSendable, textBytes } from "./limits";
import { Malformed } from "./parse";
import { readAnswer, readError, readServerMessage, type RequestName } from "./protocol";
import { message, welcome } from "./testing/fakes";

const kExamples = join(import.meta.dirname, "../../../protocol/examples");

type Case = { name: string; request?: unknown; request_json?: string; answer?: unknown; payload?: unknown };
type Example = { event: string; from: "client" | "server"; nsp: string; cases: Case[] };

const examples = readdirSync(kExamples)
  .filter((file) => file.endsWith(".json"))
  .map((file) => JSON.parse(readFileSync(join(kExamples, file), "utf8")) as Example)
  .filter((example) => example.nsp === "/chat");

const kRequests: Record<RequestName, true> = {
  "room.create": true,
  "room.list": true,
  "room.join": true,
  "room.leave": true,
  "message.send": true,
  "history.get": true,
  resume: true,
  typing: true,
  "read.mark": true,
  "presence.set": true,
  "presence.get": true,
};

function isRequest(name: string): name is RequestName {
  return name in kRequests;
}

function requestOf(each: Case): unknown {
  return each.request_json === undefined ? each.request : JSON.parse(each.request_json);
}

function errorCode(answer: unknown): string | undefined {
  return (answer as { error?: { code: string } } | undefined)?.error?.code;
}

describe("the examples of the protocol", () => {
  it("name every request of this client", () => {
    const named = examples.filter((example) => example.from === "client").map((example) => example.event);
    for (const name of Object.keys(kRequests)) expect(named).toContain(name);
  });

  for (const { event, from, cases } of examples) {
    for (const each of cases) {
      if (from === "server") {
        it(`${event}: ${each.name}: is understood without loss`, () => {
          const read = readServerMessage(event, each.payload);
          expect(read?.name).toBe(event);
          expect(read?.payload).toEqual(event === "event" ? flat(each.payload) : each.payload);
        });
      } else if (isRequest(event) && each.answer !== undefined) {
        it(`${event}: ${each.name}: its answer is understood`, () => {
          const read = readAnswer(event, each.answer);
          expect(read.ok).toBe(errorCode(each.answer) === undefined);
          if (!read.ok) expect(read.error).toEqual((each.answer as { error: unknown }).error);
        });
      } else if (errorCode(each.answer) !== undefined) {
        it(`${event}: ${each.name}: its refusal is understood`, () => {
          expect(readError((each.answer as { error: unknown }).error).code).toBe(errorCode(each.answer));
        });
      }
    }
  }

  const sends = examples.find((example) => example.event === "message.send" && example.from === "client");
  for (const each of sends?.cases ?? []) {
    const text = (requestOf(each) as { text?: unknown }).text;
    const code = errorCode(each.answer);
    if (typeof text !== "string" || (code !== undefined && code !== "bad_text" && code !== "text_too_long")) continue;
    it(`message.send: ${each.name}: may be sent exactly if the server takes it`, () => {
      expect(isSendable(text)).toBe(code === undefined);
    });
  }

  const named = examples.filter(({ event }) => event === "connect" || event === "room.create");
  for (const { event, cases } of named) {
    for (const each of cases) {
      const name = (requestOf(each) as { name?: unknown }).name;
      const code = errorCode(each.answer);
      if (typeof name !== "string" || each.request_json?.split('"name"').length === 3) continue;
      if (code !== undefined && code !== "bad_name") continue;
      it(`${event}: ${each.name}: the name is accepted exactly if the server takes it`, () => {
        expect(isName(name)).toBe(code === undefined);
      });
    }
  }
});

// An event's body is read into the event itself.
function flat(payload: unknown): unknown {
  const { body, ...head } = payload as { body: object };
  return { ...head, ...body };
}

describe("reading what the server sends", () => {
  it("leaves out members that it does not know", () => {
    const read = readServerMessage("read.marked", { room: message(1).room, seq: 3, mseq: 2, colour: "red" });
    expect(read?.payload).toEqual({ room: message(1).room, seq: 3, mseq: 2 });
  });

  it("keeps the number of an event of a kind that it does not know", () => {
    const { name, text, ...head } = message(7);
    const read = readServerMessage("event", { ...head, kind: "message.pinned", body: { name, text } });
    expect(read).toMatchObject({ name: "event", payload: { seq: 7, kind: "other" } });
  });

  it("does not know an event of another name", () => {
    expect(readServerMessage("weather", {})).toBeUndefined();
  });

  it.each([
    ["a room id in capitals", { ...message(1), room: message(1).room.toUpperCase(), body: {} }],
    ["a seq that is a string", { ...message(1), seq: "1", body: { name: "Bob", text: "x" } }],
    ["a message without text", { ...message(1), body: { name: "Bob" } }],
    ["nothing", null],
  ])("refuses %s", (_, payload) => {
    expect(() => readServerMessage("event", payload)).toThrow(Malformed);
  });

  it("says which member of a welcome is wrong", () => {
    expect(() => readServerMessage("welcome", { ...welcome(), device: 5 })).toThrow(/^device: /);
  });

  it("refuses an answer that is neither ok nor an error", () => {
    expect(() => readAnswer("typing", {})).toThrow(Malformed);
    expect(() => readAnswer("typing", "ok")).toThrow(Malformed);
  });
});

describe("the size of a text", () => {
  it("is counted in bytes of UTF-8", () => {
    expect(textBytes("aä€😀")).toBe(1 + 2 + 3 + 4);
  });
});
