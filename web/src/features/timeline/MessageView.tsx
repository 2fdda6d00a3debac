import { Clock3, RotateCcw, Trash2, TriangleAlert } from "lucide-react";
import { explain } from "../../client/errors";
import type { MessageRow } from "../../client/rows";
import { Avatar, tintOf } from "../../ui/Avatar";
import { Markdown } from "../../ui/Markdown";
import { clockTime, exactTime } from "../../ui/time";
import styles from "./MessageView.module.css";

type Props = { row: MessageRow; onRetry: (itemId: string) => void; onDiscard: (itemId: string) => void };

export function MessageView({ row, onRetry, onDiscard }: Props) {
  const { author, at, state, itemId } = row;
  const look = [styles.message, row.startsGroup && styles.start, styles[state]].filter(Boolean).join(" ");
  return (
    <article className={look} data-testid="message" data-seq={row.seq} data-state={state}>
      <div className={styles.margin}>
        {row.startsGroup ? <Avatar id={author.id} name={author.name} /> : <Time at={at} className={styles.sideTime} />}
      </div>
      <div className={styles.content}>
        {row.startsGroup && (
          <header className={styles.head}>
            <strong className={`${styles.author} ${tintOf(author.id)}`} dir="auto">
              {author.name}
            </strong>
            {row.mine && <span className={styles.you}>you</span>}
            <Time at={at} className={styles.time} />
          </header>
        )}
        <div className={styles.body}>
          <div className={styles.text}>
            <Markdown text={row.text} />
          </div>
          {state === "pending" && (
            <span className={styles.clock} title="Waiting to be sent">
              <Clock3 size={14} aria-hidden="true" />
              <span className="hidden-text">Waiting to be sent</span>
            </span>
          )}
        </div>
        {state === "failed" && itemId !== undefined && (
          <div className={styles.failure} role="alert">
            <span className={styles.reason}>
              <TriangleAlert size={15} aria-hidden="true" />
              <span>Not sent. {row.error === undefined ? "Try again." : explain(row.error)}</span>
            </span>
            <span className={styles.choices}>
              <button type="button" className={styles.action} data-testid="retry" onClick={() => onRetry(itemId)}>
                <RotateCcw size={14} aria-hidden="true" /> Retry
              </button>
              <button type="button" className={styles.action} data-testid="delete" onClick={() => onDiscard(itemId)}>
                <Trash2 size={14} aria-hidden="true" /> Delete
              </button>
            </span>
          </div>
        )}
      </div>
    </article>
  );
}

function Time({ at, className }: { at: number; className: string | undefined }) {
  return (
    <time className={className} dateTime={new Date(at).toISOString()} title={exactTime(at)}>
      {clockTime(at)}
    </time>
  );
}
