import { ArrowDown } from "lucide-react";
import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from "react";
import { Virtualizer, type VirtualizerHandle } from "virtua";
import type { RoomEvent, RoomInfo, User } from "../../client/protocol";
import type { Row } from "../../client/rows";
import type { Timeline } from "../../client/timeline";
import { number } from "../../ui/time";
import { useStore } from "../../ui/useStore";
import { Intro } from "./Placeholders";
import { RowView } from "./RowView";
import { StateNote } from "./StateNote";
import styles from "./TimelineView.module.css";
import { useReadingPosition } from "./useReadingPosition";

// Below this the list shows blank frames while somebody scrolls fast.
const kBufferPx = 1500;
const kLoadOlderWithinPx = 1200;
// The first scroll has arrived by then; before, the list only seems to be at its top.
const kSettleMs = 150;

type Props = {
  timeline: Timeline;
  rows: readonly Row[];
  room: RoomInfo;
  me: User;
  focused: boolean;
  newAfter: number | undefined;
  // The newest message of this browser that is not sent yet.
  written: string | undefined;
  onRead: () => void;
  onRetry: (itemId: string) => void;
  onDiscard: (itemId: string) => void;
};

export function MessageList(props: Props) {
  const { timeline, rows, room, me, written } = props;
  const { events, more, older, status } = useStore(timeline);
  const list = useRef<VirtualizerHandle>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const settled = useRef(false);
  const shift = useShift(events);
  const lastSeq = events.at(-1)?.seq ?? 0;
  const showIntro = !more;
  const lead = showIntro ? 1 : 0;
  const divider = rows.findIndex((row) => row.type === "new");
  const { above, onScroll, onResize, toBottom } = useReadingPosition({
    list,
    count: rows.length + lead + 1,
    dividerIndex: divider < 0 ? -1 : divider + lead,
    lastSeq,
    lastRead: props.newAfter,
  });

  // What was just written is looked at, wherever the reader was.
  const follow = useEffectEvent(toBottom);
  useLayoutEffect(() => {
    if (written !== undefined) follow();
  }, [written]);

  const inSight = above === undefined && props.focused && status === "ready";
  const tellRead = useEffectEvent(props.onRead);
  useEffect(() => {
    if (inSight) tellRead();
  }, [inSight, lastSeq]);

  useEffect(() => {
    timeline.watch(above === undefined ? "bottom" : "above");
    return () => timeline.watch("no");
  }, [timeline, above]);

  const loadOlderNear = () => {
    const handle = list.current;
    if (!settled.current || handle === null || handle.scrollOffset >= kLoadOlderWithinPx) return;
    if (more && older === "idle") void timeline.loadOlder();
  };
  const fill = useEffectEvent(loadOlderNear);
  useEffect(() => {
    const timer = setTimeout(() => {
      settled.current = true;
      fill();
    }, kSettleMs);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => fill(), [events]);

  const missed = above === undefined ? 0 : countOthers(events, above, me);
  return (
    <div className={styles.frame}>
      <div
        ref={scroller}
        className={styles.scroller}
        data-testid="timeline"
        role="log"
        aria-live="off"
        aria-label={`Messages in ${room.name}`}
        aria-busy={status === "loading"}
        tabIndex={0}
      >
        <div className={styles.filler} />
        <Virtualizer
          ref={list}
          scrollRef={scroller}
          bufferSize={kBufferPx}
          shift={shift}
          onScroll={(offset) => {
            onScroll(offset);
            loadOlderNear();
          }}
          onResize={onResize}
        >
          {showIntro && <Intro key="intro" room={room} />}
          {rows.map((row) => (
            <RowView key={row.key} row={row} onRetry={props.onRetry} onDiscard={props.onDiscard} />
          ))}
          <div key="end" className={styles.end} />
        </Virtualizer>
      </div>
      <StateNote timeline={timeline} />
      {above !== undefined && (
        <button type="button" className={styles.jump} data-testid="jump-latest" onClick={toBottom}>
          <ArrowDown size={16} aria-hidden="true" />
          {missed > 0 ? `${number(missed)} new ${missed === 1 ? "message" : "messages"}` : "Jump to latest"}
        </button>
      )}
      <Announcer events={events} me={me} />
    </div>
  );
}

// Reads new messages of others aloud; the list itself would announce old ones that scroll into it.
function Announcer({ events, me }: { events: readonly RoomEvent[]; me: User }) {
  const last = events.at(-1);
  const [openedAt] = useState(last?.seq ?? 0);
  const message = last?.kind === "message" && last.sender !== me.id && last.seq > openedAt ? last : undefined;
  return (
    <p className="hidden-text" aria-live="polite">
      {message === undefined ? "" : `${message.name}: ${message.text}`}
    </p>
  );
}

// Whether rows were added or taken away at the start, so that the list keeps its place from the end.
function useShift(events: readonly RoomEvent[]): boolean {
  const first = events[0]?.seq;
  const [seen, setSeen] = useState({ events, first, shift: false });
  if (seen.events !== events) setSeen({ events, first, shift: seen.first !== undefined && seen.first !== first });
  return seen.shift;
}

function countOthers(events: readonly RoomEvent[], above: number, me: User): number {
  return events.filter((event) => event.seq > above && event.kind === "message" && event.sender !== me.id).length;
}
