/** The whole list, newest first: by the index, from the nearest row that is known. */

import type { Summary } from '../domain/trace.js';
import type { PageReader, TimePosition } from '../store/page-reader.js';
import { EVER } from './filter-result.js';

const KEPT = 512;
/** ms for which a count of everything is good; in between only what is new is counted. */
const GOOD = 30_000;

export class NewestPage {
  readonly #reader: PageReader;
  #counted: { at: number; n: number; seq: number } | undefined;
  /** By how many rows come before: the last of them. For one instant only. */
  #marks = new Map<number, TimePosition>();
  #instant = Number.NaN;

  constructor(reader: PageReader) {
    this.#reader = reader;
  }

  /** Answers how many requests began up to an instant. */
  count(until: number): number {
    const all = this.#all();
    // What came since is counted and taken off: of a million that is a few.
    return until === EVER ? all : all - this.#reader.countBetween(until, EVER);
  }

  #all(): number {
    const now = this.#reader.now();
    if (!this.#counted || now - this.#counted.at > GOOD)
      this.#counted = { at: now, seq: this.#reader.last(), n: this.#reader.count() };
    // By the order of saving: a request that took long began before others that are counted.
    return this.#counted.n + this.#reader.countSince(this.#counted.seq, EVER);
  }

  /** Answers some rows, newest first. */
  page(until: number, offset: number, limit: number): Summary[] {
    if (until !== this.#instant || this.#marks.size > KEPT) this.#marks.clear();
    this.#instant = until;
    const mark = until === EVER ? undefined : this.#marks.get(offset);
    const count = mark || offset === 0 ? 0 : this.count(until);
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
