// Backoff: how long to wait before the next try; doubles up to a ceiling, with jitter so that a crowd does not return at once.
export class Backoff {
  #failures = 0;

  constructor(
    private readonly firstMs: number,
    private readonly ceilingMs: number,
    private readonly random: () => number = Math.random,
  ) {}

  get failures(): number {
    return this.#failures;
  }

  next(): number {
    const full = Math.min(this.ceilingMs, this.firstMs * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return Math.round(full / 2 + (full / 2) * this.random());
  }

  reset(): void {
    this.#failures = 0;
  }
}
