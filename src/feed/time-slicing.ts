/** Long scans in short turns of the event loop, so that key presses are handled in between. */

/** ms after which a turn starts no further step. */
const TURN_MS = 6;

/** One step of the work; returns true while there is more to do. */
export type Step = () => boolean;

/** Runs one piece of work at a time, in turns; the first turn runs at once. */
export class TurnQueue {
  #step: Step | undefined;
  #handle: NodeJS.Immediate | undefined;
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  get isBusy(): boolean {
    return this.#step !== undefined;
  }

  /** Starts work; unfinished work is dropped. */
  run(step: Step): void {
    this.stop();
    this.#step = step;
    this.#turn();
  }

  stop(): void {
    clearImmediate(this.#handle);
    this.#step = undefined;
    this.#handle = undefined;
  }

  #turn(): void {
    const step = this.#step;
    const end = performance.now() + TURN_MS;
    try {
      while (step && this.#step === step && performance.now() < end) {
        if (!step()) this.#step = undefined;
      }
    } catch (error) {
      this.#step = undefined;
      this.#onError(error);
    }
    if (this.#step) this.#handle = setImmediate(() => this.#turn());
  }
}

/** Slices of time, newest first; the time that a slice took sets the size of the next. */
export class AdaptiveSlices {
  /** Epoch ms; the next slice ends before it. */
  before: number;
  /** Requests in the next slice. */
  size: number;
  readonly #from: number;
  readonly #boundary: (before: number, size: number) => number | undefined;

  /**
   * Slices from `before` back to `from` (epoch ms); `boundary` returns the start of the request
   * that is `size` rows before an instant. `unpacks`: each request is unpacked, which takes some
   * fifty times as long as reading its row.
   */
  constructor(
    boundary: (before: number, size: number) => number | undefined,
    before: number,
    from: number,
    unpacks: boolean,
  ) {
    this.size = unpacks ? 50 : 2000;
    this.#boundary = boundary;
    this.before = before;
    this.#from = from;
  }

  /** Runs `work` on the next slice; returns whether there are more. */
  next(work: (from: number, before: number) => void): boolean {
    const startedAt = performance.now();
    const from = Math.max(this.#from, this.#boundary(this.before, this.size) ?? Number.NEGATIVE_INFINITY);
    work(from, this.before);
    const ms = performance.now() - startedAt;
    if (ms < 2) this.size = Math.min(50_000, this.size * 2);
    if (ms > 5) this.size = Math.max(25, Math.floor(this.size / 2));
    this.before = from;
    return from > this.#from && from !== Number.NEGATIVE_INFINITY;
  }
}
