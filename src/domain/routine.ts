/**
 * Routine ticks: those of a timer or schedule that went well, with nothing found. Lists leave them
 * out unless their filter asks for units, because a timer would push the requests away.
 */

import { type FilterQuery, intersectQueries } from './filter.js';
import type { FilterField, FilterTerm } from './filter-term.js';
import { ERRORS_SQL, hasErrors } from './request.js';
import { formatCount } from './text.js';
import type { Summary } from './trace.js';

/** Whether a trace is a tick that went well, with nothing found. */
export function isRoutine(
  row: Pick<Summary, 'status' | 'state' | 'totals' | 'method'> & {
    findings: readonly (string | { kind: string })[];
  },
): boolean {
  return row.method === 'tick' && row.state === 'done' && row.findings.length === 0 && !hasErrors(row);
}

// The method comes first: it is in the index, so that the rows of requests are not read.
export const ROUTINE_SQL = `(method = 'tick' AND state = 'done' AND findings = '[]' AND NOT ${ERRORS_SQL})`;

/** The opposite, which is decided by the method for all but ticks. */
export const LISTED_SQL = `(method <> 'tick' OR NOT ${ROUTINE_SQL})`;

const ROUTINE: FilterTerm = { field: 'routine', op: ':', value: '', not: false };

/** Query of the routine ticks. */
export const ROUTINE_QUERY: FilterQuery = [[ROUTINE]];

/** Query of a list without a filter. */
export const LISTED_QUERY: FilterQuery = [[{ ...ROUTINE, not: true }]];

/** Whether a query is that of a list without a filter. */
export function isUnfiltered(query: FilterQuery): boolean {
  return JSON.stringify(query) === JSON.stringify(LISTED_QUERY);
}

/** Fields with which a filter asks for units itself. */
const UNIT_FIELDS = new Set<FilterField>(['unit', 'method', 'id', 'routine']);

/** Whether a list of the query leaves routine ticks out. */
export function hidesRoutine(query: FilterQuery): boolean {
  return !query.some((all) => all.some(({ field }) => UNIT_FIELDS.has(field)));
}

/** Query of a list: without routine ticks, unless the filter asks for units. */
export function listedQuery(query: FilterQuery): FilterQuery {
  return hidesRoutine(query) ? intersectQueries(LISTED_QUERY, query) : query;
}

/** Query of the ticks that the list of a query leaves out; undefined when it leaves none out. */
export function unlistedQuery(query: FilterQuery): FilterQuery | undefined {
  return hidesRoutine(query) ? intersectQueries(ROUTINE_QUERY, query) : undefined;
}

/** Filter that lists every tick. */
export const TICKS_FILTER = 'unit:tick';

/** `412 ticks are not listed`. */
export function unlistedText(count: number): string {
  return `${formatCount(count, 'tick is', 'ticks are')} not listed`;
}
