/** Functions of ours in SQL: what its own cannot say in the same way as the code that has traces in memory. */

import type { Database } from 'better-sqlite3';
import { type FilterTerm, foldCase } from '../domain/filter-term.js';
import { routeNameOf } from '../domain/route.js';
import type { PackedBody } from './body.js';
import { undescribed, unpackTrace } from './document.js';
import { holdsInside } from './filter-match.js';

/** Route of a request; of those with a pattern no function is called. */
export const ROUTE_SQL = 'ifnull(route, route_of(url))';

const FUNCTIONS = {
  fold_case: (text: string | number | null) => (text === null ? null : foldCase(String(text))),
  route_of: (url: string) => routeNameOf({ url }),
  holds_inside: (body: PackedBody | null, terms: string) => Number(body !== null && areInside(body, terms)),
};

function areInside(body: PackedBody, terms: string): boolean {
  const trace = unpackTrace(body, undescribed);
  return (JSON.parse(terms) as FilterTerm[]).every((term) => holdsInside(term, trace));
}

/** Makes them known to a connection; a view or a trigger of a file cannot call them. */
export function addFunctions(db: Database): void {
  for (const [name, work] of Object.entries(FUNCTIONS))
    db.function(name, { deterministic: true, directOnly: true }, work as (...values: unknown[]) => unknown);
}
