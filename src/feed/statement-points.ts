/** History of a statement: a point for each request that ran it, from its rollup. */

import { type Bin, percentile } from '../domain/histogram.js';
import type { HistorySlice } from '../store/page-reader.js';
import type { StatementPoint } from './feed.js';

/** Points of slices, which are in order of the requests. */
export function statementPoints(slices: HistorySlice[]): StatementPoint[] {
  const requests = new Map<string, { at: number; bins: Bin[] }>();
  for (const { id, at, ...bin } of slices) {
    const known = requests.get(id);
    if (known) known.bins.push(bin);
    else requests.set(id, { at, bins: [bin] });
  }
  return [...requests].map(([id, { at, bins }]) => ({
    id,
    at,
    calls: bins.reduce((sum, { count }) => sum + count, 0),
    p50: percentile(bins, 0.5),
    p95: percentile(bins, 0.95),
  }));
}
