/** Pages of a list, newest first, read from the index of starts. */

import type { Summary } from '../domain/trace.js';
import type { PageReader, TimePosition } from '../store/page-reader.js';
import { END_OF_TIME } from './filter-result.js';

const MAX_POSITIONS = 512;
/** ms for which a count of all requests is reused; until then only new requests are counted. */
const COUNT_TTL_MS = 30_000;

/**
 * Reads each page from the position where the page before it ended, because OFFSET grows with the
 * distance.
 */
export class NewestPage {
  readonly #reader: PageReader;
  /** Condition of the listed requests, without values. */
  readonly #where: string;
  readonly #countStored: () => number;
  #lastCount: { at: number; n: number; seq: number } | undefined;
  /** Offset → position of the row before it. Valid for `#positionsUntil` only. */
  #positions = new Map<number, TimePosition>();
  #positionsUntil = Number.NaN;

  /** `countStored` counts the requests that meet `where`. */
  constructor(reader: PageReader, where: string, countStored: () => number) {
    this.#reader = reader;
    this.#where = where;
    this.#countStored = countStored;
  }

  /** Counts anew at the next count, because requests were removed. */
  forget(): void {
    this.#lastCount = undefined;
    this.#positions.clear();
  }

  /** Number of requests that began up to an instant (epoch ms). */
  count(until: number): number {
    const all = this.#countAll();
    // Counting the newer requests and subtracting them is cheap: they are a few of a million.
    return until === END_OF_TIME ? all : all - this.#reader.countBetween(until, END_OF_TIME, this.#where);
  }

  #countAll(): number {
    const now = this.#reader.now();
    if (!this.#lastCount || now - this.#lastCount.at > COUNT_TTL_MS)
      this.#lastCount = { at: now, seq: this.#reader.lastSeq(), n: this.#countStored() };
    // By order of saving: a long request may have begun before requests that are counted already.
    return this.#lastCount.n + this.#reader.countSince(this.#lastCount.seq, END_OF_TIME, this.#where);
  }

  /**
   * Rows `offset` to `offset + limit`, newest first, of the requests up to an instant (epoch ms).
   */
  page(until: number, offset: number, limit: number): Summary[] {
    if (until !== this.#positionsUntil || this.#positions.size > MAX_POSITIONS) this.#positions.clear();
    this.#positionsUntil = until;
    const position = until === END_OF_TIME ? undefined : this.#positions.get(offset);
    const count = position || offset === 0 ? 0 : this.count(until);
    const rows =
      position || offset <= count / 2
        ? this.#reader.newest(until, position, position ? 0 : offset, limit, false, this.#where)
        : this.#fromEnd(until, Math.max(0, count - offset - limit), Math.min(limit, count - offset));
    const last = rows.at(-1);
    if (last && until !== END_OF_TIME) this.#positions.set(offset + rows.length, last.position);
    return rows.map(({ row }) => row);
  }

  /** Offset of a request; -1 if it is not in the list up to an instant (epoch ms). */
  position(id: string, until: number): number {
    return this.#reader.position(id, until, this.#where);
  }

  /** The same from the oldest end, which is nearer for the second half of the list. */
  #fromEnd(until: number, skip: number, limit: number) {
    return this.#reader.newest(until, undefined, skip, Math.max(0, limit), true, this.#where).reverse();
  }
}
