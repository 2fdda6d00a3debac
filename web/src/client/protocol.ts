// What goes over the wire of namespace /chat: types, and readers that check them at the edge. Contract: protocol/events.md.
import { array, boolean, field, hex, integer, Malformed, object, oneOf, optional, string, type Reader } from "./parse";

export const kNamespace = "/chat";

export type RoomId = string;
export type UserId = string;
export type DeviceId = string;
export type Epoch = string;

export type Retry = "no" | "yes" | "same";
export type WireError = { code: string; message: string; retry: Retry };
export type Access = "everyone" | "open" | "closed";
export type User = { id: UserId; name: string };
export type Cursor = { epoch: Epoch; seq: number };

export type RoomInfo = {
  id: RoomId;
  name: string;
  access: Access;
  epoch: Epoch;
  seq: number;
  mseq: number;
  read_seq: number;
  read_mseq: number;
  members: number;
};

export type Limits = { text_bytes: number; name_code_points: number; page_messages: number; unresolved_n: number };

export type Welcome = {
  user: User;
  device: DeviceId;
  token: string;
  lobby: RoomId;
  rooms: RoomInfo[];
  rooms_complete: boolean;
  limits: Limits;
  server: { version: string; time: number };
};

type EventHead = {
  room: RoomId;
  epoch: Epoch;
  seq: number;
  sender: UserId;
  device: DeviceId;
  n: number;
  ts: number;
};

// A kind that this client does not know still has its seq, and must be counted.
export type RoomEvent = EventHead &
  (
    | { kind: "message"; mseq: number; name: string; text: string }
    | { kind: "room.created"; name: string; room_name: string; access: Access }
    | { kind: "member.joined" | "member.left"; name: string }
    | { kind: "other" }
  );
export type MessageEvent = Extract<RoomEvent, { kind: "message" }>;

export type TypingNotice = { room: RoomId; user: User; on: boolean };
export type ReadMarker = { seq: number; mseq: number };

// What a person can choose; others see him `offline` when he is gone.
export type Availability = "active" | "away" | "dnd";
export type PresentPerson = { user: User; state: Availability | "offline"; text: string | undefined };
export type PeopleHere = { online: number; listed: boolean; people: PresentPerson[] };
export type PresenceNews = PeopleHere & { room: RoomId; whole: boolean };

export type ServerMessage =
  | { name: "welcome"; payload: Welcome }
  | { name: "event"; payload: RoomEvent }
  | { name: "resync"; payload: { room: RoomId; reason: string } }
  | { name: "typing"; payload: TypingNotice }
  | { name: "presence"; payload: PresenceNews }
  | { name: "room.joined"; payload: RoomInfo }
  | { name: "room.left"; payload: { room: RoomId } }
  | { name: "read.marked"; payload: ReadMarker & { room: RoomId } };

export type Page = { epoch: Epoch; head: number; events: RoomEvent[]; more: boolean; complete: boolean };
export type Sent = { seq: number; mseq: number; epoch: Epoch; ts: number };
export type Resumed = { epoch: Epoch; seq: number; mseq: number; resync: boolean } | { error: WireError };

export type Requests = {
  "room.create": { request: { name: string; access?: "open" | "closed" }; answer: { room: RoomInfo } };
  "room.list": { request: { after?: string; limit?: number }; answer: { rooms: RoomInfo[]; next: string | undefined } };
  "room.join": { request: { room: RoomId; n?: number }; answer: { seq: number; epoch: Epoch; room: RoomInfo } };
  "room.leave": { request: { room: RoomId; n?: number }; answer: { seq: number; epoch: Epoch } };
  "message.send": { request: { room: RoomId; n?: number; text: string }; answer: Sent };
  "history.get": { request: { room: RoomId; before?: number; after?: number; limit?: number }; answer: Page };
  resume: { request: { rooms: Record<RoomId, Cursor | null> }; answer: { rooms: Record<RoomId, Resumed> } };
  typing: { request: { room: RoomId; on: boolean }; answer: object };
  "read.mark": { request: { room: RoomId; seq: number }; answer: ReadMarker };
  "presence.set": { request: { state: Availability; text?: string }; answer: object };
  "presence.get": { request: { room: RoomId }; answer: PeopleHere };
};
export type RequestName = keyof Requests;
export type RequestOf<Name extends RequestName> = Requests[Name]["request"];
export type AnswerOf<Name extends RequestName> = Requests[Name]["answer"];

