/** Named timers, at most one per name. */

export class Timers {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #run: (work: () => void) => void;

  /** `run` calls the work of each timer, for example inside a batch. */
  constructor(run: (work: () => void) => void) {
    this.#run = run;
  }

  /** Runs work after `delay` ms. A pending timer of that name stays unless `replace` is true. */
  schedule(name: string, delay: number, work: () => void, replace = false): void {
    if (this.#timers.has(name)) {
      if (!replace) return;
      this.cancel(name);
    }
    const timer = setTimeout(() => {
      this.#timers.delete(name);
      this.#run(work);
    }, delay);
    this.#timers.set(name, timer);
  }

  cancel(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  close(): void {
    for (const name of [...this.#timers.keys()]) this.cancel(name);
  }
}
