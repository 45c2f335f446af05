/** Normalises a statement token by token: values become `?`, lists of them one, and what varies without meaning goes. */

import { Hash } from '../hash.js';
import {
  CAST,
  CLOSE,
  COMMA,
  type Dialect,
  DOT,
  END,
  Lexer,
  NAME,
  OPEN,
  OPERATOR,
  SEMICOLON,
  VALUE,
  WORD,
} from './lexer.js';
import { MAX_DEPTH, Tables } from './tables.js';
import { MORE, Tokens } from './tokens.js';
import { TypeSkipper } from './types.js';
import { Verbs } from './verbs.js';
import * as words from './words.js';

/** A value of a statement as it was written. */
export interface Operand {
  text: string;
  /** It is one of many: in IN (…), ARRAY[…], ANY(…), or a row of VALUES. */
  listed: boolean;
  /** What stands before it: `=`, LIMIT, … */
  before: string;
}

const PLAIN = 0;
/** IN (…), ARRAY[…], FIELD(…): equal items become one. */
const LIST = 1;
/** The rows after VALUES, without brackets of their own. */
const ROWS = 2;
/** One row. */
const ROW = 3;
/** ANY(…), unnest(…): one value that stands for many. */
const SPREAD = 4;
/** CAST(…) */
const CASTING = 5;

// No statement that somebody wrote is as long.
const MAX_TOKENS = 20_000;
const CONSTANTS = new Set(['NULL', 'TRUE', 'FALSE']);

// Rows of different shapes, as DEFAULT makes them, are compared with so many before.
const SHAPES = 4;

interface Group {
  type: number;
  /** Where its bracket is; for ROWS, where the first row begins. */
  start: number;
  /** Where the item that is being read begins. */
  item: number;
  /** Items or rows that were kept: where each begins and ends. */
  kept: number[];
  items: number;
  /** Arms of a UNION: the one that is being read and the one before. */
  arm: number;
  armBefore: number;
  armEnd: number;
  armsAlike: number;
}

/** Reads one text whole; the fields answer when it has. */
export class Shape {
  readonly tokens = new Tokens();
  readonly verbs = new Verbs();
  readonly operands: Operand[] | undefined;
  isBatched = false;
  readonly #tables = new Tables(this.tokens);
  readonly #types = new TypeSkipper();
  readonly #groups: Group[] = [];
  readonly #lexer: Lexer;
  readonly #dialect: Dialect;
  readonly #sql: string;
  #group: Group;
  #updating = false;
  #pendingComma = false;
  #string = false;
  #depthOfLists = 0;
  #deeper = 0;