const id128 = hex(32);
const id64 = hex(16);
const access = oneOf("everyone", "open", "closed");

const readUser: Reader<User> = (value) => {
  const from = object(value);
  return { id: field(from, "id", id128), name: field(from, "name", string) };
};

const readPerson: Reader<PresentPerson> = (value) => {
  const from = object(value);
  return {
    user: field(from, "user", readUser),
    state: field(from, "state", oneOf("active", "away", "dnd", "offline")),
    text: optional(from, "text", string),
  };
};

const readPeople: Reader<PeopleHere> = (value) => {
  const from = object(value);
  return {
    online: field(from, "online", integer),
    listed: field(from, "listed", boolean),
    people: field(from, "people", array(readPerson)),
  };
};

export const readError: Reader<WireError> = (value) => {
  const from = object(value);
  return {
    code: field(from, "code", string),
    message: field(from, "message", string),
    retry: field(from, "retry", oneOf("no", "yes", "same")),
  };
};

export const readRoomInfo: Reader<RoomInfo> = (value) => {
  const from = object(value);
  return {
    id: field(from, "id", id128),
    name: field(from, "name", string),
    access: field(from, "access", access),
    epoch: field(from, "epoch", id64),
    seq: field(from, "seq", integer),
    mseq: field(from, "mseq", integer),
    read_seq: field(from, "read_seq", integer),
    read_mseq: field(from, "read_mseq", integer),
    members: field(from, "members", integer),
  };
};

export const readWelcome: Reader<Welcome> = (value) => {
  const from = object(value);
  const limits = field(from, "limits", object);
  const server = field(from, "server", object);
  return {
    user: field(from, "user", readUser),
    device: field(from, "device", id64),
    token: field(from, "token", string),
    lobby: field(from, "lobby", id128),
    rooms: field(from, "rooms", array(readRoomInfo)),
    rooms_complete: field(from, "rooms_complete", boolean),
    limits: {
      text_bytes: field(limits, "text_bytes", integer),
      name_code_points: field(limits, "name_code_points", integer),
      page_messages: field(limits, "page_messages", integer),
      unresolved_n: field(limits, "unresolved_n", integer),
    },
    server: { version: field(server, "version", string), time: field(server, "time", integer) },
  };
};

export const readEvent: Reader<RoomEvent> = (value) => {
  const from = object(value);
  const body = field(from, "body", object);
  const head: EventHead = {
    room: field(from, "room", id128),
    epoch: field(from, "epoch", id64),
    seq: field(from, "seq", integer),
    sender: field(from, "sender", id128),
    device: field(from, "device", id64),
    n: field(from, "n", integer),
    ts: field(from, "ts", integer),
  };
  const kind = field(from, "kind", string);
  switch (kind) {
    case "message":
      return {
        ...head,
        kind,
        mseq: field(from, "mseq", integer),
        name: field(body, "name", string),
        text: field(body, "text", string),
      };
    case "room.created":
      return {
        ...head,
        kind,
        name: field(body, "name", string),
        room_name: field(body, "room_name", string),
        access: field(body, "access", access),
      };
    case "member.joined":
    case "member.left":
      return { ...head, kind, name: field(body, "name", string) };
    default:
      return { ...head, kind: "other" };
  }
};

