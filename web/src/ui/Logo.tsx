// A cut stone: skat is a treasure, and diamonds are a suit of the game.
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="#0b7557" />
      <path d="M11 8h10l5 6-10 11L6 14z" fill="#f0b429" />
      <path d="M11 8l-5 6h6z M21 8l5 6h-6z" fill="#ffd772" />
      <path d="M12 14h8l-4 11z" fill="#ffc94d" />
      <path d="M11 8h10l-1 6h-8z" fill="#ffe5a3" />
    </svg>
  );
}
