/** Values as `?`, without signs and types, which are only notation. */

import type { Dialect } from '../../domain/library.js';
import { DOT, NAME, OPERATOR, VALUE, WORD } from './token-kinds.js';
import type { Tokens } from './tokens.js';
import { LITERAL_TYPES } from './words.js';

/**
 * Pushes a value without its sign. LIMIT ? OFFSET ?, LIMIT ?, ? and OFFSET ? LIMIT ? all become
 * LIMIT ?.
 */
export function pushValue(tokens: Tokens): void {
  while (isSign(tokens) && tokens.expectsOperand(2)) tokens.drop(1);
  if (tokens.kind(3) === WORD && tokens.kind(2) === VALUE) {
    const before = tokens.textAt(3);
    const last = tokens.textAt(1);
    if (before === 'LIMIT' && (last === 'OFFSET' || last === ',')) return tokens.drop(1);
    if (before === 'OFFSET' && last === 'LIMIT') {
      tokens.drop(3);
      tokens.push(WORD, 'LIMIT');
    }
  }
  tokens.push(VALUE, '?');
}

function isSign(tokens: Tokens): boolean {
  return tokens.kind(1) === OPERATOR && (tokens.textAt(1) === '-' || tokens.textAt(1) === '+');
}

/**
 * Drops a type before a value: DATE '2024-01-01', any name before a string in PostgreSQL, _utf8mb4
 * '…' in MySQL.
 */
export function dropType(tokens: Tokens, dialect: Dialect, quoted: boolean): void {
  if (!endsInName(tokens)) return;
  const name = tokens.textAt(1);
  if (dialect === 'pg') {
    // AT TIME ZONE 'UTC' has no type.
    if (quoted && name !== 'zone') tokens.drop(1);
    while (endsInName(tokens) && LITERAL_TYPES.has(tokens.textAt(1))) tokens.drop(1);
  } else if (dialect === 'mysql' && quoted) {
    if (name[0] === '_' || (name !== 'interval' && LITERAL_TYPES.has(name))) tokens.drop(1);
  }
}

function endsInName(tokens: Tokens): boolean {
  return tokens.kind(1) === NAME && tokens.kind(2) !== DOT;
}
