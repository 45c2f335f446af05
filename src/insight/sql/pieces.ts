/**
 * Pieces of SQL: tokens, and the spaces and comments between them. Joined, they are the original
 * text.
 */

import type { Dialect } from '../../domain/library.js';
import * as c from './chars.js';
import { Lexer } from './lexer.js';
import * as scan from './scan.js';
import { END } from './token-kinds.js';

/** Kinds of pieces between tokens. */
export const WHITESPACE = 20;
export const COMMENT = 21;
/**
 * Start or end mark of a MySQL version comment, whose content is SQL: `/*!80000` and its closing
 * mark.
 */
export const VERSION_MARK = 22;

/** Piece of a statement. */
export interface Piece {
  /** Kind of the token (lexer.ts), or of the text between two tokens. */
  kind: number;
  /** Text as in the source. */
  written: string;
  /** Canonical form of a token. */
  text: string;
  /** True for a quoted string. */
  quoted: boolean;
}

/** Pieces of a text, lexed lazily. */
export function* piecesOf(sql: string, dialect: Dialect): Generator<Piece> {
  const lexer = new Lexer(sql, dialect);
  for (let end = 0; ; end = lexer.to) {
    const kind = lexer.read();
    yield* gapPieces(sql, end, lexer.from, dialect);
    if (kind === END) return;
    yield { kind, written: sql.slice(lexer.from, lexer.to), text: lexer.text, quoted: lexer.quoted };
  }
}

// The lexer guarantees that this range holds only spaces and comments.
function* gapPieces(sql: string, from: number, to: number, dialect: Dialect): Generator<Piece> {
  for (let at = from; at < to; ) {
    const [kind, end] = pieceAt(sql, at, to, dialect);
    const written = sql.slice(at, end);
    yield { kind, written, text: written, quoted: false };
    at = end;
  }
}

function pieceAt(sql: string, at: number, to: number, dialect: Dialect): [kind: number, end: number] {
  const char = sql.charCodeAt(at);
  if (char === c.SLASH) {
    const mark = dialect === 'mysql' ? scan.endOfVersionMark(sql, at) : undefined;
    if (mark !== undefined) return [VERSION_MARK, mark];
    return [COMMENT, scan.endOfComment(sql, at, dialect === 'pg')];
  }
  if (char === c.STAR) return [VERSION_MARK, at + 2];
  if (char === c.MINUS || char === c.HASH) return [COMMENT, Math.min(to, scan.endOfLine(sql, at))];
  let end = at + 1;
  while (end < to && !isCommentChar(sql.charCodeAt(end))) end++;
  return [WHITESPACE, end];
}

function isCommentChar(char: number): boolean {
  return char === c.SLASH || char === c.STAR || char === c.MINUS || char === c.HASH;
}
