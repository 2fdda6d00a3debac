// What the tests use in place of a server and a browser.
import type { ConnectionListener, Requester, SocketLike } from "../connection";
import { kNotConnected } from "../errors";
import type {
  AnswerOf,
  MessageEvent,
  RequestName,
  RequestOf,
  Result,
  Retry,
  RoomEvent,
  RoomInfo,
  ServerMessage,
  Welcome,
  WireError,
} from "../protocol";

export const kRoom = "9f86d081884c7d659a2feaa0c55ad015";
export const kLobby = "736b6174206c6f62627920726f6f6d00";
export const kEpoch = "5d1f0c9be7a24836";
export const kMe = { id: "4a1c0e7b92d35f6810aa27c4e9b0d713", name: "Ada" };
export const kBob = { id: "c05b7f1e3d924a86b1f0e2d94c7a6385", name: "Bob" };
export const kDevice = "0193f2a7c4d1e86b";
export const kOtherDevice = "0193f2a9b07c5d12";
export const kStart = Date.UTC(2026, 0, 1, 12);

export function wireError(code: string, retry: Retry): WireError {
  return { code, message: `${code}.`, retry };
}

export function refusal(code: string, retry: Retry): { ok: false; error: WireError } {
  return { ok: false, error: wireError(code, retry) };
}

export function roomInfo(change: Partial<RoomInfo> = {}): RoomInfo {
  return {
    id: kRoom,
    name: "Engine room",
    access: "open",
    epoch: kEpoch,
    seq: 0,
    mseq: 0,
    read_seq: 0,
    read_mseq: 0,
    members: 1,
    ...change,
  };
}

export function message(seq: number, change: Partial<MessageEvent> = {}): MessageEvent {
  return {
    room: kRoom,
    epoch: kEpoch,
    seq,
    kind: "message",
    mseq: seq,
    sender: kBob.id,
    device: kOtherDevice,
    n: seq,
    ts: kStart + seq * 1000,
    name: kBob.name,
    text: `message ${seq}`,
    ...change,
  };
}

export function messages(first: number, last: number): RoomEvent[] {
  return Array.from({ length: last - first + 1 }, (_, i) => message(first + i));
}

export function page(events: RoomEvent[], change: Partial<AnswerOf<"history.get">> = {}) {
  const head = events.at(-1)?.seq ?? 0;
  return { ok: true as const, value: { epoch: kEpoch, head, events, more: false, complete: true, ...change } };
}

export function welcome(change: Partial<Welcome> = {}): Welcome {
  return {
    user: kMe,
    device: kDevice,
    token: "token-1",
    lobby: kLobby,
    rooms: [roomInfo({ id: kLobby, name: "Lobby", access: "everyone" })],
    rooms_complete: true,
    limits: { text_bytes: 16384, name_code_points: 64, page_messages: 100, unresolved_n: 512 },
    server: { version: "0.1.0", time: kStart },
    ...change,
  };
}

type Call = { name: RequestName; payload: unknown; answer: (result: Result<never>) => void };

// A connection whose answers the test gives, one by one, when it likes.
export class FakeRequester implements Requester {
  readonly calls: Call[] = [];

  request<Name extends RequestName>(name: Name, payload: RequestOf<Name>): Promise<Result<AnswerOf<Name>>> {
    return new Promise((resolve) => this.calls.push({ name, payload, answer: resolve }));
  }

  of(name: RequestName): unknown[] {
    return this.calls.filter((call) => call.name === name).map((call) => call.payload);
  }

  // Answers the oldest open request of this name.
  async answer<Name extends RequestName>(name: Name, result: Result<AnswerOf<Name>>): Promise<void> {
    const at = this.calls.findIndex((call) => call.name === name);
    const [call] = at < 0 ? [] : this.calls.splice(at, 1);
    if (call === undefined) throw new Error(`no ${name} is waiting`);
    call.answer(result as Result<never>);
    await settle();
  }
}

export const offline: Requester = { request: () => Promise.resolve({ ok: false, error: kNotConnected }) };

// Lets everything that waits for an answered promise run.
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
}

// A socket.io socket without a network.
export class FakeSocket implements SocketLike {
  connects = 0;
  disconnects = 0;
  readonly sent: { name: string; payload: unknown; answer: (value: unknown) => void }[] = [];
  readonly #listeners = new Map<string, (argument: never) => void>();
  #any: (name: string, payload: unknown) => void = () => undefined;
  #open = false;

  connect() {
    this.connects += 1;
  }
  disconnect() {
    this.disconnects += 1;
    if (this.#open) this.drop("io client disconnect");
  }
  emit(name: string, payload: unknown, answer: (value: unknown) => void) {
    this.sent.push({ name, payload, answer });
  }
  on(name: string, listener: (argument: never) => void) {
    this.#listeners.set(name, listener);
  }
  onAny(listener: (name: string, payload: unknown) => void) {
    this.#any = listener;
  }

  accept(): void {
    this.#open = true;
    this.#listeners.get("connect")?.(undefined as never);
  }
  receive(name: string, payload: unknown): void {
    this.#any(name, payload);
  }
  drop(reason = "transport close"): void {
    this.#open = false;
    this.#listeners.get("disconnect")?.(reason as never);
  }
  fail(data?: unknown): void {
    this.#listeners.get("connect_error")?.(Object.assign(new Error("refused"), { data }) as never);
  }
}

export class Heard implements ConnectionListener {
  readonly messages: ServerMessage[] = [];
  readonly refusals: WireError[] = [];
  dispatch(heard: ServerMessage): void {
    this.messages.push(heard);
  }
  onRefused(error: WireError): void {
    this.refusals.push(error);
  }
}
