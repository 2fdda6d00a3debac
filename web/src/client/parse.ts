// Reading values that somebody else wrote. A reader returns the value in its type or throws Malformed; it keeps nothing
// that it was not told to keep.
export class Malformed extends Error {}

export type Reader<T> = (value: unknown) => T;

type Fields = Record<string, unknown>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const object: Reader<Fields> = (value) => {
  if (!isObject(value)) throw new Malformed("an object was expected");
  return value;
};

export const string: Reader<string> = (value) => {
  if (typeof value !== "string") throw new Malformed("a string was expected");
  return value;
};

export const integer: Reader<number> = (value) => {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new Malformed("a whole number was expected");
  }
  return value;
};

export const boolean: Reader<boolean> = (value) => {
  if (typeof value !== "boolean") throw new Malformed("true or false was expected");
  return value;
};

export function hex(digits: number): Reader<string> {
  const pattern = new RegExp(`^[0-9a-f]{${digits}}$`);
  return (value) => {
    if (typeof value !== "string" || !pattern.test(value)) throw new Malformed(`${digits} hex digits were expected`);
    return value;
  };
}

export function oneOf<const T extends string>(...allowed: T[]): Reader<T> {
  return (value) => {
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) throw new Malformed(`one of ${allowed.join(", ")} was expected`);
    return found;
  };
}

export function array<T>(item: Reader<T>): Reader<T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw new Malformed("an array was expected");
    return value.map((element) => item(element));
  };
}

export function field<T>(from: Fields, name: string, read: Reader<T>): T {
  try {
    return read(from[name]);
  } catch (error) {
    throw new Malformed(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

export function optional<T>(from: Fields, name: string, read: Reader<T>): T | undefined {
  return from[name] === undefined || from[name] === null ? undefined : field(from, name, read);
}
