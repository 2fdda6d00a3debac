// The place in the page's address: #/room/<id>, or nothing for the list of rooms. So the back button works, and a room
// can be linked to.
import { useSyncExternalStore } from "react";
import type { RoomId } from "../client/protocol";

const pattern = /^#\/room\/([0-9a-f]{32})$/;

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

export function useRoute(): RoomId | undefined {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return pattern.exec(hash)?.[1];
}

export function goToRoom(room: RoomId): void {
  window.location.hash = `#/room/${room}`;
}

// In place of the current entry, where no person has asked to go.
export function settleIn(room: RoomId): void {
  window.location.replace(`#/room/${room}`);
}

export function goToList(): void {
  window.location.hash = "";
}
