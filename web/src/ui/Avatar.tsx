import styles from "./Avatar.module.css";

const kTints = 11;

type Props = { id: string; name: string; size?: "small" | "normal" };

// Initials on a colour that follows from the id, so that a person looks the same everywhere.
export function Avatar({ id, name, size = "normal" }: Props) {
  return (
    <span className={`${styles.avatar} ${styles[size]} ${tintOf(id)}`} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}

export function tintOf(id: string): string {
  return `tint${Number.parseInt(id.slice(0, 6), 16) % kTints || 0}`;
}

export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => word !== "");
  const first = words[0] ?? "?";
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  return (firstLetter(first) + (last === undefined ? "" : firstLetter(last))).toLocaleUpperCase();
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

function firstLetter(word: string): string {
  return segmenter.segment(word)[Symbol.iterator]().next().value?.segment ?? "";
}
