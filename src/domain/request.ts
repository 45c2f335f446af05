/**
 * Measures of one request, each in TypeScript and in SQL over the columns of the store, so that
 * lists, aggregates and filters agree; a test compares both on the same rows.
 */

import { type Summary, timeOf } from './trace.js';
import { isUnit } from './unit.js';

/** True when the status is 500 or more, the app died before responding, or a unit failed. */
export function isFailed({ status, state }: Pick<Summary, 'status' | 'state'>): boolean {
  return state === 'died' || state === 'failed' || (status ?? 0) >= 500;
}

/**
 * Status as text, or the end without a response: `died`, `aborted` (the client left first), `open`;
 * of a unit `done` or `failed`.
 */
export function statusTextOf({
  status,
  state,
  method,
}: Pick<Summary, 'status' | 'state'> & { method?: string }): string {
  if (status !== undefined) return String(status);
  return state === 'done' && !isUnit({ method }) ? 'aborted' : state;
}

export const FAILED_SQL = `(ifnull(status, 0) >= 500 OR state IN ('died', 'failed'))`;

/** True when the request or one of its calls failed, or it threw what nothing was to answer for. */
export function hasErrors(
  request: Pick<Summary, 'status' | 'state' | 'totals'> & {
    findings?: readonly (string | { kind: string })[];
  },
): boolean {
  if (isFailed(request) || Object.values(request.totals).some(({ errors = 0 }) => errors > 0)) return true;
  return (
    request.findings?.some(
      (finding) => (typeof finding === 'string' ? finding : finding.kind) === 'thrown',
    ) === true
  );
}

// Only a count of errors is followed by a digit (a kind named `errors` by `{`), and JSON escapes
// quotes inside names.
export const ERRORS_SQL = `(${FAILED_SQL} OR totals GLOB '*"errors":[1-9]*' OR instr(findings, '"thrown"') > 0)`;

/** Number of SQL calls of a request. */
export function queriesOf({ totals }: Pick<Summary, 'totals'>): number {
  return totals.sql?.count ?? 0;
}

export const QUERIES_SQL = `ifnull(json_extract(totals, '$.sql.count'), 0)`;

/** ms of a request that are those of its SQL calls in the sum of where its time went. */
export function queryTimeOf({ totals }: Pick<Summary, 'totals'>): number {
  return totals.sql ? timeOf(totals.sql) : 0;
}

export const QUERY_TIME_SQL = `ifnull(ifnull(json_extract(totals, '$.sql.time'), min(json_extract(totals, '$.sql.ms'), ifnull(json_extract(totals, '$.sql.busy'), json_extract(totals, '$.sql.ms')))), 0)`;

/** SQL of a request's win in ms; 0 where nothing wins. */
export const WIN_SQL = 'ifnull(win, 0)';

/** True when the request repeats calls in a loop: it has a finding of any N+1 kind. */
export function hasRepeatedCalls({ findings }: Pick<Summary, 'findings'>): boolean {
  return findings.some((kind) => kind.toLowerCase().includes('n+1'));
}

export const REPEATED_SQL = `(findings LIKE '%n+1%')`;
