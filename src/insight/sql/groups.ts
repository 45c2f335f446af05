/**
 * Nesting of a statement (brackets, lists, rows, arms of UNION); equal items of a group collapse
 * into one.
 */

import { MAX_DEPTH } from './tables.js';
import { CLOSE, COMMA, OPEN, OPERATOR, VALUE, WORD } from './token-kinds.js';
import { MORE, type Tokens } from './tokens.js';

/** Any other brackets, and the statement itself. */
export const PLAIN = 0;
/** IN (…), ARRAY[…], FIELD(…): equal items collapse into one. */
export const LIST = 1;
/** The rows after VALUES; a group without brackets. */
export const ROWS = 2;
/** One row of VALUES. */
export const ROW = 3;
/** ANY(…), unnest(…): one value with many items. */
export const SPREAD = 4;
/** CAST(…) */
export const CASTING = 5;

// DEFAULT gives rows different shapes: each row is compared with this many kept rows.
const MAX_KEPT_ROWS = 4;
const NONE: number[] = [];
const QUERIES = new Set(['SELECT', 'WITH', 'VALUES', 'TABLE']);

interface Group {
  type: number;
  /** Token index of the bracket; for ROWS, of the first row; -1 for the statement itself. */
  start: number;
  /** Token index where the current item begins. */
  item: number;
  /** Token ranges of kept items or rows: begin, end, begin, end, … */
  kept: number[];
  rows: number;
  /** Start of the current UNION arm (-1 right after UNION), and range of the arm before. */
  arm: number;
  armBefore: number;
  armEnd: number;
  /** Number of equal arms in a row. */
  armsAlike: number;
}

