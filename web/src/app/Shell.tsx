import { MessagesSquare } from "lucide-react";
import { useEffect, useState } from "react";
import type { Client } from "../client/client";
import type { RoomId, User } from "../client/protocol";
import { unreadOf } from "../client/rooms";
import { ConnectionBanner } from "../features/presence/ConnectionBanner";
import { StatusMenu } from "../features/presence/StatusMenu";
import { BrowseRooms } from "../features/rooms/BrowseRooms";
import { CreateRoom } from "../features/rooms/CreateRoom";
import { QuickSwitcher } from "../features/rooms/QuickSwitcher";
import { Sidebar } from "../features/rooms/Sidebar";
import { EmptyState } from "../ui/EmptyState";
import { Toasts } from "../ui/Toasts";
import { useStore } from "../ui/useStore";
import { RoomPage, StrangeRoom } from "./RoomPage";
import { goToRoom, settleIn, useRoute } from "./route";
import styles from "./Shell.module.css";
import { useShortcuts } from "./useShortcuts";
import { useTheme } from "./useTheme";
import { useUnreadTitle } from "./useUnreadTitle";

type Window = "create" | "browse" | "switch";

// Above this width the list and a room stand side by side, so some room is always shown.
const kWide = "(min-width: 721px)";

// The page of somebody who is known: the rooms, one of them, and the windows over them.
export function Shell({ client, me }: { client: Client; me: User }) {
  const { rooms, lobby, ready } = useStore(client.rooms);
  const { device } = useStore(client.session);
  const toasts = useStore(client.notices);
  const route = useRoute();
  const room = rooms.find((each) => each.id === route);
  const [window, setWindow] = useState<Window>();
  const [theme, nextTheme] = useTheme();

  useUnreadTitle(rooms.reduce((sum, each) => sum + unreadOf(each), 0));
  useEffect(() => {
    if (route === undefined && lobby !== undefined && matchMedia(kWide).matches) settleIn(lobby);
  }, [route, lobby]);

  const open = (id: RoomId) => {
    setWindow(undefined);
    goToRoom(id);
  };
  useShortcuts({
    onSwitch: () => setWindow((now) => (now === "switch" ? undefined : "switch")),
    onStep: (step, unreadOnly) => {
      const at = rooms.findIndex((each) => each.id === route);
      const candidates = rooms.map((each, i) => ({ each, distance: (step * (i - at) + rooms.length) % rooms.length }));
      const next = candidates
        .filter(({ each, distance }) => distance > 0 && (!unreadOnly || unreadOf(each) > 0))
        .sort((a, b) => a.distance - b.distance)[0];
      if (next !== undefined) open(next.each.id);
    },
  });

  return (
    <div className={styles.shell} data-page={route === undefined ? "list" : "room"}>
      <ConnectionBanner connection={client.connection} />
      <div className={styles.columns}>
        <div className={styles.side}>
          <Sidebar
            rooms={client.rooms}
            drafts={client.drafts}
            me={me}
            current={route}
            theme={theme}
            status={<StatusMenu availability={client.availability} />}
            onTheme={nextTheme}
            onOpen={open}
            onCreate={() => setWindow("create")}
            onBrowse={() => setWindow("browse")}
            onSwitch={() => setWindow("switch")}
            onSignOut={() => client.signOut()}
          />
        </div>
        <main className={styles.main}>
          {room !== undefined && <RoomPage client={client} room={room} me={me} device={device} />}
          {room === undefined && route !== undefined && ready && <StrangeRoom client={client} room={route} />}
          {route === undefined && ready && (
            <EmptyState icon={<MessagesSquare size={26} />} title="Choose a room">
              <p>Take one from the list, or press Ctrl+K and type a few letters of its name.</p>
            </EmptyState>
          )}
        </main>
      </div>
      {window === "create" && (
        <CreateRoom
          create={(name, access) => client.createRoom(name, access)}
          onCreated={(made) => open(made.id)}
          onClose={() => setWindow(undefined)}
        />
      )}
      {window === "browse" && (
        <BrowseRooms
          directory={client.directory}
          rooms={client.rooms}
          join={(id) => client.joinRoom(id)}
          onOpen={open}
          onCreate={() => setWindow("create")}
          onClose={() => setWindow(undefined)}
        />
      )}
      {window === "switch" && (
        <QuickSwitcher
          rooms={client.rooms}
          onOpen={open}
          onBrowse={() => setWindow("browse")}
          onClose={() => setWindow(undefined)}
        />
      )}
      <Toasts toasts={toasts} onDismiss={(id) => client.notices.dismiss(id)} />
    </div>
  );
}
