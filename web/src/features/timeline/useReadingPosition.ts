// Where the reader stands in the list: at the newest message, or above it since some event.
// At the bottom the list follows what comes; above it nothing moves. Only a scroll upwards by hand leaves the bottom:
// growing rows and a shrinking window do not.
import { useCallback, useEffectEvent, useLayoutEffect, useRef, useState, type RefObject } from "react";
import type { VirtualizerHandle } from "virtua";

const kBottomSlackPx = 40;
const kDividerContextPx = 72;

type Options = {
  list: RefObject<VirtualizerHandle | null>;
  count: number; // rows in the list
  dividerIndex: number; // of the "New" divider, -1: none
  lastSeq: number;
  lastRead: number | undefined; // the event before the divider
};

export type ReadingPosition = {
  // The last event that had come when the reader left the bottom; undefined: at the bottom.
  above: number | undefined;
  onScroll: (offset: number) => void;
  onResize: () => void;
  toBottom: () => void;
};

export function useReadingPosition({ list, count, dividerIndex, lastSeq, lastRead }: Options): ReadingPosition {
  // The first look is at the "New" divider with some context above it, else at the newest message.
  const [above, setAbove] = useState(dividerIndex < 0 ? undefined : lastRead);
  const offset = useRef(0);

  const scrollToEnd = useCallback(() => {
    if (count > 0) list.current?.scrollToIndex(count - 1, { align: "end" });
  }, [list, count]);

  const atBottom = () => {
    const handle = list.current;
    if (handle === null) return true;
    return handle.scrollSize - handle.viewportSize - handle.scrollOffset < kBottomSlackPx;
  };

  const toDivider = useEffectEvent(() => {
    if (dividerIndex < 0 || above === undefined) return;
    list.current?.scrollToIndex(dividerIndex, { align: "start", offset: -kDividerContextPx });
  });
  useLayoutEffect(() => toDivider(), []);

  // Something was added while the reader is at the bottom: follow it.
  useLayoutEffect(() => {
    if (above === undefined) scrollToEnd();
  }, [above, lastSeq, scrollToEnd]);

  const onScroll = (next: number) => {
    const movedUp = next < offset.current - 1;
    offset.current = next;
    if (atBottom()) setAbove(undefined);
    else if (movedUp) setAbove((before) => before ?? lastSeq);
  };

  const onResize = () => {
    if (above === undefined) scrollToEnd();
    // All of it may fit: then the end is in sight without any scrolling.
    else if (atBottom()) setAbove(undefined);
  };

  const toBottom = () => {
    setAbove(undefined);
    scrollToEnd();
  };

  return { above, onScroll, onResize, toBottom };
}
