// Dates and numbers in the reader's language.
const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const thisYear = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const otherYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const names = new Intl.ListFormat(undefined, { type: "conjunction" });
const count = new Intl.NumberFormat();

const kDayMs = 24 * 60 * 60 * 1000;

export const clockTime = (at: number): string => clock.format(at);
export const exactTime = (at: number): string => exact.format(at);
export const listOf = (parts: string[]): string => names.format(parts);
export const number = (value: number): string => count.format(value);

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

// Today, Yesterday, then the date.
export function dayName(at: number, now = Date.now()): string {
  const days = Math.round((startOfDay(at) - startOfDay(now)) / kDayMs);
  if (days === 0 || days === -1) {
    const text = relative.format(days, "day");
    return text.charAt(0).toLocaleUpperCase() + text.slice(1);
  }
  return (new Date(at).getFullYear() === new Date(now).getFullYear() ? thisYear : otherYear).format(at);
}