  constructor(sql: string, dialect: Dialect, keepOperands = false) {
    this.#sql = sql;
    this.#dialect = dialect;
    this.#lexer = new Lexer(sql, dialect);
    this.#group = group(PLAIN, -1, 0);
    if (keepOperands) this.operands = [];
    let kind = this.#lexer.next(true);
    while (kind !== END && this.tokens.length < MAX_TOKENS) {
      this.#token(kind, this.#lexer.text);
      kind = this.#lexer.next(expects(this.tokens, 1));
    }
    while (this.#group.start >= 0) this.#leave();
    this.#endArm();
    while (this.tokens.kind(1) === SEMICOLON) this.tokens.cut(this.tokens.length - 1);
    if (kind !== END) this.tokens.push(NAME, this.#rest(kind));
  }

  /** Answers the tables that the statement names; `rename` replaces parts that vary. */
  tables(rename: (part: string, isTable: boolean) => string): string[] {
    return this.#tables.finish(rename);
  }

  // What follows so many tokens nobody reads: it only has to tell this statement from others.
  #rest(first: number): string {
    const lexer = this.#lexer;
    const rest = new Hash();
    const mark = lexer.text;
    for (
      let kind = first;
      kind !== END;
      kind = lexer.next(kind !== VALUE && kind !== NAME && kind !== CLOSE)
    ) {
      // A sign may be that of a value.
      if (kind === OPERATOR && (lexer.text === '-' || lexer.text === '+')) continue;
      if (kind === VALUE)
        this.operands?.push({ text: this.#sql.slice(lexer.from, lexer.to), listed: false, before: '' });
      if (kind === WORD && CONSTANTS.has(lexer.text)) rest.add('?');
      else rest.add(lexer.text);
    }
    // A text that was cut here before keeps its mark.
    return rest.length === mark.length && mark.startsWith('…') ? mark : `…${rest.digits()}`;
  }

  #token(kind: number, text: string): void {
    if (this.#types.skips(kind, text)) return;
    if (this.#group.type === ROWS && this.#betweenRows(kind, text)) return;
    switch (kind) {
      case VALUE:
        this.#value();
        break;
      case OPEN:
        this.#open(text);
        break;
      case CLOSE:
        this.#close(text);
        break;
      case COMMA:
        this.#endItem();
        this.#push(COMMA, ',');
        this.#group.item = this.tokens.length;
        break;
      case CAST:
        if (this.tokens.kind(1) === VALUE) this.#types.start();
        else this.#push(CAST, text);
        break;
      case SEMICOLON:
        this.#semicolon();
        break;
      case WORD:
        this.#word(text);
        break;
      case NAME:
        this.#name(text);
        break;
      default:
        this.#push(kind, text);
    }
    this.#string = kind === VALUE && this.#lexer.quoted;
  }

  #push(kind: number, text: string): void {
    this.tokens.push(kind, text);
    this.#tables.see(kind, text);
  }

  #cut(length: number): void {
    this.tokens.cut(length);
    this.#tables.cut(length);
  }

  #value(): void {
    const { tokens } = this;
    const lexer = this.#lexer;
    if (this.operands) {
      const text = this.#sql.slice(lexer.from, lexer.to);
      this.operands.push({ text, listed: this.#depthOfLists > 0, before: tokens.textAt(1) });
    }
    // 'a' 'b' is one string, in PostgreSQL only across lines.
    const joined = lexer.quoted && this.#string && tokens.kind(1) === VALUE;
    if (joined && (this.#dialect === 'mysql' || (this.#dialect === 'pg' && lexer.broken))) return;
    this.#dropType(lexer.quoted);
    this.#putValue();
  }

  // DATE '2024-01-01', in PostgreSQL any type before a string, and MySQL's _utf8mb4 '…'.
  #dropType(quoted: boolean): void {
    const { tokens } = this;
    if (!this.#endsInName()) return;
    const name = tokens.textAt(1);
    if (this.#dialect === 'pg') {
      // But AT TIME ZONE 'UTC' is no type.
      if (quoted && name !== 'zone') this.#cut(tokens.length - 1);
      while (this.#endsInName() && words.LITERAL_TYPES.has(tokens.textAt(1))) this.#cut(tokens.length - 1);
    } else if (this.#dialect === 'mysql' && quoted) {
      if (name[0] === '_' || (name !== 'interval' && words.LITERAL_TYPES.has(name)))
        this.#cut(tokens.length - 1);
    }
  }

  #endsInName(): boolean {
    return this.tokens.kind(1) === NAME && this.tokens.kind(2) !== DOT;
  }

  #putValue(): void {
    const { tokens } = this;
    // A sign where an operand is expected belongs to the value.
    while (
      tokens.kind(1) === OPERATOR &&
      (tokens.textAt(1) === '-' || tokens.textAt(1) === '+') &&
      expects(tokens, 2)
    ) {
      this.#cut(tokens.length - 1);
    }
    if (this.#foldLimit()) return;
    this.#push(VALUE, '?');
  }

  // LIMIT ? OFFSET ?, LIMIT ?, ? and OFFSET ? LIMIT ? are all LIMIT ?.
  #foldLimit(): boolean {
    const { tokens } = this;
    if (tokens.kind(3) !== WORD || tokens.kind(2) !== VALUE) return false;
    const before = tokens.textAt(3);
    const last = tokens.textAt(1);
    if (before === 'LIMIT' && (last === 'OFFSET' || last === ',')) {
      this.#cut(tokens.length - 1);
      return true;
    }
    if (before === 'OFFSET' && last === 'LIMIT') {
      this.#cut(tokens.length - 3);
      this.#push(WORD, 'LIMIT');
    }
    return false;
  }

  #word(text: string): void {
    const { tokens } = this;
    if (tokens.kind(1) === DOT) return this.#push(NAME, text.toLowerCase());
    if (CONSTANTS.has(text)) return this.#constant(text);
    if (text === 'ASC') return;
    if (text === 'UNION') return this.#union();
    if (text === 'UPDATE' && tokens.textAt(1) === 'KEY') this.#updating = true;
    if (text === 'VALUE' && this.#dialect === 'mysql' && tokens.kind(1) === CLOSE)
      return this.#word('VALUES');
    this.verbs.see(text, tokens, this.#groups.length);
    if (text === 'SELECT' && this.#isFirst()) this.#asSubquery();
    this.#push(WORD, text);
    if (text === 'VALUES' && !this.#updating && this.#groups.length < MAX_DEPTH)
      this.#enter(ROWS, tokens.length);
  }

  #isFirst(): boolean {
    return this.#group.item === this.tokens.length;
  }

  // IN (SELECT …) is no list.
  #asSubquery(): void {
    const { type } = this.#group;
    if (type !== LIST && type !== SPREAD) return;
    this.#group.type = PLAIN;
    this.#depthOfLists--;
  }

  // IS NULL and NOT NULL are conditions, = NULL is a value.
  #constant(text: string): void {
    const before = this.tokens.textAt(1);
    const isCondition =
      before === 'IS' ||
      (before === 'NOT' && (text === 'NULL' || this.tokens.textAt(2) === 'IS')) ||
      (before === 'SET' && text === 'NULL');
    if (isCondition) this.#push(WORD, text);
    else {
      this.operands?.push({ text, listed: this.#depthOfLists > 0, before });
      this.#dropType(false);
      this.#putValue();
    }
  }

  #name(text: string): void {
    if (this.verbs.namesVary(text, this.tokens)) return this.#putValue();
    const verb = this.verbs.verbOf(text, this.tokens);
    if (verb === undefined) this.#push(NAME, text);
    else this.#push(WORD, verb);
  }

  #semicolon(): void {
    while (this.#group.start >= 0) this.#leave();
    this.#deeper = 0;
    this.#endArm();
    if (this.tokens.length === 0 || this.tokens.kind(1) === SEMICOLON) return;
    this.#push(SEMICOLON, ';');
    this.#group = group(PLAIN, -1, this.tokens.length);
    this.#updating = false;
    this.verbs.statement();
  }

  #open(text: string): void {
    const { tokens } = this;
    if (this.#groups.length >= MAX_DEPTH) {
      this.#deeper++;
      return this.#push(OPEN, text);
    }
    const type = this.#typeOf(text);
    this.#push(OPEN, text);
    this.#enter(type, tokens.length - 1);
    this.#group.item = tokens.length;
    this.#group.arm = tokens.length;
  }

  #typeOf(bracket: string): number {
    const { tokens } = this;
    const word = tokens.textAt(1);
    if (bracket === '[') {
      const nested = this.#group.type === LIST && this.tokens.texts[this.#group.start] === '[';
      return word === 'ARRAY' || (nested && this.#isFirst()) ? LIST : PLAIN;
    }
    if (this.#group.type === ROWS) return ROW;
    if (tokens.kind(1) === WORD) {
      if (word === 'IN') return LIST;
      if (word === 'ANY' || word === 'ALL' || word === 'SOME') return SPREAD;
      if (word === 'CAST') return CASTING;
    }
    if (tokens.kind(1) === NAME) {
      if (words.SPREADS.has(word)) return SPREAD;
      if (word === 'field' && this.#dialect === 'mysql') return LIST;
    }
    return PLAIN;
  }

  #enter(type: number, start: number): void {
    this.#groups.push(this.#group);
    this.#group = group(type, start, this.tokens.length);
    if (type !== PLAIN && type !== CASTING) this.#depthOfLists++;
  }

  #leave(): void {
    const { type } = this.#group;
    if (type === ROWS && this.#pendingComma) {
      this.#pendingComma = false;
      this.#push(COMMA, ',');
    }
    if (type !== PLAIN && type !== CASTING) this.#depthOfLists--;
    this.#group = this.#groups.pop()!;
  }

  #close(text: string): void {
    const { tokens } = this;
    const closing = this.#group;
    if (this.#deeper > 0) {
      this.#deeper--;
      return this.#push(CLOSE, text);
    }
    if (closing.start < 0) return this.#push(CLOSE, text);
    if (closing.type === ROWS) {
      this.#leave();
      return this.#close(text);
    }
    this.#endItem();
    this.#endArm();
    this.#leave();
    if (closing.type === CASTING && this.#isCastOfValue(closing.start)) {
      this.#cut(closing.start - 1);
      this.#putValue();
      return;
    }
    const first = tokens.kinds[closing.start + 1];
    if (closing.type === SPREAD && (first === VALUE || tokens.texts[closing.start + 1] === 'ARRAY'))
      this.isBatched = true;
    this.#push(CLOSE, text);
    this.#tables.closed(closing.start);
    if (closing.type === ROW) this.#endRow(closing.start);
  }

  #isCastOfValue(start: number): boolean {
    const { tokens } = this;
    return (
      tokens.kinds[start + 1] === VALUE &&
      tokens.texts[start + 2] === 'AS' &&
      tokens.kinds[start + 2] === WORD
    );
  }

  // An item of a list has been read: one that equals the item before goes.
  #endItem(): void {
    const list = this.#group;
    if (list.type !== LIST) return;
    const { tokens } = this;
    if (tokens.kind(1) === OPERATOR && tokens.textAt(1) === '+' && tokens.length - 1 > list.item) {
      tokens.cut(tokens.length - 1);
      this.isBatched = true;
    }
    const end = tokens.length;
    if (end === list.item) return;
    const { kept } = list;
    const last = kept.length;
    if (last > 0 && tokens.same(kept[last - 2]!, kept[last - 1]!, list.item, end)) {
      this.#cut(list.item - 1);
      this.isBatched = true;
    } else if (hasValue(tokens, list.item, end)) {
      kept.push(list.item, end);
      tokens.push(MORE, '+');
    }
  }

  // Between the rows of VALUES; answers whether the token has been dealt with.
  #betweenRows(kind: number, text: string): boolean {
    const rows = this.#group;
    const { tokens } = this;
    const after = tokens.length > rows.start && (tokens.kind(1) === CLOSE || tokens.kind(1) === MORE);
    if (kind === OPERATOR && text === '+' && after && !this.#pendingComma) {
      this.isBatched = true;
      return true;
    }
    if (kind === COMMA && after && !this.#pendingComma) {
      this.#pendingComma = true;
      return true;
    }
    // MySQL 8 writes VALUES ROW(1, 2), ROW(3, 4).
    const isRow = kind === WORD && text === 'ROW';
    if ((kind === OPEN && text === '(') || isRow) {
      if (this.#pendingComma) {
        this.#pendingComma = false;
        this.#push(COMMA, ',');
      } else if (after) return this.#leaveFor();
      if (isRow) this.#push(WORD, text);
      return isRow;
    }
    return this.#leaveFor();
  }

