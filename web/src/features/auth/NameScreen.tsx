import { useState, type SyntheticEvent } from "react";
import { explain } from "../../client/errors";
import { isName, kMaxNameCodePoints } from "../../client/limits";
import type { WireError } from "../../client/protocol";
import { Button } from "../../ui/Button";
import form from "../../ui/form.module.css";
import { Logo } from "../../ui/Logo";
import styles from "./NameScreen.module.css";

type Props = { refusal: WireError | undefined; busy: boolean; onName: (name: string) => void };

// The door: a name is all it takes.
export function NameScreen({ refusal, busy, onName }: Props) {
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<string>();

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const trimmed = name.trim();
    if (!isName(trimmed)) {
      setProblem(
        trimmed === ""
          ? "Type the name that others will see beside your messages."
          : `Choose a name of at most ${kMaxNameCodePoints} characters, without special control characters.`,
      );
      return;
    }
    setProblem(undefined);
    onName(trimmed);
  };

  const error = problem ?? (refusal === undefined ? undefined : explain(refusal));
  return (
    <main className={styles.page}>
      <form className={styles.card} onSubmit={submit} noValidate>
        <Logo size={56} />
        <h1 className={styles.title}>Welcome to Skat</h1>
        <p className={styles.text}>Talk with everybody who is here. Choose a name and you are in.</p>
        <div className={styles.field}>
          <label className={form.label} htmlFor="name">
            Your name
          </label>
          <input
            id="name"
            className={form.input}
            data-testid="name-input"
            value={name}
            onChange={(event) => setName(event.target.value)}
            placeholder="Ada Lovelace"
            autoComplete="nickname"
            autoCapitalize="words"
            spellCheck={false}
            dir="auto"
            autoFocus
            aria-invalid={error !== undefined}
            aria-describedby={error === undefined ? undefined : "name-error"}
          />
          {error !== undefined && (
            <p id="name-error" className={`${form.error} ${styles.error}`} role="alert">
              {error}
            </p>
          )}
        </div>
        <Button look="primary" type="submit" className={styles.submit} data-testid="name-submit" disabled={busy}>
          {busy ? "Connecting…" : "Start chatting"}
        </Button>
        <p className={form.hint}>This browser will remember you. No e-mail, no password.</p>
      </form>
    </main>
  );
}
