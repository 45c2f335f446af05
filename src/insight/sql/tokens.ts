/** The tokens of a normalised statement, and how they are written on one line. */

import { CAST, CLOSE, COMMA, DOT, NAME, OPEN, SEMICOLON, WORD } from './lexer.js';

/** The mark after what may stand there several times: `(?+)`, `VALUES (?, ?)+`. */
export const MORE = 11;

/** A growing list of tokens that can also be cut back. Only the first `length` entries count. */
export class Tokens {
  length = 0;
  readonly kinds: number[] = [];
  readonly texts: string[] = [];

  push(kind: number, text: string): void {
    const at = this.length++;
    this.kinds[at] = kind;
    this.texts[at] = text;
  }

  /** Drops all but the first tokens. */
  cut(length: number): void {
    this.length = Math.max(0, length);
  }

  /** Answers the kind of the token `back` from the end; 0 where there is none. */
  kind(back: number): number {
    return back > this.length ? 0 : this.kinds[this.length - back]!;
  }

  /** Answers the text of the token `back` from the end; empty where there is none. */
  textAt(back: number): string {
    return back > this.length ? '' : this.texts[this.length - back]!;
  }

  /** Answers whether two ranges hold the same tokens. */
  same(from: number, to: number, other: number, end: number): boolean {
    if (to - from !== end - other) return false;
    for (let i = 0; i < to - from; i++) {
      if (this.kinds[from + i] !== this.kinds[other + i] || this.texts[from + i] !== this.texts[other + i])
        return false;
    }
    return true;
  }

  /** Answers the statement as text: one line, canonical spaces. */
  write(): string {
    const { kinds, texts, length } = this;
    let text = '';
    for (let i = 0; i < length; i++) {
      const loose = i > 0 && !isTight(kinds[i - 1]!, texts[i - 1]!, kinds[i]!, texts[i]!);
      text += loose ? ` ${texts[i]!}` : texts[i]!;
    }
    return text;
  }
}

// Functions that are reserved words in some dialect, and still are written count(x).
const CALLED = new Set([
  'ANY',
  'ALL',
  'SOME',
  'CAST',
  'REPLACE',
  'LEFT',
  'RIGHT',
  'IF',
  'INSERT',
  'CUBE',
  'ROLLUP',
]);
// By kind: nothing stands between it and what is before; between it and what follows.
const TIGHT_BEFORE = new Uint8Array(12);
const TIGHT_AFTER = new Uint8Array(12);
for (const kind of [COMMA, CLOSE, DOT, SEMICOLON, CAST, MORE]) TIGHT_BEFORE[kind] = 1;
for (const kind of [DOT, OPEN, CAST]) TIGHT_AFTER[kind] = 1;

function isTight(before: number, word: string, kind: number, text: string): boolean {
  if (TIGHT_BEFORE[kind] === 1 || TIGHT_AFTER[before] === 1) return true;
  if (kind !== OPEN) return false;
  if (text === '[') return before === NAME || before === CLOSE || before === WORD;
  return before === NAME || (before === WORD && CALLED.has(word));
}
