import { useState } from "react";
import type { Availability } from "../../client/availability";
import { kPresenceTextCodePoints } from "../../client/limits";
import type { Availability as State } from "../../client/protocol";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import form from "../../ui/form.module.css";
import { PresenceDot, stateNames } from "../../ui/PresenceDot";
import { useStore } from "../../ui/useStore";
import styles from "./StatusMenu.module.css";

const kStates: readonly State[] = ["active", "away", "dnd"];

// How I show myself, and the window that changes it.
export function StatusMenu({ availability }: { availability: Availability }) {
  const mine = useStore(availability);
  const [open, setOpen] = useState(false);
  const shown = availability.shown;
  const label = `Your status: ${stateNames[shown]}${mine.text === "" ? "" : `, ${mine.text}`}`;
  return (
    <>
      <button
        type="button"
        className={styles.button}
        aria-label={label}
        title={label}
        data-testid="status"
        data-state={shown}
        onClick={() => setOpen(true)}
      >
        <PresenceDot state={shown} />
      </button>
      {open && (
        <StatusDialog
          chosen={mine.chosen}
          text={mine.text}
          onChoose={(state, text) => {
            availability.choose(state, text);
            setOpen(false);
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

type DialogProps = { chosen: State; text: string; onChoose: (state: State, text: string) => void; onClose: () => void };

function StatusDialog({ chosen, text, onChoose, onClose }: DialogProps) {
  const [state, setState] = useState(chosen);
  const [words, setWords] = useState(text);
  const tooLong = [...words.trim()].length > kPresenceTextCodePoints;
  return (
    <Dialog title="Your status" onClose={onClose}>
      <form
        className={form.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!tooLong) onChoose(state, words);
        }}
      >
        <fieldset className={styles.states}>
          <legend className={form.label}>Show me as</legend>
          {kStates.map((each) => (
            <label key={each} className={styles.state}>
              <input
                type="radio"
                name="state"
                value={each}
                checked={state === each}
                data-testid={`status-${each}`}
                onChange={() => setState(each)}
              />
              <PresenceDot state={each} />
              <span>{stateNames[each]}</span>
            </label>
          ))}
          <p className={form.hint}>Active becomes away by itself after five minutes without a key or a click.</p>
        </fieldset>
        <label>
          <span className={form.label}>What is going on (may stay empty)</span>
          <input
            className={form.input}
            value={words}
            data-testid="status-text"
            placeholder="In a meeting"
            onChange={(event) => setWords(event.target.value)}
          />
        </label>
        {tooLong && <p className={form.error}>At most {kPresenceTextCodePoints} characters.</p>}
        <div className={form.actions}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={tooLong} data-testid="status-save">
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
