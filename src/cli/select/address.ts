/** Newest request of a URL or a route: `/orders/7`, `GET /orders/:id`, `http://localhost:4000/orders`. */

import { UserError } from '../../domain/errors.js';
import type { FilterQuery } from '../../domain/filter.js';
import { type FilterOp, type FilterTerm, foldCase } from '../../domain/filter-term.js';
import { escapeToOneLine } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import type { StoreReader } from '../../store/store.js';

/** Whether a text of the command line is a URL or a route, and no id. */
export function isAddress(wanted: string): boolean {
  return /[/\s*]/.test(wanted.trim());
}

/**
 * Newest request whose URL or route is `wanted`; where there is none, the newest whose path it is, and
 * then the newest whose URL contains it. Throws a UserError (exit 1) when no request matches.
 */
export async function newestAtAddress(store: StoreReader, wanted: string): Promise<Trace> {
  for (const query of addressTiers(wanted)) {
    const [newest] = await store.recent({ query }, 1);
    const trace = newest && (await store.find(newest.id));
    if (trace) return trace;
  }
  throw new UserError(
    `No request of "${escapeToOneLine(wanted)}" is stored. Its routes:  scooby list --by route`,
    1,
  );
}

/** Query for the requests of a URL or a route, with whatever query string. */
export function addressQuery(wanted: string): FilterQuery {
  const [exact = [], withQuery = []] = addressTiers(wanted);
  return [...exact, ...withQuery];
}

/** Queries from the narrowest to the widest. */
function addressTiers(wanted: string): FilterQuery[] {
  const { method, address } = parseAddressText(wanted);
  const forms = urlForms(address);
  const ofMethod = method === undefined ? [] : [term('method', '=', method)];
  const match = (field: FilterTerm['field'], op: FilterOp, suffix = ''): FilterQuery =>
    forms.map((form) => [term(field, op, form + suffix), ...ofMethod]);
  return [
    [...match('path', '='), ...match('route', '=')],
    match('path', ':', '?'),
    [...match('path', ':'), ...match('route', ':')],
  ];
}

function term(field: FilterTerm['field'], op: FilterOp, value: string): FilterTerm {
  return { field, op, value: foldCase(value), not: false };
}

/** `GET /orders` as its parts; origin and fragment of a URL out of a browser are left out. */
export function parseAddressText(wanted: string): { method?: string; address: string } {
  const [, method, rest = ''] = /^([\w-]+)\s+(\S.*)$/s.exec(wanted.trim()) ?? [];
  const address = withoutOrigin((method === undefined ? wanted : rest).trim());
  return { ...(method !== undefined && { method }), address };
}

function withoutOrigin(address: string): string {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return address;
  const { pathname, search } = new URL(address);
  return pathname + search;
}

/** A URL as it was typed, and percent-encoded as a browser sends it. */
function urlForms(address: string): string[] {
  try {
    return [...new Set([address, encodeURI(decodeURI(address))])];
  } catch {
    // A lone % or half a character.
    return [address];
  }
}
