// LocalValues: what must outlive the tab, as JSON under string keys. localStorage where the browser grants it, else memory.
export type KeyValue = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

const kPrefix = "skat.";

export class LocalValues {
  constructor(private readonly backend: KeyValue = browserStorage()) {}

  // Undefined when nothing is there or when it is no JSON.
  read(key: string): unknown {
    const text = this.backend.getItem(kPrefix + key);
    if (text === null) return undefined;
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  // False when the browser has no room for it: then nothing was kept.
  write(key: string, value: unknown): boolean {
    try {
      this.backend.setItem(kPrefix + key, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  }

  remove(key: string): void {
    this.backend.removeItem(kPrefix + key);
  }

  keysFrom(start: string): string[] {
    const found: string[] = [];
    for (let i = 0; i < this.backend.length; i += 1) {
      const key = this.backend.key(i);
      if (key?.startsWith(kPrefix + start)) found.push(key.slice(kPrefix.length));
    }
    return found;
  }

  // Tells of changes that other tabs make.
  watch(key: string, changed: () => void): void {
    globalThis.addEventListener("storage", (event) => {
      if (event.key === kPrefix + key || event.key === null) changed();
    });
  }
}

export class MemoryStorage implements KeyValue {
  readonly #values = new Map<string, string>();

  get length(): number {
    return this.#values.size;
  }
  key(index: number): string | null {
    return [...this.#values.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    return this.#values.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.#values.set(key, value);
  }
  removeItem(key: string): void {
    this.#values.delete(key);
  }
}

function browserStorage(): KeyValue {
  try {
    const storage = globalThis.localStorage;
    storage.setItem("skat.probe", "1");
    storage.removeItem("skat.probe");
    return storage;
  } catch {
    return new MemoryStorage();
  }
}
