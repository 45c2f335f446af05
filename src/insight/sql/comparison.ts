/** Comparison of a value: its operator and column, read from the tokens before it. */

import { DOT, NAME, OPEN, VALUE, WORD } from './token-kinds.js';
import type { Tokens } from './tokens.js';

/** How a value is compared or assigned, and to which column; both '' where it is not. */
export interface Comparison {
  operator: string;
  column: string;
}

const OPERATORS = new Set('= <> != < > <= >= LIKE ILIKE ~ ~* @> <@ && REGEXP GLOB <=>'.split(' '));
const NONE: Comparison = { operator: '', column: '' };

/** Comparison of the value that follows the tokens. */
export function comparisonBefore(tokens: Tokens, listed: boolean): Comparison {
  const word = tokens.textAt(1);
  if (word.toUpperCase() === 'BETWEEN') return columnBefore(tokens, 2, 'BETWEEN');
  if (word === 'AND' && tokens.kind(2) === VALUE && tokens.textAt(3).toUpperCase() === 'BETWEEN')
    return columnBefore(tokens, 4, 'BETWEEN');
  if (OPERATORS.has(word.toUpperCase())) return columnBefore(tokens, 2, word.toUpperCase());
  // a = -5
  const signed = tokens.textAt(2).toUpperCase();
  if ((word === '-' || word === '+') && OPERATORS.has(signed)) return columnBefore(tokens, 3, signed);
  if (tokens.kind(1) !== OPEN) return NONE;
  const before = tokens.textAt(2);
  if (before === 'IN') return columnBefore(tokens, 3, 'IN');
  // = ANY(?), = CAST(? AS int)
  if (before === 'ANY' || before === 'SOME') return columnBefore(tokens, 4, `${tokens.textAt(3)} ANY`);
  if (before === 'CAST') return columnBefore(tokens, 4, tokens.textAt(3));
  if (before === 'ALL' || (listed && tokens.kind(2) === NAME))
    return columnBefore(tokens, 4, `${tokens.textAt(3)} ${before}`);
  // lower(?): compared, but not the value itself.
  if (tokens.kind(2) === NAME || tokens.kind(2) === WORD)
    return OPERATORS.has(tokens.textAt(3))
      ? columnBefore(tokens, 4, `${tokens.textAt(3)} ${before}()`)
      : NONE;
  return NONE;
}

function columnBefore(tokens: Tokens, start: number, operator: string): Comparison {
  let back = start;
  let name = operator;
  if (tokens.textAt(back) === 'NOT') {
    name = `NOT ${operator}`;
    back++;
  }
  if (!isName(tokens, back)) return { operator: name, column: '' };
  let column = nameAt(tokens, back);
  while (tokens.kind(back + 1) === DOT && isName(tokens, back + 2)) {
    back += 2;
    column = `${nameAt(tokens, back)}.${column}`;
  }
  // NOT a = ?
  if (tokens.textAt(back + 1) === 'NOT') name = `NOT ${name}`;
  return { operator: name, column };
}

// Reserved words are names before an operator: `key = ?`.
function isName(tokens: Tokens, back: number): boolean {
  const kind = tokens.kind(back);
  return kind === NAME || (kind === WORD && /^[A-Z_]+$/.test(tokens.textAt(back)));
}

function nameAt(tokens: Tokens, back: number): string {
  const text = tokens.textAt(back);
  return tokens.kind(back) === WORD ? text.toLowerCase() : text;
}
