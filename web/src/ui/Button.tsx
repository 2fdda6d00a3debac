import type { ComponentProps } from "react";
import styles from "./Button.module.css";

type ButtonProps = ComponentProps<"button"> & { look?: "primary" | "plain" | "danger" };

export function Button({ look = "plain", className = "", type = "button", ...rest }: ButtonProps) {
  return <button type={type} className={`${styles.button} ${styles[look]} ${className}`} {...rest} />;
}

type IconButtonProps = ComponentProps<"button"> & { label: string };

// A button that is only a picture: its label is read aloud and shown on hover.
export function IconButton({ label, className = "", ...rest }: IconButtonProps) {
  return <button type="button" aria-label={label} title={label} className={`${styles.icon} ${className}`} {...rest} />;
}
