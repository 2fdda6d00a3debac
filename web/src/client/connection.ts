// Connection: the one link to the server, and the only file that knows socket.io-client.
// States: connecting (never been live) → live → recovering (trying again) → live; offline: the network is gone or the
// server has not answered for a while. Every way out of live ends the waiting requests with "no answer".
// Limits: a request waits 10 s, a welcome 10 s; tries are 0.5 to 15 s apart.
import { io } from "socket.io-client";
import { Backoff } from "./backoff";
import { kBadAnswer, kNoAnswer, kNotConnected } from "./errors";
import {
  kNamespace,
  readAnswer,
  readError,
  readServerMessage,
  type AnswerOf,
  type RequestName,
  type RequestOf,
  type Result,
  type ServerMessage,
  type WireError,
} from "./protocol";
import { Store } from "./store";

export const kAnswerTimeoutMs = 10_000;
export const kWelcomeTimeoutMs = 10_000;
const kFirstRetryMs = 500;
const kLongestRetryMs = 15_000;
const kFailuresUntilOffline = 4;

export type ConnectionState = {
  state: "connecting" | "live" | "recovering" | "offline";
  since: number; // ms; when the connection was lost, or this state began
  retryAt: number | undefined; // ms; when the next try starts, undefined while one runs
};

export type AuthPayload = { name: string } | { token: string; new_device?: boolean };

// What Connection needs of a socket; the tests bring one of their own.
export type SocketLike = {
  connect(): unknown;
  disconnect(): unknown;
  emit(name: string, payload: unknown, answer: (value: unknown) => void): unknown;
  on(name: "connect", listener: () => void): unknown;
  on(name: "disconnect", listener: (reason: string) => void): unknown;
  on(name: "connect_error", listener: (error: Error & { data?: unknown }) => void): unknown;
  onAny(listener: (name: string, payload: unknown) => void): unknown;
};
export type SocketFactory = (auth: (give: (payload: object) => void) => void) => SocketLike;

const openSocket: SocketFactory = (auth) =>
  io(kNamespace, {
    auth,
    autoConnect: false,
    forceNew: true,
    // Connection paces its own tries, so that it can say when the next one comes.
    reconnection: false,
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    timeout: kWelcomeTimeoutMs,
  });

export type ConnectionListener = {
  dispatch(message: ServerMessage): void;
  // The server refused this identity for good; the connection is closed.
  onRefused(error: WireError): void;
};

export type Requester = Pick<Connection, "request">;

export class Connection extends Store<ConnectionState> {
  readonly #socket: SocketLike;
  readonly #backoff = new Backoff(kFirstRetryMs, kLongestRetryMs);
  readonly #waiting = new Set<() => void>();
  #listener: ConnectionListener | undefined;
  #auth: AuthPayload | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #networkGone = false;

  constructor(factory: SocketFactory = openSocket) {
    super({ state: "connecting", since: Date.now(), retryAt: undefined });
    this.#socket = factory((give) => give(this.#auth ?? {}));
    this.#socket.on("connect", () => this.#expectWelcome());
    this.#socket.on("disconnect", () => this.#lost());
    this.#socket.on("connect_error", (error) => this.#failed(error.data));
    this.#socket.onAny((name, payload) => this.#receive(name, payload));
  }

  listen(listener: ConnectionListener): void {
    this.#listener = listener;
  }

  // Connects as this identity, and again after every loss until close().
  open(auth: AuthPayload): void {
    this.#auth = auth;
    this.#backoff.reset();
    this.publish({ state: this.#networkGone ? "offline" : "connecting", since: Date.now(), retryAt: undefined });
    this.#try();
  }

  // The identity for the next connect; a welcome turns a name into a token.
  use(auth: AuthPayload): void {
    this.#auth = auth;
  }

  close(): void {
    this.#auth = undefined;
    this.#stopTimer();
    this.#socket.disconnect();
    this.#endWaiting();
    this.publish({ state: "connecting", since: Date.now(), retryAt: undefined });
  }

  // A person, or a sign that the network is back, asks for a try at once.
  tryNow(): void {
    if (this.#auth === undefined || this.getSnapshot().retryAt === undefined) return;
    this.#backoff.reset();
    this.#try();
  }

  networkChanged(online: boolean): void {
    this.#networkGone = !online;
    if (online) this.tryNow();
    else if (this.getSnapshot().state !== "live") this.publish({ ...this.getSnapshot(), state: "offline" });
  }

  async request<Name extends RequestName>(name: Name, payload: RequestOf<Name>): Promise<Result<AnswerOf<Name>>> {
    if (this.getSnapshot().state !== "live") return { ok: false, error: kNotConnected };
    return new Promise((resolve) => {
      const finish = (result: Result<AnswerOf<Name>>) => {
        clearTimeout(timer);
        this.#waiting.delete(giveUp);
        resolve(result);
      };
      const giveUp = () => finish({ ok: false, error: kNoAnswer });
      const timer = setTimeout(giveUp, kAnswerTimeoutMs);
      this.#waiting.add(giveUp);
      this.#socket.emit(name, payload, (value) => {
        try {
          finish(readAnswer(name, value));
        } catch (error) {
          console.error(`skat: unreadable answer to ${name}`, error);
          finish({ ok: false, error: kBadAnswer });
        }
      });
    });
  }

  #try(): void {
    this.#stopTimer();
    this.publish({ ...this.getSnapshot(), retryAt: undefined });
    this.#socket.connect();
  }

  #expectWelcome(): void {
    this.#stopTimer();
    this.#timer = setTimeout(() => this.#socket.disconnect(), kWelcomeTimeoutMs);
  }

  #receive(name: string, payload: unknown): void {
    let message: ServerMessage | undefined;
    try {
      message = readServerMessage(name, payload);
    } catch (error) {
      // Left out, a room event shows up as a hole in its numbers, and is asked for again.
      console.error(`skat: unreadable ${name}`, error);
      return;
    }
    if (message === undefined || this.#auth === undefined) return;
    if (message.name === "welcome") {
      this.#stopTimer();
      this.#backoff.reset();
      this.publish({ state: "live", since: Date.now(), retryAt: undefined });
    }
    this.#listener?.dispatch(message);
  }

  #lost(): void {
    this.#stopTimer();
    this.#endWaiting();
    if (this.#auth === undefined) return;
    if (this.getSnapshot().state === "live") {
      this.publish({ state: "recovering", since: Date.now(), retryAt: undefined });
    }
    this.#retryLater();
  }

  #failed(data: unknown): void {
    this.#stopTimer();
    if (this.#auth === undefined) return;
    const refusal = readRefusal(data);
    if (refusal?.retry === "no") {
      this.close();
      this.#listener?.onRefused(refusal);
      return;
    }
    this.#retryLater();
  }

  #retryLater(): void {
    this.#stopTimer();
    const wait = this.#backoff.next();
    const before = this.getSnapshot();
    const offline = this.#networkGone || this.#backoff.failures > kFailuresUntilOffline;
    this.publish({ ...before, state: offline ? "offline" : before.state, retryAt: Date.now() + wait });
    this.#timer = setTimeout(() => this.#try(), wait);
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #endWaiting(): void {
    for (const giveUp of [...this.#waiting]) giveUp();
  }
}

// CONNECT_ERROR carries an error of the protocol; a transport that failed carries none.
function readRefusal(data: unknown): WireError | undefined {
  try {
    return readError(data);
  } catch {
    return undefined;
  }
}
