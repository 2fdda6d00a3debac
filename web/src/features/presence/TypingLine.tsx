import type { Presence } from "../../client/presence";
import type { RoomId } from "../../client/protocol";
import { listOf } from "../../ui/time";
import { useStore } from "../../ui/useStore";
import styles from "./TypingLine.module.css";

const kNamed = 3;

// Who is typing. The line keeps its place when nobody does, so that nothing jumps.
export function TypingLine({ presence, room }: { presence: Presence; room: RoomId }) {
  const names = (useStore(presence).get(room) ?? []).map((user) => user.name);
  return (
    <p className={styles.line} data-testid="typing" aria-live="off">
      {names.length > 0 && (
        <>
          <span className={styles.dots} aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span className={styles.text}>{typingText(names)}</span>
        </>
      )}
    </p>
  );
}

export function typingText(names: readonly string[]): string {
  if (names.length > kNamed) return "Several people are typing…";
  return `${listOf([...names])} ${names.length === 1 ? "is" : "are"} typing…`;
}
