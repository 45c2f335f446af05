/** Work for later, by name: one of each name at a time. */

export class Timers {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #run: (work: () => void) => void;

  constructor(run: (work: () => void) => void) {
    this.#run = run;
  }

  /** Does work after that many ms, unless work of that name is waiting; with `again` it takes that one's place. */
  later(name: string, delay: number, work: () => void, again = false): void {
    if (this.#timers.has(name)) {
      if (!again) return;
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
