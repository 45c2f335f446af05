/** Collects the changes of one operation, so that subscribers are called once at its end. */

export class ChangeBatch {
  readonly #listeners = new Set<() => void>();
  readonly #invalidate: () => void;
  #open = false;
  #changed = false;

  /** `invalidate` runs on each change, also inside a batch; it drops what was computed before. */
  constructor(invalidate: () => void) {
    this.#invalidate = invalidate;
  }

  /** True while `run` is on the stack. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Adds a listener; the returned function removes it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Runs work and defers its changes to its end; nested calls join the outer batch. */
  run(work: () => void): void {
    if (this.#open) {
      work();
      return;
    }
    this.#open = true;
    try {
      work();
    } finally {
      this.#open = false;
    }
    if (this.#changed) this.change();
  }

  /** Calls the listeners, or marks the open batch as changed. */
  change(): void {
    this.#invalidate();
    this.#changed = this.#open;
    if (this.#open) return;
    for (const listener of this.#listeners) listener();
  }

  close(): void {
    this.#listeners.clear();
  }
}
