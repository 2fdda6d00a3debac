import { LogOut } from "lucide-react";
import { useState, type ReactNode } from "react";
import type { User } from "../../client/protocol";
import { Avatar } from "../../ui/Avatar";
import { Button, IconButton } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import form from "../../ui/form.module.css";
import styles from "./Sidebar.module.css";

// Who I am, and the way out. Leaving cannot be undone, so it asks.
export function SelfMenu({ me, status, onSignOut }: { me: User; status: ReactNode; onSignOut: () => void }) {
  const [asking, setAsking] = useState(false);
  return (
    <footer className={styles.self}>
      <Avatar id={me.id} name={me.name} size="small" />
      <span className={styles.selfName} dir="auto" title={me.name} data-testid="self-name">
        {me.name}
      </span>
      {status}
      <IconButton label="Sign out" onClick={() => setAsking(true)}>
        <LogOut size={17} />
      </IconButton>
      {asking && (
        <Dialog title="Sign out?" onClose={() => setAsking(false)}>
          <div className={form.form}>
            <p>
              This browser forgets you, with your drafts and unsent messages. Your messages stay, but you come back as
              somebody new.
            </p>
            <div className={form.actions}>
              <Button onClick={() => setAsking(false)}>Stay</Button>
              <Button look="danger" onClick={onSignOut}>
                Sign out
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </footer>
  );
}
