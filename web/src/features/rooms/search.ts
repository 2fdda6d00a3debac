// Finding a room by what somebody typed: every word somewhere in the name, case and accents aside.
function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}

export function matches(name: string, query: string): boolean {
  const target = plain(name);
  return plain(query)
    .split(/\s+/)
    .every((word) => target.includes(word));
}
