/** Cache of the most recently used values. */

/**
 * Map of at most `limit` entries, in two generations: a full young one becomes the old one, whose
 * previous entries are dropped. A used entry moves to the young one, at the cost of a look-up.
 */
export class Lru<T> {
  #young = new Map<string, T>();
  #old = new Map<string, T>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = Math.max(1, limit >> 1);
  }

  get(key: string): T | undefined {
    const value = this.#young.get(key);
    if (value !== undefined) return value;
    const old = this.#old.get(key);
    return old === undefined ? undefined : this.set(key, old);
  }

  /** Stores a value and returns it. */
  set(key: string, value: T): T {
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
    return value;
  }
}
