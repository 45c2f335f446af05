/** Rows beyond the limit of a table: that there are more, and how to see them. */

import type { OutputFormat } from '../../terminal/output-format.js';
import { printLines, printRemark } from '../output.js';

/** Rows of a table without --limit. */
export const DEFAULT_LIMIT = 20;

/** The first `limit` rows, and whether there are others. */
export function firstRows<T>(rows: T[], limit: number): { rows: T[]; more: boolean } {
  return { rows: rows.slice(0, limit), more: rows.length > limit };
}

/** Line of a table's footer on a terminal. */
export function moreLines(more: boolean, { style }: Pick<OutputFormat, 'style'>): string[] {
  return more ? [`${style('dim', 'there are more:')} ${style('accent', '-n <count>')}`] : [];
}

/**
 * Remark for a pipe, on stderr, where the user has not chosen the number of rows: a program that
 * reads them would take them for all.
 */
export function remarkMore(more: boolean, limit: number): void {
  if (more && limit === DEFAULT_LIMIT)
    printRemark(`These are the first ${limit}; there are more:  -n <count>`);
}

/** Says below a table, or on stderr where the table goes into a pipe, that there are more rows. */
export function printMore(
  more: boolean,
  limit: number,
  json: boolean | undefined,
  format: OutputFormat,
): void {
  if (json || format.width === Number.POSITIVE_INFINITY) remarkMore(more, limit);
  else if (more) printLines(['', ...moreLines(more, format)], format);
}
