/** What a trial would win, in one line. */

import { formatCount, formatMs } from '../../domain/text.js';

/** Figures of a trial. */
export interface TrialFigures {
  loop: { calls: number; ms: number };
  one: { ms: number; rows: number };
}

/** `50 queries, 59ms → 1 query, 1.9ms, 50 rows, measured on your database`. */
export function trialSummary({ loop, one }: TrialFigures): string {
  const before = `${formatCount(loop.calls, 'query', 'queries')}, ${formatMs(loop.ms)}`;
  return `${before} → 1 query, ${formatMs(one.ms)}, ${formatCount(one.rows, 'row')}, measured on your database`;
}
