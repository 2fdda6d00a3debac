import { Compass, Monitor, Moon, PencilLine, Plus, Search, Sun, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import type { Drafts } from "../../client/drafts";
import type { RoomId, RoomInfo, User } from "../../client/protocol";
import { unreadOf, type Rooms } from "../../client/rooms";
import { IconButton } from "../../ui/Button";
import { Logo } from "../../ui/Logo";
import { number } from "../../ui/time";
import { useStore } from "../../ui/useStore";
import { RoomIcon } from "./RoomIcon";
import { SelfMenu } from "./SelfMenu";
import styles from "./Sidebar.module.css";

export type Theme = "system" | "light" | "dark";

type Props = {
  rooms: Rooms;
  drafts: Drafts;
  me: User;
  current: RoomId | undefined;
  theme: Theme;
  status: ReactNode; // how I show myself
  onTheme: () => void;
  onOpen: (room: RoomId) => void;
  onCreate: () => void;
  onBrowse: () => void;
  onSwitch: () => void;
  onSignOut: () => void;
};

const themes: Record<Theme, { icon: LucideIcon; label: string }> = {
  system: { icon: Monitor, label: "Theme: as the system" },
  light: { icon: Sun, label: "Theme: light" },
  dark: { icon: Moon, label: "Theme: dark" },
};

export function Sidebar(props: Props) {
  const { rooms, ready } = useStore(props.rooms);
  const drafts = useStore(props.drafts);
  const ThemeIcon = themes[props.theme].icon;

  return (
    <nav className={styles.sidebar} aria-label="Rooms">
      <header className={styles.header}>
        <Logo />
        <h1 className={styles.brand}>Skat</h1>
        <IconButton label={themes[props.theme].label} onClick={props.onTheme}>
          <ThemeIcon size={18} />
        </IconButton>
      </header>

      <button type="button" className={styles.search} onClick={props.onSwitch}>
        <Search size={16} aria-hidden="true" />
        <span>Go to room</span>
        <kbd className={styles.keys}>Ctrl K</kbd>
      </button>

      <div className={styles.listHeader}>
        <h2>Rooms</h2>
        <IconButton label="Browse rooms" data-testid="browse-rooms" onClick={props.onBrowse}>
          <Compass size={18} />
        </IconButton>
        <IconButton label="Create a room" data-testid="create-room" onClick={props.onCreate}>
          <Plus size={19} />
        </IconButton>
      </div>

      <ul className={styles.list}>
        {!ready && <Waiting />}
        {rooms.map((room) => (
          <li key={room.id}>
            <RoomItem
              room={room}
              current={room.id === props.current}
              hasDraft={drafts.has(room.id)}
              onOpen={props.onOpen}
            />
          </li>
        ))}
        {ready && rooms.length <= 1 && (
          <li className={styles.tip}>
            <p>Only the lobby so far.</p>
            <p>
              <TextButton onClick={props.onBrowse}>Browse the open rooms</TextButton> or{" "}
              <TextButton onClick={props.onCreate}>make one</TextButton>.
            </p>
          </li>
        )}
      </ul>

      <SelfMenu me={props.me} status={props.status} onSignOut={props.onSignOut} />
    </nav>
  );
}

type ItemProps = { room: RoomInfo; current: boolean; hasDraft: boolean; onOpen: (room: RoomId) => void };

function RoomItem({ room, current, hasDraft, onOpen }: ItemProps) {
  const unread = unreadOf(room);
  const look = [styles.item, current && styles.current, unread > 0 && styles.unread].filter(Boolean).join(" ");
  return (
    <button
      type="button"
      className={look}
      data-testid="room-item"
      data-room={room.id}
      aria-current={current ? "page" : undefined}
      onClick={() => onOpen(room.id)}
    >
      <RoomIcon access={room.access} />
      <span className={styles.name} dir="auto">
        {room.name}
      </span>
      {hasDraft && !current && <PencilLine size={14} aria-label="has a draft" className={styles.draft} />}
      {unread > 0 && (
        <span className={styles.badge} data-testid="unread-badge">
          {unread > 99 ? "99+" : number(unread)}
          <span className="hidden-text"> unread</span>
        </span>
      )}
    </button>
  );
}

function Waiting() {
  return (
    <>
      <li className={styles.skeleton} />
      <li className={styles.skeleton} />
      <li className={styles.skeleton} />
    </>
  );
}

function TextButton({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <button type="button" className={styles.textButton} onClick={onClick}>
      {children}
    </button>
  );
}
