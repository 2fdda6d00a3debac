import { ChevronLeft, DoorOpen } from "lucide-react";
import { useState, type ReactNode } from "react";
import type { RoomInfo } from "../../client/protocol";
import { Button, IconButton } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import form from "../../ui/form.module.css";
import { number } from "../../ui/time";
import styles from "./RoomHeader.module.css";
import { RoomIcon } from "./RoomIcon";

type Props = { room: RoomInfo; people: ReactNode; onBack: () => void; onLeave: () => void };

export function RoomHeader({ room, people, onBack, onLeave }: Props) {
  const [asking, setAsking] = useState(false);
  return (
    <header className={styles.header}>
      <IconButton label="Back to the rooms" className={styles.back} onClick={onBack}>
        <ChevronLeft size={22} />
      </IconButton>
      <span className={styles.icon}>
        <RoomIcon access={room.access} size={19} />
      </span>
      <div className={styles.text}>
        <h2 className={styles.name} dir="auto" data-testid="room-name">
          {room.name}
        </h2>
        <p className={styles.detail}>{detailOf(room)}</p>
      </div>
      {people}
      {room.access !== "everyone" && (
        <IconButton label="Leave this room" data-testid="leave-room" onClick={() => setAsking(true)}>
          <DoorOpen size={19} />
        </IconButton>
      )}
      {asking && (
        <Dialog title={`Leave ${room.name}?`} onClose={() => setAsking(false)}>
          <div className={form.form}>
            <p>
              {room.access === "open"
                ? "You get no more messages from it. You can come back any time under “Browse rooms”."
                : "This room is closed: once you have left it, you cannot come back by yourself."}
            </p>
            <div className={form.actions}>
              <Button onClick={() => setAsking(false)}>Stay</Button>
              <Button
                look="danger"
                data-testid="leave-room-confirm"
                onClick={() => {
                  setAsking(false);
                  onLeave();
                }}
              >
                Leave
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </header>
  );
}

function detailOf(room: RoomInfo): string {
  if (room.access === "everyone") return "Everybody is here";
  const members = `${number(room.members)} ${room.members === 1 ? "member" : "members"}`;
  return room.access === "closed" ? `Closed · ${members}` : members;
}
