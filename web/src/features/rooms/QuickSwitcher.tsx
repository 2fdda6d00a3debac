import { Search } from "lucide-react";
import { useState, type KeyboardEvent } from "react";
import type { RoomId } from "../../client/protocol";
import { unreadOf, type Rooms } from "../../client/rooms";
import { Dialog } from "../../ui/Dialog";
import { number } from "../../ui/time";
import { useStore } from "../../ui/useStore";
import styles from "./QuickSwitcher.module.css";
import { RoomIcon } from "./RoomIcon";
import { matches } from "./search";

const kShown = 50;

type Props = { rooms: Rooms; onOpen: (room: RoomId) => void; onBrowse: () => void; onClose: () => void };

// A few letters and Enter lead to a room; unread ones come first.
export function QuickSwitcher({ rooms, onOpen, onBrowse, onClose }: Props) {
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState(0);
  const found = useStore(rooms)
    .rooms.filter((room) => matches(room.name, query))
    .sort((a, b) => Number(unreadOf(b) > 0) - Number(unreadOf(a) > 0))
    .slice(0, kShown);
  const active = Math.min(chosen, Math.max(0, found.length - 1));

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setChosen((active + step + found.length) % Math.max(1, found.length));
    }
    const room = found[active];
    if (event.key === "Enter" && room !== undefined) onOpen(room.id);
  };

  return (
    <Dialog title="Go to room" hideTitle onClose={onClose}>
      <div className={styles.field}>
        <Search size={18} aria-hidden="true" />
        <input
          className={styles.input}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
          placeholder="Go to room…"
          aria-label="Go to room"
          role="combobox"
          aria-expanded="true"
          aria-controls="switcher-rooms"
          aria-activedescendant={found[active] === undefined ? undefined : `switch-${found[active].id}`}
          autoFocus
        />
      </div>
      <ul id="switcher-rooms" role="listbox" aria-label="Rooms" className={styles.list}>
        {found.map((room, i) => (
          <li
            key={room.id}
            id={`switch-${room.id}`}
            role="option"
            aria-selected={i === active}
            className={styles.room}
            onPointerMove={() => setChosen(i)}
            onClick={() => onOpen(room.id)}
          >
            <RoomIcon access={room.access} />
            <span className={styles.name} dir="auto">
              {room.name}
            </span>
            {unreadOf(room) > 0 && <span className={styles.unread}>{number(unreadOf(room))} unread</span>}
          </li>
        ))}
      </ul>
      {found.length === 0 && (
        <p className={styles.none}>
          You are in no room of that name.{" "}
          <button type="button" className={styles.link} onClick={onBrowse}>
            Browse the open rooms
          </button>
        </p>
      )}
      <p className={styles.hint}>
        <kbd>↑</kbd> <kbd>↓</kbd> choose · <kbd>Enter</kbd> open · <kbd>Alt</kbd> <kbd>↑</kbd> <kbd>↓</kbd> next room
      </p>
    </Dialog>
  );
}
