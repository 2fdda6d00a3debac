import { Compass, Search } from "lucide-react";
import { useEffect, useState } from "react";
import type { Directory } from "../../client/directory";
import { explain } from "../../client/errors";
import type { RoomId, RoomInfo } from "../../client/protocol";
import type { Rooms } from "../../client/rooms";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { EmptyState } from "../../ui/EmptyState";
import form from "../../ui/form.module.css";
import { number } from "../../ui/time";
import { useStore } from "../../ui/useStore";
import styles from "./BrowseRooms.module.css";
import { RoomIcon } from "./RoomIcon";
import { matches } from "./search";

type Props = {
  directory: Directory;
  rooms: Rooms;
  join: (room: RoomId) => Promise<boolean>;
  onOpen: (room: RoomId) => void;
  onCreate: () => void;
  onClose: () => void;
};

export function BrowseRooms({ directory, rooms, join, onOpen, onCreate, onClose }: Props) {
  const { status, rooms: open, next, error } = useStore(directory);
  const mine = new Set(useStore(rooms).rooms.map((room) => room.id));
  const [query, setQuery] = useState("");
  const [joining, setJoining] = useState<RoomId>();

  useEffect(() => void directory.load(), [directory]);
  // Who searches wants all of them: the pages follow one another.
  const wantsMore = query !== "" && status === "ready" && next !== undefined;
  useEffect(() => {
    if (wantsMore) void directory.more();
  }, [wantsMore, directory, open.length]);

  const found = open.filter((room) => matches(room.name, query));
  const enter = async (room: RoomId) => {
    setJoining(room);
    const joined = mine.has(room) || (await join(room));
    setJoining(undefined);
    if (joined) onOpen(room);
  };

  return (
    <Dialog title="Browse rooms" onClose={onClose}>
      <div className={styles.search}>
        <Search size={17} aria-hidden="true" />
        <input
          className={form.input}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          placeholder="Search by name"
          aria-label="Search rooms by name"
          type="search"
          autoFocus
        />
      </div>
      <ul className={styles.list} aria-busy={status === "loading"}>
        {found.map((room) => (
          <li key={room.id} className={styles.room}>
            <RoomIcon access={room.access} />
            <RoomText room={room} />
            <Button
              look={mine.has(room.id) ? "plain" : "primary"}
              data-testid="join-room"
              data-room={room.id}
              disabled={joining !== undefined}
              onClick={() => void enter(room.id)}
            >
              {mine.has(room.id) ? "Open" : joining === room.id ? "Joining…" : "Join"}
            </Button>
          </li>
        ))}
        {status === "loading" && open.length === 0 && <li className={styles.note}>Looking for rooms…</li>}
        {status === "failed" && error !== undefined && (
          <li className={styles.note} role="alert">
            <p>{explain(error)}</p>
            <Button onClick={() => void directory.more()}>Try again</Button>
          </li>
        )}
        {status === "ready" && next !== undefined && query === "" && (
          <li className={styles.note}>
            <Button onClick={() => void directory.more()}>Show more rooms</Button>
          </li>
        )}
      </ul>
      {status === "ready" && next === undefined && found.length === 0 && (
        <EmptyState
          icon={<Compass size={26} />}
          title={query === "" ? "No open rooms yet" : `No room matches “${query}”`}
        >
          <p>{query === "" ? "Be the first to open one." : "Try another word, or open a room of that name."}</p>
          <Button look="primary" onClick={onCreate}>
            Create a room
          </Button>
        </EmptyState>
      )}
    </Dialog>
  );
}

function RoomText({ room }: { room: RoomInfo }) {
  return (
    <span className={styles.text}>
      <strong dir="auto">{room.name}</strong>
      <span className={styles.numbers}>
        {number(room.members)} {room.members === 1 ? "member" : "members"} · {number(room.mseq)}{" "}
        {room.mseq === 1 ? "message" : "messages"}
      </span>
    </span>
  );
}
