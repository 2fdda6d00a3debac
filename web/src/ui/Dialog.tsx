import { X } from "lucide-react";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { IconButton } from "./Button";
import styles from "./Dialog.module.css";

type Props = { title: string; onClose: () => void; children: ReactNode; hideTitle?: boolean };

// A modal window on the browser's own dialog element: it keeps the focus inside and closes on Escape.
export function Dialog({ title, onClose, children, hideTitle = false }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const dialog = ref.current;
    if (dialog !== null && !dialog.open) dialog.showModal();
  }, []);

  return (
    <dialog
      ref={ref}
      className={styles.dialog}
      aria-labelledby={titleId}
      onClose={onClose}
      onPointerDown={(event) => {
        // The dialog itself is hit only outside of its box: on the backdrop.
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div className={styles.box}>
        <header className={hideTitle ? "hidden-text" : styles.header}>
          <h2 id={titleId}>{title}</h2>
          {!hideTitle && (
            <IconButton label="Close" onClick={onClose}>
              <X size={18} />
            </IconButton>
          )}
        </header>
        {children}
      </div>
    </dialog>
  );
}
