import styles from "./PresenceDot.module.css";

export type DotState = "active" | "away" | "dnd" | "offline";

export const stateNames: Record<DotState, string> = {
  active: "Active",
  away: "Away",
  dnd: "Do not disturb",
  offline: "Offline",
};

// Shape and colour both tell the state, and its name is read aloud.
export function PresenceDot({ state }: { state: DotState }) {
  return <span className={`${styles.dot} ${styles[state]}`} role="img" aria-label={stateNames[state]} />;
}
