/** Remarks on query plans, and the thresholds and advice that PostgreSQL and MySQL share. */

/** A conspicuous part of a plan. */
export interface Remark {
  /** scan, loops, estimate, sort, temporary, … */
  kind: string;
  /** Table with that part of the plan. */
  table?: string;
  /** What the plan shows, and a suggestion. */
  text: string;
  /** Statement of an index that the conditions ask for. */
  index?: string;
}

/** `120 times as many as expected`, `1,400 times fewer than expected`. */
export function formatFactor(expected: number, found: number): string {
  const [low, high] = [Math.max(1, Math.min(expected, found)), Math.max(1, expected, found)];
  return `${formatCountGrouped(high / low)} times ${found > expected ? 'as many' : 'fewer'}`;
}

/** Facts of a table from the server's catalog. */
export interface TableFacts {
  name: string;
  /** Estimated number of rows. */
  rows: number;
  /** First column of each index. */
  indexed: string[];
  /** Columns of each index, where the server tells them all. */
  indexes?: string[][];
}

/** Rows of a large table. */
export const MANY_ROWS = 1000;
/** Factor by which an estimate is wrong. */
export const FAR_OFF = 10;
/** Executions of the inner side of a nested loop. */
export const MANY_LOOPS = 100;

/** Count with grouped digits: `12,000`. */
export function formatCountGrouped(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Suggestion for a table scan: an index on the compared columns; '' without such columns. */
export function indexAdvice(columns: string[], table: string, indexed: string[]): string {
  const unindexed = columns.filter((column) => !indexed.includes(column));
  if (unindexed.length > 0) return `An index on ${table} (${unindexed.join(', ')}) would find them.`;
  if (columns.length > 0)
    return `${columns.join(', ')} ${columns.length === 1 ? 'begins' : 'begin'} an index already: most rows fit, or the comparison cannot use it.`;
  return '';
}
