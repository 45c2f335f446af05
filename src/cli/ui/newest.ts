/** The whole list, newest first: by the index, from the nearest row that is known. */

import type { Mark, Reader } from '../../store/reader.js';
import type { Summary } from '../../trace.js';
import { EVER } from './result.js';

const KEPT = 512;
/** ms for which a count of everything is good; in between only what is new is counted. */
const GOOD = 30_000;

export class Newest {
  readonly #reader: Reader;
  #counted = new Map<number, { at: number; n: number; seq: number }>();
  /** By how many rows come before: the last of them. For one instant only. */
  #marks = new Map<number, Mark>();
  #instant = Number.NaN;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** Answers how many requests began up to an instant. */
  count(until: number): number {
    const now = this.#reader.now();
    let counted = this.#counted.get(until);
    if (!counted || now - counted.at > GOOD) {
      const seq = this.#reader.last();
      counted = { at: now, n: this.#reader.countBetween(Number.NEGATIVE_INFINITY, until), seq };
      // What is asked for in turns is everything, and everything up to where the list is held.
      for (const old of this.#counted.keys()) if (old !== EVER) this.#counted.delete(old);
      this.#counted.set(until, counted);
    }
    // By the order of saving: a request that took long began before others that are counted.
    return counted.n + this.#reader.countSince(counted.seq, until);
  }

  /** Answers some rows, newest first. */
  page(until: number, offset: number, limit: number): Summary[] {
    if (until !== this.#instant || this.#marks.size > KEPT) this.#marks.clear();
    this.#instant = until;
    const mark = until === EVER ? undefined : this.#marks.get(offset);
    const count = mark ? 0 : this.count(until);
    const rows =
      mark || offset <= count / 2
        ? this.#reader.newest(until, mark, mark ? 0 : offset, limit, false)
        : this.#fromEnd(until, Math.max(0, count - offset - limit), Math.min(limit, count - offset));
    const last = rows.at(-1);
    if (last && until !== EVER) this.#marks.set(offset + rows.length, last.mark);
    return rows.map(({ row }) => row);
  }

  #fromEnd(until: number, skip: number, limit: number) {
    return this.#reader.newest(until, undefined, skip, Math.max(0, limit), true).reverse();
  }
}
