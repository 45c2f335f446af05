/** Values of a loop's statements: which of them vary from call to call, and what they are compared with. */

import type { Call } from '../calls/calls.js';
import type { Loop } from '../calls/loops.js';
import { isEqualValue, MAX_COMPARED_CALLS, operandValue } from '../patterns/statement-values.js';
import { operands } from '../sql/fingerprint.js';
import type { Operand } from '../sql/shape.js';

/** A place for a value in a loop's statement; items of one list share a place. */
export interface Place extends Pick<Operand, 'operator' | 'clause' | 'before' | 'nested'> {
  /** Column in the statement's spelling, with its table or alias, in quotes where it needs them. */
  column: string;
  isListed: boolean;
  /** Whether the value is another in some calls. */
  varies: boolean;
  /** Placeholder, `$2` or `@id`; '' for a value that the statement has itself, and for `?`. */
  placeholder: string;
  /** Values of the first call; lists have several. */
  values: unknown[];
}

/** Places of a loop's values; empty if its statements cannot be compared. */
export function placesOf({ calls }: Loop): Place[] {
  const [first, ...others] = calls.slice(0, MAX_COMPARED_CALLS).map(placesOfCall);
  for (const other of others) {
    if (other.length !== first!.length) return [];
    for (const [at, place] of first!.entries())
      if (!place.varies) place.varies = !areEqual(place.values, other[at]!.values);
  }
  return first ?? [];
}

function areEqual(a: unknown[], b: unknown[]): boolean {
  return a.length === b.length && a.every((value, at) => isEqualValue(value ?? null, b[at] ?? null));
}

function placesOfCall({ span, dialect = 'standard' }: Call): Place[] {
  const { params } = span.detail ?? {};
  const places: Place[] = [];
  let next = 0;
  let last: Operand | undefined;
  for (const operand of operands(span.name, dialect)) {
    const { operator, clause, before, listed, nested } = operand;
    const value = operandValue(operand, params, () => next++);
    // Items of a list; rows of VALUES have a place for each value.
    if (listed && before === ',' && last?.listed && operator !== '') places.at(-1)!.values.push(value);
    else
      places.push({
        operator,
        clause,
        before,
        nested,
        column: spelling(operand, span.name),
        isListed: listed && operator !== '',
        varies: false,
        placeholder: /^[$@:]\w+$/.test(operand.text) ? operand.text : '',
        values: [value].flat(),
      });
    last = operand;
  }
  return places;
}

/** By the operand, which is one object for all calls of a statement. */
const spellings = new WeakMap<Operand, string>();

// Names in quotes differ in case or are reserved words: they stay as they are.
function spelling(operand: Operand, statement: string): string {
  const known = spellings.get(operand);
  if (known !== undefined) return known;
  const spelled = operand.column
    .split('.')
    .map((name) => {
      if (/^["`[]/.test(name)) return name;
      const escaped = name.replaceAll('$', '\\$');
      return new RegExp(`(?<![\\w$])${escaped}(?![\\w$])`, 'i').exec(statement)?.[0] ?? name;
    })
    .join('.');
  spellings.set(operand, spelled);
  return spelled;
}

/** Name of a column without its table and quotes. */
export function bareName(column: string): string {
  return column.replace(/^.*\./, '').replaceAll(/["`[\]]/g, '');
}
