/** What is inside of what: brackets, lists, rows and arms of UNION, and how those that are alike become one. */

import { CLOSE, COMMA, OPEN, OPERATOR, VALUE, WORD } from './lexer.js';
import { MAX_DEPTH } from './tables.js';
import { MORE, type Tokens } from './tokens.js';

export const PLAIN = 0;
/** IN (…), ARRAY[…], FIELD(…): equal items become one. */
export const LIST = 1;
/** The rows after VALUES, without brackets of their own. */
export const ROWS = 2;
/** One row. */
export const ROW = 3;
/** ANY(…), unnest(…): one value that stands for many. */
export const SPREAD = 4;
/** CAST(…) */
export const CASTING = 5;

// Rows of different shapes, as DEFAULT makes them, are compared with so many before.
const SHAPES = 4;
const NONE: number[] = [];
const QUERIES = new Set(['SELECT', 'WITH', 'VALUES', 'TABLE']);

interface Group {
  type: number;
  /** Where its bracket is; for ROWS, where the first row begins; -1 for the statement itself. */
  start: number;
  /** Where the item that is being read begins. */
  item: number;
  /** Items or rows that were kept: where each begins and ends. */
  kept: number[];
  rows: number;
  /** Arms of a UNION: the one that is being read (-1 right after UNION) and the one before. */
  arm: number;
  armBefore: number;
  armEnd: number;
  armsAlike: number;
}

/** The open groups of a statement. */
export class Groups {
  /** Something was asked for several times over. */
  isBatched = false;
  readonly #tokens: Tokens;
  readonly #outer: Group[] = [];
  #group: Group;
  #lists = 0;
  #pendingComma = false;

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
    this.#group = group(PLAIN, -1, 0);
  }

  get depth(): number {
    return this.#outer.length;
  }

  get isFull(): boolean {
    return this.#outer.length >= MAX_DEPTH;
  }

  get type(): number {
    return this.#group.type;
  }

  get start(): number {
    return this.#group.start;
  }

  /** What is read now is one of many. */
  get isListed(): boolean {
    return this.#lists > 0;
  }

  /** Nothing of the item has been read. */
  get isFirst(): boolean {
    return this.#group.item === this.#tokens.length;
  }

  /** A group begins at the token `start`; what is pushed next is in it. */
  enter(type: number, start: number): void {
    this.#outer.push(this.#group);
    this.#group = group(type, start, this.#tokens.length);
    if (isMany(type)) this.#lists++;
  }

  leave(): void {
    const { type } = this.#group;
    if (type === ROWS && this.#pendingComma) {
      this.#pendingComma = false;
      this.#tokens.push(COMMA, ',');
    }
    if (isMany(type)) this.#lists--;
    this.#group = this.#outer.pop()!;
  }

  /** The text, or one statement of it, is over. */
  end(): void {
    while (this.#group.start >= 0) this.leave();
    this.endArm();
  }

  /** Another statement begins. */
  restart(): void {
    this.#group = group(PLAIN, -1, this.#tokens.length);
  }

  /** IN (SELECT …) is no list. */
  asSubquery(): void {
    const { type } = this.#group;
    if (type !== LIST && type !== SPREAD) return;
    this.#group.type = PLAIN;
    this.#lists--;
  }

  /** An item is over: one of a list that equals the one before goes. */
  endItem(): void {
    const list = this.#group;
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

  /** A comma between items has been pushed. */
  nextItem(): void {
    this.#group.item = this.#tokens.length;
  }

  /** What was read last is a value of a list and nothing else: more of them say no more. */
  get repeatsValue(): boolean {
    const { type, kept } = this.#group;
    if (type !== LIST || kept.length === 0) return false;
    const start = kept.at(-2)!;
    return kept.at(-1) === start + 1 && this.#tokens.kinds[start] === VALUE;
  }

  /** Takes what stands between the rows of VALUES; answers false for what does not belong there, and leaves them. */
  betweenRows(kind: number, text: string): boolean {
    const tokens = this.#tokens;
    const last = tokens.kind(1);
    const isAfter =
      tokens.length > this.#group.start && (last === CLOSE || last === MORE) && !this.#pendingComma;
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

  /** A row whose bracket is at `open` is over: one that equals another goes. */
  endRow(open: number): void {
    const rows = this.#group;
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
    if (kept.length >= SHAPES * 2) kept.splice(0, 2);
    kept.push(start, tokens.length);
    tokens.pushMore();
  }

  /** UNION has been pushed. */
  nextArm(): void {
    this.#group.arm = -1;
  }

  /** An arm is over: of those that are alike two are kept, which says "several". */
  endArm(): void {
    const at = this.#group;
    const tokens = this.#tokens;
    // The arm begins after UNION, or after UNION ALL.
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

function isMany(type: number): boolean {
  return type !== PLAIN && type !== CASTING;
}

// Only what holds values can come several times; a subquery is one.
function hasValue({ kinds, texts }: Tokens, from: number, to: number): boolean {
  if (kinds[to - 1] === OPERATOR) return false;
  let at = from;
  while (at < to && kinds[at] === OPEN) at++;
  if (kinds[at] === WORD && QUERIES.has(texts[at]!)) return false;
  for (; at < to; at++) if (kinds[at] === VALUE) return true;
  return false;
}
