/** Buckets of a statement's history: requests in order of time, as many in each. */

import type { StatementPoint } from '../../../feed/feed.js';

/** Some requests in a row; times are those of the requests' calls. */
export interface HistoryBucket {
  /** Epoch ms of its first request. */
  from: number;
  ids: string[];
  calls: number;
  /** Median of the requests' p50. */
  p50: number;
  /** Largest p95. */
  p95: number;
}

/** At most `count` buckets, the oldest first. */
export function historyBuckets(points: readonly StatementPoint[], count: number): HistoryBucket[] {
  const size = Math.max(1, Math.ceil(points.length / Math.max(1, count)));
  const buckets: HistoryBucket[] = [];
  for (let from = 0; from < points.length; from += size) {
    const some = points.slice(from, from + size);
    const medians = some.map(({ p50 }) => p50).sort((a, b) => a - b);
    buckets.push({
      from: some[0]!.at,
      ids: some.map(({ id }) => id),
      calls: some.reduce((sum, { calls }) => sum + calls, 0),
      p50: medians[Math.floor((medians.length - 1) / 2)]!,
      p95: Math.max(...some.map(({ p95 }) => p95)),
    });
  }
  return buckets;
}
