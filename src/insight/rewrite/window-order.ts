/** Order of a window: that of a SELECT, whose numbers and aliases a window does not know. */

import { CLOSE, NAME, VALUE, WORD } from '../sql/token-kinds.js';
import { type Clauses, splitAtCommas } from './clauses.js';
import type { SlotValue, Term } from './template.js';

/** Terms of ORDER BY, with the expressions that its numbers and aliases stand for. */
export function windowOrder({ order, list }: Pick<Clauses, 'order' | 'list'>, call: SlotValue[]): Term[][] {
  const items = splitAtCommas(list);
  return splitAtCommas(order).map((part) => {
    const [first, ...rest] = part;
    const isAlone = rest.length === 0 || rest[0]!.kind === WORD;
    const expression = isAlone ? expressionOf(first!, items, call) : undefined;
    return expression === undefined ? part : [...expression, ...rest.map(spaced)];
  });
}

// `ORDER BY 2`, `ORDER BY total`; the columns of a `*` are not counted.
function expressionOf(term: Term, items: Term[][], call: SlotValue[]): Term[] | undefined {
  const number = term.slot === undefined ? Number.NaN : Number(call[term.slot]?.literal);
  if (Number.isInteger(number)) {
    const before = items.slice(0, number);
    return before.some((item) => item.at(-1)?.text === '*') ? undefined : unnamed(before[number - 1]);
  }
  if (term.kind !== NAME) return undefined;
  return unnamed(items.find((item) => isNamed(item) && item.at(-1)!.text === term.text));
}

function unnamed(item: Term[] | undefined): Term[] | undefined {
  if (item === undefined || !isNamed(item)) return item;
  return item.slice(0, item.at(-2)?.text === 'AS' ? -2 : -1);
}

/** `a + b AS total`, `sum(a) total`. */
function isNamed(item: Term[]): boolean {
  const before = item.at(-2);
  if (item.at(-1)?.kind !== NAME || before === undefined) return false;
  return before.text === 'AS' || [NAME, CLOSE, VALUE].includes(before.kind);
}

function spaced(term: Term): Term {
  return { ...term, spaced: true };
}
