/** Kinds of SQL tokens. Numbers, because kinds index arrays in the fingerprint. */

import { OPERANDS } from './words.js';

/** End of the text. */
export const END = 0;
/** Reserved word, in capitals. */
export const WORD = 1;
/** Identifier in canonical form. */
export const NAME = 2;
/** Literal or placeholder. */
export const VALUE = 3;
export const OPERATOR = 4;
/** ( [ */
export const OPEN = 5;
/** ) ] */
export const CLOSE = 6;
export const COMMA = 7;
export const DOT = 8;
export const SEMICOLON = 9;
/** :: */
export const CAST = 10;

/**
 * True when an operand is expected after a token, which decides the meaning of `?`, `-` and `.5`.
 */
export function expectsOperand(kind: number, text: string): boolean {
  if (kind === WORD) return !OPERANDS.has(text);
  return kind !== VALUE && kind !== NAME && kind !== CLOSE && kind !== DOT;
}
