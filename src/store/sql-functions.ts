/** Functions that scooby adds to SQL, so that conditions mean the same in SQL and in memory. */

import { type FilterTerm, foldCase } from '../domain/filter-term.js';
import { routeNameOf } from '../domain/route.js';
import { readableUrl } from '../domain/text.js';
import type { PackedBody } from './body.js';
import type { Database } from './database.js';
import { skipDescribe, unpackTrace } from './document.js';
import { holdsInside } from './filter-match.js';

/** Name of a request's route; the function is called only for requests without a pattern. */
export const ROUTE_SQL = 'ifnull(route, route_of(url))';

const FUNCTIONS = {
  fold_case: (text: string | number | null) => (text === null ? null : foldCase(String(text))),
  readable_url: (url: string | null) => (url === null ? null : foldCase(readableUrl(url))),
  route_of: (url: string) => routeNameOf({ url }),
  holds_inside: (body: PackedBody | null, terms: string) =>
    Number(body !== null && allHoldInside(body, terms)),
};

function allHoldInside(body: PackedBody, terms: string): boolean {
  const trace = unpackTrace(body, skipDescribe);
  return (JSON.parse(terms) as FilterTerm[]).every((term) => holdsInside(term, trace));
}

/**
 * Adds the functions to a connection; `directOnly` keeps views and triggers of a file from calling
 * them.
 */
export function addFunctions(db: Database): void {
  for (const [name, work] of Object.entries(FUNCTIONS))
    db.function(name, { deterministic: true, directOnly: true }, work as (...values: unknown[]) => unknown);
}