  #leaveFor(): false {
    this.#leave();
    return false;
  }

  #endRow(open: number): void {
    const rows = this.#group;
    if (rows.type !== ROWS) return;
    const { tokens } = this;
    const start = tokens.texts[open - 1] === 'ROW' ? open - 1 : open;
    const end = tokens.length;
    if (++rows.items > 1) this.isBatched = true;
    for (let at = rows.kept.length - 2; at >= 0; at -= 2) {
      if (!tokens.same(rows.kept[at]!, rows.kept[at + 1]!, start, end)) continue;
      this.#cut(start - 1);
      return;
    }
    if (rows.kept.length >= SHAPES * 2) rows.kept.splice(0, 2);
    rows.kept.push(start, end);
    tokens.push(MORE, '+');
  }

  // Of arms that are alike, two are kept: that says "several".
  #union(): void {
    this.#endArm();
    this.#push(WORD, 'UNION');
    this.#group.arm = -1;
  }

  #endArm(): void {
    const at = this.#group;
    const { tokens } = this;
    if (at.arm < 0) {
      // After UNION [ALL] the arm begins where the word is no longer one of them.
      at.arm = at.armEnd < 0 ? 0 : at.armEnd + (tokens.texts[at.armEnd + 1] === 'ALL' ? 2 : 1);
    }
    const end = tokens.length;
    const alike = at.armEnd >= 0 && end > at.arm && tokens.same(at.armBefore, at.armEnd, at.arm, end);
    at.armsAlike = alike ? at.armsAlike + 1 : 1;
    if (at.armsAlike > 2) {
      this.isBatched = true;
      this.#cut(at.armEnd);
      return;
    }
    at.armBefore = at.arm;
    at.armEnd = end;
  }
}

const NONE: number[] = [];

function group(type: number, start: number, item: number): Group {
  return {
    type,
    start,
    item,
    kept: type === LIST || type === ROWS ? [] : NONE,
    items: 0,
    arm: item,
    armBefore: -1,
    armEnd: -1,
    armsAlike: 1,
  };
}

// Whether an operand is expected after the token `back` from the end.
function expects(tokens: Tokens, back: number): boolean {
  switch (tokens.kind(back)) {
    case WORD:
      return !words.OPERANDS.has(tokens.textAt(back));
    case VALUE:
    case NAME:
    case CLOSE:
    case DOT:
    case MORE:
      return false;
    default:
      return true;
  }
}

// Only what holds values can come several times; a subquery is one.
function hasValue(tokens: Tokens, from: number, to: number): boolean {
  if (tokens.kinds[to - 1] === OPERATOR) return false;
  let at = from;
  while (at < to && tokens.kinds[at] === OPEN) at++;
  const first = tokens.texts[at];
  if (
    tokens.kinds[at] === WORD &&
    (first === 'SELECT' || first === 'WITH' || first === 'VALUES' || first === 'TABLE')
  ) {
    return false;
  }
  for (; at < to; at++) if (tokens.kinds[at] === VALUE) return true;
  return false;
}
