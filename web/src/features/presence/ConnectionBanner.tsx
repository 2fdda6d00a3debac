import { CloudOff, LoaderCircle } from "lucide-react";
import { useEffect, useState } from "react";
import type { Connection, ConnectionState } from "../../client/connection";
import { useStore } from "../../ui/useStore";
import styles from "./ConnectionBanner.module.css";

// A short break is nobody's business.
const kPatienceMs = 1_500;

export function ConnectionBanner({ connection }: { connection: Connection }) {
  const state = useStore(connection);
  const now = useTick(state.state !== "live");
  if (state.state === "live" || now - state.since < kPatienceMs) return null;

  const Icon = state.state === "offline" ? CloudOff : LoaderCircle;
  return (
    <div className={styles.banner} role="status" data-testid="banner" data-state={state.state}>
      <Icon size={16} aria-hidden="true" className={state.state === "offline" ? undefined : styles.turning} />
      <span>{bannerText(state, now)}</span>
      {state.retryAt !== undefined && (
        <button type="button" className={styles.try} onClick={() => connection.tryNow()}>
          Try now
        </button>
      )}
    </div>
  );
}

export function bannerText({ state, retryAt }: ConnectionState, now: number): string {
  const seconds = retryAt === undefined ? 0 : Math.max(0, Math.ceil((retryAt - now) / 1000));
  const next = seconds > 0 ? ` Next try in ${seconds} s.` : " Trying to connect…";
  if (state === "connecting") return `Connecting to the server.${next}`;
  if (state === "recovering") return `The connection was lost.${next}`;
  return `You are offline. What you write is kept and sent later.${next}`;
}

// The time, each half second while somebody wants it.
function useTick(on: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [on]);
  return now;
}