/** The open groups of a statement. */
export class Groups {
  /** True when items, rows or arms repeat. */
  isBatched = false;
  readonly #tokens: Tokens;
  readonly #outer: Group[] = [];
  #current: Group;
  #lists = 0;
  #pendingComma = false;

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
    this.#current = group(PLAIN, -1, 0);
  }

  get depth(): number {
    return this.#outer.length;
  }

  get isFull(): boolean {
    return this.#outer.length >= MAX_DEPTH;
  }

  get type(): number {
    return this.#current.type;
  }

  get start(): number {
    return this.#current.start;
  }

  /** True for a value of a list, a row or a spread. */
  get isListed(): boolean {
    return this.#lists > 0;
  }

  /** True before the first token of an item. */
  get isFirst(): boolean {
    return this.#current.item === this.#tokens.length;
  }

  /** Opens a group at token index `start`; the next tokens belong to it. */
  enter(type: number, start: number): void {
    this.#outer.push(this.#current);
    this.#current = group(type, start, this.#tokens.length);
    if (hasManyValues(type)) this.#lists++;
  }

  /** Closes the innermost group. */
  leave(): void {
    const { type } = this.#current;
    if (type === ROWS && this.#pendingComma) {
      this.#pendingComma = false;
      this.#tokens.push(COMMA, ',');
    }
    if (hasManyValues(type)) this.#lists--;
    this.#current = this.#outer.pop()!;
  }

  /** Ends the statement: closes all groups. */
  end(): void {
    while (this.#current.start >= 0) this.leave();
    this.endArm();
  }

  /** Starts the next statement of the text. */
  restart(): void {
    this.#current = group(PLAIN, -1, this.#tokens.length);
  }

  /** Turns the list into a plain group: IN (SELECT …) is a subquery. */
  asSubquery(): void {
    const { type } = this.#current;
    if (type !== LIST && type !== SPREAD) return;
    this.#current.type = PLAIN;
    this.#lists--;
  }

  /** Ends an item; in a list, an item equal to the last kept item is dropped. */
  endItem(): void {
    const list = this.#current;
    if (list.type !== LIST) return;
    const tokens = this.#tokens;
    if (tokens.kind(1) === OPERATOR && tokens.textAt(1) === '+' && tokens.length - 1 > list.item) {
      tokens.drop(1);
      this.isBatched = true;
    }
    const end = tokens.length;
    if (end === list.item) return;
    const { kept } = list;
    const last = kept.length;
    if (last > 0 && tokens.same(kept[last - 2]!, kept[last - 1]!, list.item, end)) {
      tokens.cut(list.item - 1);
      this.isBatched = true;
    } else if (hasValue(tokens, list.item, end)) {
      kept.push(list.item, end);
      tokens.pushMore();
    }
  }

  /** Starts the next item, after its comma was pushed. */
  nextItem(): void {
    this.#current.item = this.#tokens.length;
  }

  /** True when the last list item is a single value: further plain values can be skipped. */
  get repeatsValue(): boolean {
    const { type, kept } = this.#current;
    if (type !== LIST || kept.length === 0) return false;
    const start = kept.at(-2)!;
    return kept.at(-1) === start + 1 && this.#tokens.kinds[start] === VALUE;
  }

  /**
   * Consumes a token between rows of VALUES; returns false, and leaves the rows, for any other
   * token.
   */
  betweenRows(kind: number, text: string): boolean {
    const tokens = this.#tokens;
    const last = tokens.kind(1);
    const isAfter =
      tokens.length > this.#current.start && (last === CLOSE || last === MORE) && !this.#pendingComma;
    if (isAfter && kind === OPERATOR && text === '+') {
      this.isBatched = true;
      return true;
    }
    if (isAfter && kind === COMMA) {
      this.#pendingComma = true;
      return true;
    }
    // MySQL 8 writes VALUES ROW(1, 2), ROW(3, 4).
    const isWord = kind === WORD && text === 'ROW';
    const begins = isWord || (kind === OPEN && text === '(');
    if (!begins || isAfter) {
      this.leave();
      return false;
    }
    if (this.#pendingComma) tokens.push(COMMA, ',');
    this.#pendingComma = false;
    if (isWord) tokens.push(WORD, text);
    return isWord;
  }

  /** Ends the row with its bracket at index `open`; a row equal to a kept row is dropped. */
  endRow(open: number): void {
    const rows = this.#current;
    if (rows.type !== ROWS) return;
    const tokens = this.#tokens;
    const start = tokens.texts[open - 1] === 'ROW' ? open - 1 : open;
    const { kept } = rows;
    if (++rows.rows > 1) this.isBatched = true;
    for (let at = kept.length - 2; at >= 0; at -= 2) {
      if (!tokens.same(kept[at]!, kept[at + 1]!, start, tokens.length)) continue;
      tokens.cut(start - 1);
      return;
    }
    if (kept.length >= MAX_KEPT_ROWS * 2) kept.splice(0, 2);
    kept.push(start, tokens.length);
    tokens.pushMore();
  }

  /** Starts the next arm, after UNION was pushed. */
  nextArm(): void {
    this.#current.arm = -1;
  }

  /** Ends an arm; of equal arms two are kept, which means several. */
  endArm(): void {
    const at = this.#current;
    const tokens = this.#tokens;
    // The arm begins after UNION or UNION ALL.
    if (at.arm < 0) at.arm = at.armEnd + (tokens.texts[at.armEnd + 1] === 'ALL' ? 2 : 1);
    const end = tokens.length;
    const isAlike = at.armEnd >= 0 && end > at.arm && tokens.same(at.armBefore, at.armEnd, at.arm, end);
    at.armsAlike = isAlike ? at.armsAlike + 1 : 1;
    if (at.armsAlike > 2) {
      this.isBatched = true;
      tokens.cut(at.armEnd);
      return;
    }
    at.armBefore = at.arm;
    at.armEnd = end;
  }
}

function group(type: number, start: number, item: number): Group {
  const kept = type === LIST || type === ROWS ? [] : NONE;
  return { type, start, item, kept, rows: 0, arm: item, armBefore: -1, armEnd: -1, armsAlike: 1 };
}

function hasManyValues(type: number): boolean {
  return type !== PLAIN && type !== CASTING;
}

// Only items with values can repeat; a subquery is a single item.
function hasValue({ kinds, texts }: Tokens, from: number, to: number): boolean {
  if (kinds[to - 1] === OPERATOR) return false;
  let at = from;
  while (at < to && kinds[at] === OPEN) at++;
  if (kinds[at] === WORD && QUERIES.has(texts[at]!)) return false;
  for (; at < to; at++) if (kinds[at] === VALUE) return true;
  return false;
}
