/** Cache of the most recently used values. */

/** Limit of a cache in characters. */
export interface LruSize<T> {
  /** Characters of all entries; the newest is kept, whatever its size. */
  maxSize: number;
  sizeOf(key: string, value: T): number;
}

const UNLIMITED: LruSize<unknown> = { maxSize: Number.POSITIVE_INFINITY, sizeOf: () => 0 };

/**
 * Map of at most `limit` entries, and of a size, in two generations: a full young one becomes the
 * old one, whose previous entries are dropped. A used entry moves to the young one, at the cost of
 * a look-up.
 */
export class Lru<T> {
  #young = new Map<string, T>();
  #old = new Map<string, T>();
  readonly #limit: number;
  readonly #maxSize: number;
  readonly #sizeOf: LruSize<T>['sizeOf'];
  /** Size of the young generation. */
  #size = 0;

  constructor(limit: number, { maxSize, sizeOf }: LruSize<T> = UNLIMITED) {
    this.#limit = Math.max(1, limit >> 1);
    this.#maxSize = maxSize / 2;
    this.#sizeOf = sizeOf;
  }

  get(key: string): T | undefined {
    const value = this.#young.get(key);
    if (value !== undefined) return value;
    const old = this.#old.get(key);
    return old === undefined ? undefined : this.set(key, old);
  }

  /** Stores a value and returns it. */
  set(key: string, value: T): T {
    const size = this.#sizeOf(key, value);
    if (this.#young.size >= this.#limit || this.#size + size > this.#maxSize) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#size = 0;
    }
    this.#size += size;
    this.#young.set(key, value);
    return value;
  }
}
