import { X } from "lucide-react";
import { IconButton } from "./Button";
import styles from "./Toasts.module.css";

type Toast = { id: number; tone: "error" | "info"; text: string };
type Props = { toasts: readonly Toast[]; onDismiss: (id: number) => void };

export function Toasts({ toasts, onDismiss }: Props) {
  return (
    <div className={styles.toasts} role="status" aria-live="polite">
      {toasts.map((toast) => (
        <div key={toast.id} className={`${styles.toast} ${styles[toast.tone]}`} data-testid="toast">
          <span>{toast.text}</span>
          <IconButton label="Dismiss" className={styles.close} onClick={() => onDismiss(toast.id)}>
            <X size={16} />
          </IconButton>
        </div>
      ))}
    </div>
  );
}
