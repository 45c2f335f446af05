/**
 * Measures of one request: whether it failed, its queries, whether it repeats them. Each stands beside the same in SQL over
 * the columns of the store, so that a list, a sum and a filter cannot differ; a test asks both of the same rows.
 */

import type { Summary } from './trace.js';

/** A request failed: the status is 500 or more, or the app died before it answered. */
export function isFailed({ status, state }: Pick<Summary, 'status' | 'state'>): boolean {
  return state === 'died' || (status ?? 0) >= 500;
}

export const FAILED_SQL = `(ifnull(status, 0) >= 500 OR state = 'died')`;

/** Something went wrong in a request: it failed, or one of its calls did. */
export function hasErrors(request: Pick<Summary, 'status' | 'state' | 'totals'>): boolean {
  return isFailed(request) || Object.values(request.totals).some(({ errors = 0 }) => errors > 0);
}

// A number follows the count of one kind, an object would follow a kind of that name; a name in JSON has no bare quotes.
export const ERRORS_SQL = `(${FAILED_SQL} OR totals GLOB '*"errors":[1-9]*')`;

/** SQL calls of a request. */
export function queriesOf({ totals }: Pick<Summary, 'totals'>): number {
  return totals.sql?.count ?? 0;
}

export const QUERIES_SQL = `ifnull(json_extract(totals, '$.sql.count'), 0)`;

/** ms that its SQL calls took together. */
export function queryTimeOf({ totals }: Pick<Summary, 'totals'>): number {
  return totals.sql?.ms ?? 0;
}

export const QUERY_TIME_SQL = `ifnull(json_extract(totals, '$.sql.ms'), 0)`;

/** A request repeats calls in a loop: a finding of any kind of N+1. */
export function isRepeated({ findings }: Pick<Summary, 'findings'>): boolean {
  return findings.some((kind) => kind.toLowerCase().includes('n+1'));
}

export const REPEATED_SQL = `(findings LIKE '%n+1%')`;
