// Limits of the protocol that a person should hear of before the server says no. Contract: protocol/errors.md.
export const kMaxTextBytes = 16_384;
export const kMaxNameCodePoints = 64;
export const kPresenceTextCodePoints = 64;
export const kMaxRoomsPerResume = 500;

const encoder = new TextEncoder();

export function textBytes(text: string): number {
  return encoder.encode(text).length;
}

// What the server could never accept in a text: U+0000 and lone surrogates.
export function isSendable(text: string): boolean {
  return text !== "" && !text.includes("\0") && text.isWellFormed() && textBytes(text) <= kMaxTextBytes;
}

export function isName(name: string): boolean {
  const length = [...name].length;
  return length >= 1 && length <= kMaxNameCodePoints && name.isWellFormed() && !/\p{Cc}/u.test(name);
}
