import { CloudOff, MessagesSquare } from "lucide-react";
import { useMemo, useState } from "react";
import { explain } from "../../client/errors";
import type { Outbox } from "../../client/outbox";
import type { DeviceId, RoomInfo, User } from "../../client/protocol";
import { unreadOf } from "../../client/rooms";
import { buildRows } from "../../client/rows";
import type { Timeline } from "../../client/timeline";
import { Button } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { usePageFocus } from "../../ui/usePageFocus";
import { useStore } from "../../ui/useStore";
import { MessageList } from "./MessageList";
import { Skeleton } from "./Placeholders";
import styles from "./TimelineView.module.css";

type Props = {
  timeline: Timeline;
  outbox: Outbox;
  room: RoomInfo;
  me: User;
  device: DeviceId | undefined;
  // Everything up to the newest event is in sight.
  onRead: () => void;
};

// One room's messages; made anew for each room (give it the room as key).
export function TimelineView({ timeline, outbox, room, me, device, onRead }: Props) {
  const state = useStore(timeline);
  const items = useStore(outbox).get(room.id);
  const focused = usePageFocus();
  const newAfter = useNewAfter(room, focused);
  const { events } = state;
  const rows = useMemo(
    () => buildRows(events, items ?? [], { me, device, newAfter }),
    [events, items, me, device, newAfter],
  );
  const newest = items?.at(-1);

  // Rows of the outbox alone would begin a list whose place nobody knows yet.
  const known = state.status === "ready" || events.length > 0;
  if (!known || rows.length === 0) return <Nothing timeline={timeline} room={room} />;
  return (
    <MessageList
      timeline={timeline}
      rows={rows}
      room={room}
      me={me}
      focused={focused}
      newAfter={newAfter}
      written={newest?.state === "pending" ? newest.id : undefined}
      onRead={onRead}
      onRetry={(id) => outbox.retry(room.id, id)}
      onDiscard={(id) => outbox.discard(room.id, id)}
    />
  );
}

// From where on messages are new: what was unread when the room was opened, or when the reader last looked away. It
// stays put while somebody reads.
function useNewAfter(room: RoomInfo, focused: boolean): number | undefined {
  const [newAfter, setNewAfter] = useState(unreadOf(room) > 0 ? room.read_seq : undefined);
  const [wasFocused, setWasFocused] = useState(focused);
  if (wasFocused !== focused) {
    setWasFocused(focused);
    if (!focused && unreadOf(room) === 0) setNewAfter(room.seq);
  }
  return newAfter;
}

function Nothing({ timeline, room }: { timeline: Timeline; room: RoomInfo }) {
  const { status, error } = useStore(timeline);
  if (status === "failed" && error !== undefined && error.code !== "not_connected") {
    return (
      <div className={styles.nothing} data-testid="timeline">
        <EmptyState icon={<CloudOff size={26} />} title="The messages cannot be read now">
          <p>{explain(error)}</p>
          <Button onClick={() => void timeline.load()}>Try again</Button>
        </EmptyState>
      </div>
    );
  }
  if (status !== "ready") return <Skeleton />;
  return (
    <div className={styles.nothing} data-testid="timeline">
      <EmptyState icon={<MessagesSquare size={26} />} title={`It is quiet in ${room.name}`}>
        <p>Nobody has said anything yet. Write the first message below.</p>
      </EmptyState>
    </div>
  );
}
