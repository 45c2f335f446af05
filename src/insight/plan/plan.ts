/** A plan of a statement as the server tells it, and what stands out in it. */

/** Something in a plan that is worth a look. */
export interface Remark {
  /** scan, loops, estimate, sort, temporary, … */
  kind: string;
  /** The table that it is about. */
  table?: string;
  /** One sentence, and what to do. */
  text: string;
}

/** What is known of a table besides its plan. */
export interface TableFacts {
  name: string;
  /** As the server estimates them. */
  rows: number;
  /** The first column of each index. */
  indexed: string[];
}

/** From how many rows on a table is large, and how far an estimate may be off. */
export const MANY_ROWS = 1000;
export const FAR_OFF = 10;
export const MANY_LOOPS = 100;

/** Answers a number as people read it: 12,000. */
export function formatCountGrouped(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Answers what to do about a scan: an index, on columns that are compared and have none. */
export function indexAdvice(columns: string[], table: string, indexed: string[]): string {
  const open = columns.filter((column) => !indexed.includes(column));
  if (open.length > 0) return `An index on ${table} (${open.join(', ')}) would find them.`;
  if (columns.length > 0)
    return `${columns.join(', ')} ${columns.length === 1 ? 'begins' : 'begin'} an index already: most rows fit, or the comparison cannot use it.`;
  return '';
}
