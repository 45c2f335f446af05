/** Aggregate of many requests or calls: the one place where counts, errors, times and percentiles are added up. */

import { addTo, type Bin, percentile } from './histogram.js';

/** Requests or calls of one bucket of time, counted. */
export interface Counted extends Bin {
  errors: number;
  queries: number;
  /** Queries of the one with most; missing where that is not asked for. */
  mostQueries?: number;
}

export class Accumulator {
  count = 0;
  errors = 0;
  queries = 0;
  mostQueries = 0;
  readonly #bins = new Map<number, Bin>();

  add(row: Counted): void {
    this.count += row.count;
    this.errors += row.errors;
    this.queries += row.queries;
    this.mostQueries = Math.max(this.mostQueries, row.mostQueries ?? 0);
    addTo(this.#bins, row);
  }

  /** Sum of the times in ms, in whole µs. */
  get ms(): number {
    return [...this.#bins.values()].reduce((sum, { total }) => sum + total, 0) / 1000;
  }

  /** Time in ms that a share (0 to 1) did not exceed. */
  percentile(share: number): number {
    return percentile(this.#bins.values(), share);
  }
}
