/** Texts of a call's key, as the server writes the column that it is compared with. */

import type { Dialect } from '../../domain/library.js';
import { clausesOf } from './clauses.js';
import { varyingConditions } from './conditions.js';
import { bareSlot } from './keyed-statement.js';
import type { SlotValue, Template } from './template.js';

/** Function that returns the texts of a call's key; undefined where an operand is more than a value. */
export function keyTextsOf(template: Template): (call: SlotValue[]) => string[] | undefined {
  const { terms, dialect } = template;
  const clauses = clausesOf(terms);
  const conditions = clauses && varyingConditions(clauses.where, template);
  const slots = conditions?.keys.map(({ operand }) => bareSlot(operand));
  if (slots === undefined || slots.includes(undefined)) return () => undefined;
  return (call) => slots.map((slot) => valueText(call[slot!]!, dialect));
}

function valueText({ literal, value }: SlotValue, dialect: Dialect): string {
  if (literal !== undefined) return literal.replace(/^'(.*)'$/s, '$1').replaceAll("''", "'");
  if (typeof value === 'boolean') return dialect === 'pg' ? (value ? 't' : 'f') : value ? '1' : '0';
  const bytes =
    typeof value === 'object' && value !== null && 'bytes' in value ? String(value.bytes) : undefined;
  if (bytes !== undefined)
    return dialect === 'pg' ? `\\x${bytes}` : Buffer.from(bytes, 'hex').toString('latin1');
  return String(value);
}
