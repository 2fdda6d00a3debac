import type { Timeline } from "../../client/timeline";
import { useStore } from "../../ui/useStore";
import styles from "./TimelineView.module.css";

// Over the list: that something is on its way, or that it could not be had and how to ask again.
export function StateNote({ timeline }: { timeline: Timeline }) {
  const { older, status, error } = useStore(timeline);
  if (status === "failed" && error !== undefined && error.code !== "not_connected") {
    return <Failed what="Newer messages cannot be read now." onRetry={() => void timeline.load()} />;
  }
  if (older === "failed") {
    return <Failed what="Earlier messages cannot be read now." onRetry={() => void timeline.loadOlder()} />;
  }
  return older === "loading" ? <p className={styles.note}>Loading earlier messages…</p> : null;
}

function Failed({ what, onRetry }: { what: string; onRetry: () => void }) {
  return (
    <p className={styles.note} role="alert">
      {what}{" "}
      <button type="button" className={styles.link} onClick={onRetry}>
        Try again
      </button>
    </p>
  );
}