const readResumed: Reader<Resumed> = (value) => {
  const from = object(value);
  const error = optional(from, "error", readError);
  if (error !== undefined) return { error };
  return {
    epoch: field(from, "epoch", id64),
    seq: field(from, "seq", integer),
    mseq: field(from, "mseq", integer),
    resync: field(from, "resync", boolean),
  };
};

// An event of the server that this client knows, checked; undefined when it does not know the name.
export function readServerMessage(name: string, value: unknown): ServerMessage | undefined {
  switch (name) {
    case "welcome":
      return { name, payload: readWelcome(value) };
    case "event":
      return { name, payload: readEvent(value) };
    case "resync": {
      const from = object(value);
      return { name, payload: { room: field(from, "room", id128), reason: field(from, "reason", string) } };
    }
    case "typing": {
      const from = object(value);
      return {
        name,
        payload: {
          room: field(from, "room", id128),
          user: field(from, "user", readUser),
          on: field(from, "on", boolean),
        },
      };
    }
    case "presence": {
      const from = object(value);
      const [room, whole] = [field(from, "room", id128), field(from, "whole", boolean)];
      return { name, payload: { room, whole, ...readPeople(value) } };
    }
    case "room.joined":
      return { name, payload: readRoomInfo(value) };
    case "room.left":
      return { name, payload: { room: field(object(value), "room", id128) } };
    case "read.marked": {
      const from = object(value);
      return {
        name,
        payload: {
          room: field(from, "room", id128),
          seq: field(from, "seq", integer),
          mseq: field(from, "mseq", integer),
        },
      };
    }
    default:
      return undefined;
  }
}

const readAnswers: { [Name in RequestName]: Reader<AnswerOf<Name>> } = {
  "room.create": (value) => ({ room: field(object(value), "room", readRoomInfo) }),
  "room.list": (value) => {
    const from = object(value);
    return { rooms: field(from, "rooms", array(readRoomInfo)), next: optional(from, "next", string) };
  },
  "room.join": (value) => {
    const from = object(value);
    return {
      seq: field(from, "seq", integer),
      epoch: field(from, "epoch", id64),
      room: field(from, "room", readRoomInfo),
    };
  },
  "room.leave": (value) => {
    const from = object(value);
    return { seq: field(from, "seq", integer), epoch: field(from, "epoch", id64) };
  },
  "message.send": (value) => {
    const from = object(value);
    return {
      seq: field(from, "seq", integer),
      mseq: field(from, "mseq", integer),
      epoch: field(from, "epoch", id64),
      ts: field(from, "ts", integer),
    };
  },
  "history.get": (value) => {
    const from = object(value);
    return {
      epoch: field(from, "epoch", id64),
      head: field(from, "head", integer),
      events: field(from, "events", array(readEvent)),
      more: field(from, "more", boolean),
      complete: field(from, "complete", boolean),
    };
  },
  resume: (value) => {
    const rooms = field(object(value), "rooms", object);
    return { rooms: Object.fromEntries(Object.entries(rooms).map(([room, each]) => [id128(room), readResumed(each)])) };
  },
  typing: () => ({}),
  "read.mark": (value) => {
    const from = object(value);
    return { seq: field(from, "seq", integer), mseq: field(from, "mseq", integer) };
  },
  "presence.set": () => ({}),
  "presence.get": readPeople,
};

export type Result<T> = { ok: true; value: T } | { ok: false; error: WireError };

// The acknowledgement of a request: {"ok":true, …} or {"error":{…}}. Throws Malformed for anything else.
export function readAnswer<Name extends RequestName>(name: Name, value: unknown): Result<AnswerOf<Name>> {
  const from = object(value);
  const error = optional(from, "error", readError);
  if (error !== undefined) return { ok: false, error };
  field(from, "ok", onlyTrue);
  return { ok: true, value: readAnswers[name](from) };
}

const onlyTrue: Reader<true> = (value) => {
  if (value !== true) throw new Malformed("true was expected");
  return value;
};
