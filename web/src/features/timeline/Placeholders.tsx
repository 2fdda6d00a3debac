import type { RoomInfo } from "../../client/protocol";
import styles from "./Placeholders.module.css";

const kLines = ["long", "short", "middle", "long", "middle", "short", "long"] as const;

// Before the first page of messages has come.
export function Skeleton() {
  return (
    <div className={styles.skeleton} data-testid="timeline" aria-busy="true" aria-label="Loading messages">
      {kLines.map((length, i) => (
        <div key={i} className={styles.line}>
          <span className={styles.disc} />
          <span className={styles.bars}>
            <span className={styles.name} />
            <span className={`${styles.text} ${styles[length]}`} />
          </span>
        </div>
      ))}
    </div>
  );
}

// Above the very first message of a room.
export function Intro({ room }: { room: RoomInfo }) {
  return (
    <div className={styles.intro}>
      <h3 dir="auto">{room.name}</h3>
      <p>
        {room.access === "everyone" && "Here everybody meets. Say hello, or open a room of your own with +."}
        {room.access === "open" && "This is the beginning of the room. Everybody may join it under “Browse rooms”."}
        {room.access === "closed" && "This is the beginning of the room. Nobody else finds it."}
      </p>
    </div>
  );
}
