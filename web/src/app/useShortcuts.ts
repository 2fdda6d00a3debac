import { useEffect, useEffectEvent } from "react";

type Shortcuts = {
  onSwitch: () => void;
  // To the room above (−1) or below (1) in the list; unread ones only, with Shift.
  onStep: (step: -1 | 1, unreadOnly: boolean) => void;
};

export function useShortcuts({ onSwitch, onStep }: Shortcuts): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      onSwitch();
    } else if (event.altKey && !event.ctrlKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      onStep(event.key === "ArrowUp" ? -1 : 1, event.shiftKey);
    }
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event);
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}
