/** SQL cut into pieces: tokens, and the spaces and comments between them. Joined, they are the text again. */

import type { Dialect } from '../../domain/library.js';
import * as c from './chars.js';
import { END, Lexer } from './lexer.js';
import * as scan from './scan.js';

/** Kinds of pieces besides those of tokens. */
export const WHITESPACE = 20;
export const COMMENT = 21;
/** Where SQL begins and ends that MySQL servers run from some version on: `/*!80000` and its closing mark. */
export const VERSION_MARK = 22;

export interface Piece {
  /** Of a token (lexer.ts), or of what stands between two. */
  kind: number;
  written: string;
  /** A token in its canonical writing. */
  text: string;
  /** The token is a quoted string. */
  quoted: boolean;
}

/** Pieces of a text, read as far as they are taken. */
export function* piecesOf(sql: string, dialect: Dialect): Generator<Piece> {
  const lexer = new Lexer(sql, dialect);
  for (let end = 0; ; end = lexer.to) {
    const kind = lexer.read();
    yield* between(sql, end, lexer.from, dialect);
    if (kind === END) return;
    yield { kind, written: sql.slice(lexer.from, lexer.to), text: lexer.text, quoted: lexer.quoted };
  }
}

// The lexer has found out that these are spaces and comments only.
function* between(sql: string, from: number, to: number, dialect: Dialect): Generator<Piece> {
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
  while (end < to && !isMark(sql.charCodeAt(end))) end++;
  return [WHITESPACE, end];
}

function isMark(char: number): boolean {
  return char === c.SLASH || char === c.STAR || char === c.MINUS || char === c.HASH;
}
