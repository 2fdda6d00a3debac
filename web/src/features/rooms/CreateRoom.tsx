import { Hash, Lock } from "lucide-react";
import { useState, type SyntheticEvent } from "react";
import { explain } from "../../client/errors";
import { isName } from "../../client/limits";
import type { RoomInfo, WireError } from "../../client/protocol";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import form from "../../ui/form.module.css";
import styles from "./CreateRoom.module.css";

type Props = {
  create: (name: string, access: "open" | "closed") => Promise<{ room: RoomInfo } | { error: WireError }>;
  onCreated: (room: RoomInfo) => void;
  onClose: () => void;
};

export function CreateRoom({ create, onCreated, onClose }: Props) {
  const [name, setName] = useState("");
  const [access, setAccess] = useState<"open" | "closed">("open");
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const trimmed = name.trim();
    if (!isName(trimmed)) {
      setProblem(trimmed === "" ? "Give the room a name." : "Choose a name of 1 to 64 characters.");
      return;
    }
    setBusy(true);
    const result = await create(trimmed, access);
    setBusy(false);
    if ("error" in result) setProblem(explain(result.error));
    else onCreated(result.room);
  };

  return (
    <Dialog title="Create a room" onClose={onClose}>
      <form className={form.form} onSubmit={(event) => void submit(event)} noValidate>
        <div>
          <label className={form.label} htmlFor="room-name">
            Name
          </label>
          <input
            id="room-name"
            className={form.input}
            data-testid="create-room-name"
            value={name}
            onChange={(event) => setName(event.target.value)}
            placeholder="What is it about?"
            autoComplete="off"
            dir="auto"
            autoFocus
            aria-invalid={problem !== undefined}
            aria-describedby={problem === undefined ? undefined : "room-name-error"}
          />
        </div>
        <fieldset className={styles.choices}>
          <legend className={form.label}>Who may come in</legend>
          <Choice
            icon={<Hash size={18} />}
            title="Open"
            text="Everybody finds it and may join."
            chosen={access === "open"}
            onChoose={() => setAccess("open")}
          />
          <Choice
            icon={<Lock size={18} />}
            title="Closed"
            text="Nobody finds it; a quiet place of your own."
            chosen={access === "closed"}
            onChoose={() => setAccess("closed")}
          />
        </fieldset>
        {problem !== undefined && (
          <p id="room-name-error" className={form.error} role="alert">
            {problem}
          </p>
        )}
        <div className={form.actions}>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={busy} data-testid="create-room-submit">
            {busy ? "Creating…" : "Create room"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

type ChoiceProps = { icon: React.ReactNode; title: string; text: string; chosen: boolean; onChoose: () => void };

function Choice({ icon, title, text, chosen, onChoose }: ChoiceProps) {
  return (
    <label className={styles.choice}>
      <input type="radio" name="access" checked={chosen} onChange={onChoose} />
      {icon}
      <span>
        <strong>{title}</strong>
        <span className={styles.choiceText}>{text}</span>
      </span>
    </label>
  );
}
