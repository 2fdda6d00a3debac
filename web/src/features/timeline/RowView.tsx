import type { MemberChange, Row } from "../../client/rows";
import { dayName, exactTime, listOf } from "../../ui/time";
import { MessageView } from "./MessageView";
import styles from "./RowView.module.css";

type Props = { row: Row; onRetry: (itemId: string) => void; onDiscard: (itemId: string) => void };

export function RowView({ row, onRetry, onDiscard }: Props) {
  switch (row.type) {
    case "message":
      return <MessageView row={row} onRetry={onRetry} onDiscard={onDiscard} />;
    case "notice":
      return (
        <p className={styles.notice} title={exactTime(row.at)} data-testid="notice">
          {noticeText(row.changes)}
        </p>
      );
    case "day":
      return (
        <div className={styles.day} role="separator" data-testid="day">
          <span>{dayName(row.at)}</span>
        </div>
      );
    case "new":
      return (
        <div className={styles.new} role="separator" data-testid="new-divider">
          <span>New</span>
        </div>
      );
  }
}

const kNamed = 3;
const said = { created: "made this room", joined: "joined", left: "left" };

// "Ada made this room. Bob and Cy joined." Beyond three names the rest is counted.
export function noticeText(changes: readonly MemberChange[]): string {
  const sentences: string[] = [];
  let i = 0;
  while (i < changes.length) {
    const change = changes[i]?.change ?? "joined";
    const people: string[] = [];
    for (; changes[i]?.change === change; i += 1) people.push(changes[i]?.name ?? "");
    const names = [...new Set(people)];
    const rest = names.length - kNamed;
    const shown = rest > 1 ? [...names.slice(0, kNamed), `${rest} others`] : names;
    sentences.push(`${listOf(shown)} ${said[change]}.`);
  }
  return sentences.join(" ");
}
