/** Tokens of a normalised statement, and their text on one line. */

import { Tables } from './tables.js';
import { CAST, CLOSE, COMMA, DOT, expectsOperand, NAME, OPEN, SEMICOLON, WORD } from './token-kinds.js';

/** Mark after repeatable items: `(?+)`, `VALUES (?, ?)+`. */
export const MORE = 11;

/** Growing list of tokens that can be truncated. Only the first `length` entries are valid. */
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

  /** Marks the last item as repeatable. */
  pushMore(): void {
    this.kinds[this.length] = MORE;
    this.texts[this.length++] = '+';
  }

  /** Keeps the first `length` tokens. */
  cut(length: number): void {
    this.length = Math.max(0, length);
    this.tables.cut(this.length);
  }

  /** Drops the last `count` tokens. */
  drop(count: number): void {
    this.cut(this.length - count);
  }

  /** Kind of the token `back` from the end (1 is the last); 0 where there is none. */
  kind(back: number): number {
    return back > this.length ? 0 : this.kinds[this.length - back]!;
  }

  /** Text of the token `back` from the end; empty where there is none. */
  textAt(back: number): string {
    return back > this.length ? '' : this.texts[this.length - back]!;
  }

  /** True when an operand is expected after the token `back` from the end. */
  expectsOperand(back: number): boolean {
    const kind = this.kind(back);
    return kind !== MORE && expectsOperand(kind, this.textAt(back));
  }

  /** True when two ranges hold the same tokens. */
  same(from: number, to: number, otherFrom: number, otherTo: number): boolean {
    if (to - from !== otherTo - otherFrom) return false;
    const { kinds, texts } = this;
    for (let i = 0; i < to - from; i++) {
      if (kinds[from + i] !== kinds[otherFrom + i] || texts[from + i] !== texts[otherFrom + i]) return false;
    }
    return true;
  }

  /** Statement on one line with canonical spaces. */
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

// Function names that are reserved words in some dialect; no space before their bracket, as in
// count(x).
const FUNCTION_WORDS = new Set('ANY ALL SOME CAST REPLACE LEFT RIGHT IF INSERT CUBE ROLLUP'.split(' '));
// Per kind: 1 for no space before the token; 1 for no space after it.
const TIGHT_BEFORE = new Uint8Array(12);
const TIGHT_AFTER = new Uint8Array(12);
for (const kind of [COMMA, CLOSE, DOT, SEMICOLON, CAST, MORE]) TIGHT_BEFORE[kind] = 1;
for (const kind of [DOT, OPEN, CAST]) TIGHT_AFTER[kind] = 1;

function isTight(before: number, word: string, kind: number, text: string): boolean {
  if (TIGHT_BEFORE[kind] === 1 || TIGHT_AFTER[before] === 1) return true;
  if (kind !== OPEN) return false;
  if (text === '[') return before === NAME || before === CLOSE || before === WORD;
  return before === NAME || (before === WORD && FUNCTION_WORDS.has(word));
}
