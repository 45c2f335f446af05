/**
 * Aggregate of many requests or calls: the only place that sums counts, errors, times and
 * percentiles.
 */

import { addBin, type Bin, percentile } from './histogram.js';

/** Counts of the requests or calls in one histogram bucket. */
export interface BucketCounts extends Bin {
  errors: number;
  queries: number;
  /** Largest number of queries of one request; missing where it is not needed. */
  mostQueries?: number;
}

/** Running sum of bucket counts. */
export class Accumulator {
  count = 0;
  errors = 0;
  queries = 0;
  mostQueries = 0;
  readonly #bins = new Map<number, Bin>();

  add(row: BucketCounts): void {
    this.count += row.count;
    this.errors += row.errors;
    this.queries += row.queries;
    this.mostQueries = Math.max(this.mostQueries, row.mostQueries ?? 0);
    addBin(this.#bins, row);
  }

  /** Adds another sum to this one. */
  addAll(other: Accumulator): void {
    this.count += other.count;
    this.errors += other.errors;
    this.queries += other.queries;
    this.mostQueries = Math.max(this.mostQueries, other.mostQueries);
    for (const bin of other.#bins.values()) addBin(this.#bins, bin);
  }

  /** Sum of the times in ms, in whole µs. */
  get ms(): number {
    return [...this.#bins.values()].reduce((sum, { total }) => sum + total, 0) / 1000;
  }

  /** Time in ms that a share (0 to 1) of the requests or calls did not exceed. */
  percentile(share: number): number {
    return percentile(this.#bins.values(), share);
  }
}
