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

const PART = ' UNION ALL SELECT scooby_rows_';
const SHOWN_PARTS = 2;

/** The statement as it is shown: of calls that are joined by UNION ALL the first ones. */
export function shownStatement({ kind, statement }: { kind: string; statement: string }): string {
  const parts = kind === 'union' ? statement.split(PART) : [];
  if (parts.length <= SHOWN_PARTS + 1) return statement;
  return `${parts.slice(0, SHOWN_PARTS).join(PART)} UNION ALL … (${formatCount(parts.length - SHOWN_PARTS, 'more call', 'more calls')})`;
}
