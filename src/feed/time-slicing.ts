/** Long work in short turns, so that keys are answered in between. */

/** ms that a turn may take, about. */
const TURN = 6;

/** A piece of work that goes on for as long as it answers true. */
export type Step = () => boolean;

export class TurnQueue {
  #step: Step | undefined;
  #handle: NodeJS.Immediate | undefined;
  readonly #failed: (error: unknown) => void;

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  /** Starts work in place of what was going on. The first turn is taken at once. */
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
    const end = performance.now() + TURN;
    try {
      while (step && this.#step === step && performance.now() < end) {
        if (!step()) this.#step = undefined;
      }
    } catch (error) {
      this.#step = undefined;
      this.#failed(error);
    }
    if (this.#step) this.#handle = setImmediate(() => this.#turn());
  }
}

/** Slices of time, as long as a turn wants them: each is asked for by how long the last one took. */
export class AdaptiveSlices {
  before: number;
  size: number;
  readonly #least: number;
  readonly #boundary: (before: number, size: number) => number | undefined;

  /** `unpacking`: each request has to be unpacked, which takes some fifty times as long as reading its row. */
  constructor(
    boundary: (before: number, size: number) => number | undefined,
    before: number,
    least: number,
    unpacking: boolean,
  ) {
    this.size = unpacking ? 50 : 2000;
    this.#boundary = boundary;
    this.before = before;
    this.#least = least;
  }

  /** Does work on the next slice, the newest first; answers whether there are more. */
  next(work: (from: number, before: number) => void): boolean {
    const begun = performance.now();
    const from = Math.max(this.#least, this.#boundary(this.before, this.size) ?? Number.NEGATIVE_INFINITY);
    work(from, this.before);
    const took = performance.now() - begun;
    if (took < 2) this.size = Math.min(50_000, this.size * 2);
    if (took > 5) this.size = Math.max(25, Math.floor(this.size / 2));
    this.before = from;
    return from > this.#least && from !== Number.NEGATIVE_INFINITY;
  }
}
