import { DoorOpen } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { Client } from "../client/client";
import type { DeviceId, RoomId, RoomInfo, User } from "../client/protocol";
import { Composer } from "../features/composer/Composer";
import { PeopleButton, PeoplePanel } from "../features/presence/PeoplePanel";
import { TypingLine } from "../features/presence/TypingLine";
import { RoomHeader } from "../features/rooms/RoomHeader";
import { TimelineView } from "../features/timeline/TimelineView";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { goToList } from "./route";
import styles from "./Shell.module.css";

type Props = { client: Client; room: RoomInfo; me: User; device: DeviceId | undefined };

export function RoomPage({ client, room, me, device }: Props) {
  const timeline = useMemo(() => client.timeline(room.id), [client, room.id]);
  const [showPeople, setShowPeople] = useState(false);
  useEffect(() => client.watchPeople(room.id), [client, room.id]);
  const leave = async () => {
    if (await client.leaveRoom(room.id)) goToList();
  };
  return (
    <>
      <RoomHeader
        room={room}
        people={
          <PeopleButton
            people={client.people}
            room={room.id}
            open={showPeople}
            onToggle={() => setShowPeople((now) => !now)}
          />
        }
        onBack={goToList}
        onLeave={() => void leave()}
      />
      {showPeople && <PeoplePanel people={client.people} room={room.id} me={me} />}
      <TimelineView
        key={`timeline-${room.id}`}
        timeline={timeline}
        outbox={client.outbox}
        room={room}
        me={me}
        device={device}
        onRead={() => client.markRead(room.id)}
      />
      <TypingLine presence={client.presence} room={room.id} />
      <Composer
        key={`composer-${room.id}`}
        room={room}
        drafts={client.drafts}
        onSend={(text) => client.outbox.add(room.id, text)}
        onTyping={() => client.presence.typed(room.id)}
        onStopped={() => client.presence.stopped()}
      />
    </>
  );
}

// A link to a room that one is not in.
export function StrangeRoom({ client, room }: { client: Client; room: RoomId }) {
  const [busy, setBusy] = useState(false);
  const join = async () => {
    setBusy(true);
    await client.joinRoom(room);
    setBusy(false);
  };
  return (
    <div className={styles.strange}>
      <EmptyState icon={<DoorOpen size={26} />} title="You are not in this room">
        <p>If it is open, you can join it now. If it is closed, somebody inside has to let you in.</p>
        <div className={styles.choices}>
          <Button onClick={goToList}>Back to my rooms</Button>
          <Button look="primary" disabled={busy} onClick={() => void join()}>
            {busy ? "Joining…" : "Join room"}
          </Button>
        </div>
      </EmptyState>
    </div>
  );
}
