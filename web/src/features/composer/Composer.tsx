import { SendHorizontal } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import type { Drafts } from "../../client/drafts";
import { isSendable, kMaxTextBytes, textBytes } from "../../client/limits";
import type { AddRefusal } from "../../client/outbox";
import type { RoomInfo } from "../../client/protocol";
import { number } from "../../ui/time";
import styles from "./Composer.module.css";

// From here on the counter shows how much room is left.
const kCounterFromBytes = kMaxTextBytes - 2_048;

const refusals: Record<AddRefusal, string> = {
  full: "Too many messages are waiting in this room. Send it when some have gone out.",
  no_storage: "The browser has no storage left for this site, so the message cannot be kept. Free some space.",
  no_device: "Not connected yet. Your text is kept; send it in a moment.",
};

type Props = {
  room: RoomInfo;
  drafts: Drafts;
  onSend: (text: string) => AddRefusal | undefined;
  onTyping: () => void;
  onStopped: () => void;
};

// Where one writes; made anew for each room (give it the room as key). What was typed is never lost: it is a draft until
// the outbox has it.
export function Composer({ room, drafts, onSend, onTyping, onStopped }: Props) {
  const [text, setText] = useState(() => drafts.get(room.id));
  const [refusal, setRefusal] = useState<AddRefusal>();
  const field = useRef<HTMLTextAreaElement>(null);
  const bytes = textBytes(text);
  const tooLong = textBytes(clean(text)) > kMaxTextBytes;
  const canSend = isSendable(clean(text));

  // Ready to write at once, but not where it would bring up a keyboard over half of the screen.
  useEffect(() => {
    if (!onTouch()) field.current?.focus();
  }, []);

  // As tall as its text; the style sheet sets the limit.
  useLayoutEffect(() => {
    const area = field.current;
    if (area === null) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }, [text]);

  const change = (next: string) => {
    setText(next);
    setRefusal(undefined);
    drafts.set(room.id, next);
    if (next.trim() === "") onStopped();
    else onTyping();
  };

  const send = () => {
    if (!canSend) return;
    const refused = onSend(clean(text));
    setRefusal(refused);
    if (refused !== undefined) return;
    setText("");
    drafts.set(room.id, "");
    onStopped();
    field.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes, Enter chooses a word. (229: Safari ends the composition before this key.)
    const composing = event.nativeEvent.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    send();
  };

  return (
    <form
      className={styles.composer}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className={styles.box}>
        <textarea
          ref={field}
          className={styles.input}
          data-testid="composer-input"
          rows={1}
          enterKeyHint="send"
          value={text}
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
          onBlur={onStopped}
          placeholder={`Message ${room.name}`}
          aria-label={`Message ${room.name}`}
          aria-describedby="composer-note"
          dir="auto"
        />
        <button
          type="submit"
          className={styles.send}
          data-testid="composer-send"
          aria-label="Send"
          title="Send (Enter)"
          disabled={!canSend}
        >
          <SendHorizontal size={18} aria-hidden="true" />
        </button>
      </div>
      <div id="composer-note" className={styles.note}>
        {refusal !== undefined && (
          <span className={styles.problem} role="alert">
            {refusals[refusal]}
          </span>
        )}
        {tooLong && (
          <span className={styles.problem} role="alert">
            {number(textBytes(clean(text)) - kMaxTextBytes)} bytes too long. Split it into several messages.
          </span>
        )}
        {!tooLong && bytes >= kCounterFromBytes && (
          <span>
            {number(bytes)} of {number(kMaxTextBytes)} bytes
          </span>
        )}
      </div>
    </form>
  );
}

// What is sent of what was typed: no blank lines around it, nothing that no server could store.
function clean(text: string): string {
  return text
    .replaceAll("\0", "")
    .toWellFormed()
    .replace(/^(?:[^\S\n]*\n)+/, "")
    .trimEnd();
}

function onTouch(): boolean {
  return window.matchMedia("(hover: none) and (pointer: coarse)").matches;
}
