/** LIMIT and OFFSET of a statement, as numbers. */

import { type Clauses, splitAtCommas } from './clauses.js';
import { isVarying } from './conditions.js';
import type { SlotValue, Term } from './template.js';

export interface Limit {
  /** Missing without a limit. */
  count?: number;
  offset: number;
}

/** Rows that a statement keeps; undefined where that is no number, or varies from call to call. */
export function limitOf(
  { limit, offset }: Pick<Clauses, 'limit' | 'offset'>,
  call: SlotValue[],
  varying: Set<number>,
): Limit | undefined {
  if ([...limit, ...offset].some((term) => isVarying(term, varying))) return undefined;
  const parts = splitAtCommas(limit);
  // LIMIT 10, 5
  const [first, second] = parts.map((part) => numberIn(part, call));
  if (parts.length === 2)
    return first === undefined || second === undefined ? undefined : { count: second, offset: first };
  const skipped = offset.length === 0 ? 0 : numberIn(offset, call);
  if (skipped === undefined) return undefined;
  if (limit.length === 0 || limit[0]?.text === 'ALL') return { offset: skipped };
  // SQLite: a negative limit is none.
  if (first === undefined) return undefined;
  return first < 0 ? { offset: skipped } : { count: first, offset: skipped };
}

/** Whether all rows are kept. */
export function isUnlimited({ count, offset }: Limit): boolean {
  return count === undefined && offset === 0;
}

function numberIn(terms: Term[], call: SlotValue[]): number | undefined {
  const slots = terms.filter(({ slot }) => slot !== undefined);
  // FETCH FIRST ROW ONLY
  if (slots.length === 0) return terms.some(({ text }) => /^row$/i.test(text)) ? 1 : undefined;
  if (slots.length > 1) return undefined;
  const { literal, value } = call[slots[0]!.slot!]!;
  const number = Number(literal ?? value);
  return (literal ?? value) === null || !Number.isInteger(number) ? undefined : number;
}
