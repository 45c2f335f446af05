/** Keeps the most recently used answers. */

/** A map that forgets what was not used for long: at most `limit` entries, in two generations, so that a use costs no more than a look. */
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
    const before = this.#old.get(key);
    return before === undefined ? undefined : this.set(key, before);
  }

  /** Keeps a value and answers it. */
  set(key: string, value: T): T {
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
    return value;
  }
}
