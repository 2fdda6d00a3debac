// The one way from a store to a component.
import { useSyncExternalStore } from "react";

export type Readable<Snapshot> = {
  subscribe: (listener: () => void) => () => void;
  getSnapshot: () => Snapshot;
};

export function useStore<Snapshot>(store: Readable<Snapshot>): Snapshot {
  return useSyncExternalStore(store.subscribe, store.getSnapshot);
}
