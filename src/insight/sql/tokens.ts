/** The tokens of a normalised statement, and how they are written on one line. */

import { CAST, CLOSE, COMMA, DOT, expectsOperand, NAME, OPEN, SEMICOLON, WORD } from './lexer.js';
import { Tables } from './tables.js';

/** The mark after what may stand there several times: `(?+)`, `VALUES (?, ?)+`. */
export const MORE = 11;

/** A growing list of tokens that can also be cut back. Only the first `length` entries count. */
export class Tokens {
  length = 0;
  readonly kinds: number[] = [];
  readonly texts: string[] = [];
  readonly tables = new Tables(this);

  push(kind: number, text: string): void {
    this.kinds[this.length] = kind;
    this.texts[this.length++] = text;
    this.tables.addToken(kind, text);
  }

  /** Marks what was pushed last as coming several times. */
  pushMore(): void {
    this.kinds[this.length] = MORE;
    this.texts[this.length++] = '+';
  }

  /** Drops all but the first tokens. */
  cut(length: number): void {
    this.length = Math.max(0, length);
    this.tables.cut(this.length);
  }

  /** Drops the last tokens. */
  drop(count: number): void {
    this.cut(this.length - count);
  }

  /** Answers the kind of the token `back` from the end; 0 where there is none. */
  kind(back: number): number {
    return back > this.length ? 0 : this.kinds[this.length - back]!;
  }

  /** Answers the text of the token `back` from the end; empty where there is none. */
  textAt(back: number): string {
    return back > this.length ? '' : this.texts[this.length - back]!;
  }

  /** Answers whether an operand is expected after the token `back` from the end. */
  expectsOperand(back: number): boolean {
    const kind = this.kind(back);
    return kind !== MORE && expectsOperand(kind, this.textAt(back));
  }

  /** Answers whether two ranges hold the same tokens. */
  same(from: number, to: number, other: number, end: number): boolean {
    if (to - from !== end - other) return false;
    const { kinds, texts } = this;
    for (let i = 0; i < to - from; i++) {
      if (kinds[from + i] !== kinds[other + i] || texts[from + i] !== texts[other + i]) return false;
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
const CALLED = new Set('ANY ALL SOME CAST REPLACE LEFT RIGHT IF INSERT CUBE ROLLUP'.split(' '));
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
