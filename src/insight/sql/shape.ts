/**
 * Normalisation of a statement: values become `?`, lists collapse, and meaningless variation is
 * dropped.
 */

import type { Dialect } from '../../domain/library.js';
import { Hash } from '../util/hash.js';
import { comparisonBefore } from './comparison.js';
import { CASTING, Groups, LIST, PLAIN, ROW, ROWS, SPREAD } from './groups.js';
import { Lexer } from './lexer.js';
import { CAST, CLOSE, COMMA, DOT, END, NAME, OPEN, OPERATOR, SEMICOLON, VALUE, WORD } from './token-kinds.js';
import { Tokens } from './tokens.js';
import { TypeSkipper } from './types.js';
import { dropType, pushValue } from './values.js';
import { Verbs } from './verbs.js';
import { SPREADS } from './words.js';

/** Value of a statement as written. */
export interface Operand {
  text: string;
  /** True inside IN (…), ARRAY[…], ANY(…), or a row of VALUES. */
  listed: boolean;
  /** Token before the value: `=`, LIMIT, … */
  before: string;
  /** How the value is compared: `=`, `IN`, `ANY`, `NOT IN`, `BETWEEN`, `LIKE`, …; '' if it is not. */
  operator: string;
  /** Column that it is compared with or assigned to, as written: `b.author_id`; '' if unknown. */
  column: string;
  /** Whether it is in a query within the statement. */
  nested: boolean;
  /** Keyword of its clause: `WHERE`, `SET`, `VALUES`, … */
  clause: string;
}

// Longer than any hand-written statement.
const MAX_TOKENS = 20_000;
const CONSTANTS = new Set(['NULL', 'TRUE', 'FALSE']);
const CLAUSES = new Set(
  'SELECT FROM WHERE SET VALUES HAVING ON LIMIT OFFSET FETCH ORDER GROUP RETURNING CONFLICT'.split(' '),
);

/** Normaliser of one text; the constructor reads the whole text and fills the fields. */
export class StatementNormalizer {
  readonly tokens = new Tokens();
  readonly verbs = new Verbs();
  readonly operands: Operand[] | undefined;
  readonly #groups = new Groups(this.tokens);
  readonly #types = new TypeSkipper();
  readonly #lexer: Lexer;
  readonly #dialect: Dialect;
  readonly #sql: string;
  #inKeyUpdate = false;
  // True after a quoted string.
  #afterString = false;
  // Open brackets beyond the maximum depth of groups.
  #ignoredDepth = 0;
  // Keyword of the current clause, by depth of groups.
  readonly #clauses: string[] = [];

  constructor(sql: string, dialect: Dialect, keepOperands = false) {
    const { tokens } = this;
    this.#sql = sql;
    this.#dialect = dialect;
    this.#lexer = new Lexer(sql, dialect);
    if (keepOperands) this.operands = [];
    let kind = this.#lexer.next(true);
    while (kind !== END && tokens.length < MAX_TOKENS) {
      this.#token(kind, this.#lexer.text);
      kind = this.#lexer.next(tokens.expectsOperand(1));
    }
    this.#groups.end();
    while (tokens.kind(1) === SEMICOLON) tokens.drop(1);
    if (kind !== END) tokens.push(NAME, this.#hashRest(kind));
  }

  /** True when one statement covers several items. */
  get isBatched(): boolean {
    return this.#groups.isBatched;
  }

  #token(kind: number, text: string): void {
    const { tokens } = this;
    const groups = this.#groups;
    if (this.#types.skips(kind, text)) return;
    if (groups.type === ROWS && groups.betweenRows(kind, text)) return;
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
        groups.endItem();
        tokens.push(COMMA, ',');
        groups.nextItem();
        if (this.operands === undefined && groups.repeatsValue && this.#lexer.skipValues())
          groups.isBatched = true;
        break;
      case CAST:
        if (tokens.kind(1) === VALUE) this.#types.start();
        else tokens.push(CAST, text);
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
        tokens.push(kind, text);
    }
    this.#afterString = kind === VALUE && this.#lexer.quoted;
  }

  #value(): void {
    const { tokens } = this;
    const { quoted, isAfterLineBreak, from, to } = this.#lexer;
    if (this.operands) this.#addOperand(this.#sql.slice(from, to));
    // 'a' 'b' is one string in MySQL, and across lines in PostgreSQL.
    const joins = this.#dialect === 'mysql' || (this.#dialect === 'pg' && isAfterLineBreak);
    if (joins && quoted && this.#afterString && tokens.kind(1) === VALUE) return;
    dropType(tokens, this.#dialect, quoted);
    pushValue(tokens);
  }

  #addOperand(text: string): void {
    if (this.operands === undefined) return;
    const listed = this.#groups.isListed;
    const before = this.tokens.textAt(1);
    const last = this.operands.at(-1);
    const comparison =
      listed && before === ',' && last?.listed ? last : comparisonBefore(this.tokens, listed);
    const { operator, column } = comparison;
    const clauses = this.#clauses.filter((word) => word !== undefined && word !== '');
    const clause = clauses.at(-1) ?? '';
    const nested = clauses.length > 1;
    this.operands.push({ text, listed, before, operator, column, nested, clause });
  }

  #word(text: string): void {
    const { tokens } = this;
    if (tokens.kind(1) === DOT) return tokens.push(NAME, text.toLowerCase());
    if (CONSTANTS.has(text) && !this.#isCondition(text)) return this.#constant(text);
    if (text === 'ASC') return;
    if (text === 'UNION') return this.#union();
    if (text === 'UPDATE' && tokens.textAt(1) === 'KEY') this.#inKeyUpdate = true;
    if (text === 'VALUE' && this.#dialect === 'mysql' && tokens.kind(1) === CLOSE)
      return this.#word('VALUES');
    this.verbs.addWord(text, tokens, this.#groups.depth);
    if (this.operands && CLAUSES.has(text)) this.#clauses[this.#groups.depth] = text;
    if (text === 'SELECT' && this.#groups.isFirst) this.#groups.asSubquery();
    tokens.push(WORD, text);
    if (text === 'VALUES' && !this.#inKeyUpdate && !this.#groups.isFull)
      this.#groups.enter(ROWS, tokens.length);
  }

  // NULL is a condition in IS NULL and NOT NULL, and a value in = NULL.
  #isCondition(text: string): boolean {
    const before = this.tokens.textAt(1);
    if (before === 'IS') return true;
    if (before === 'NOT') return text === 'NULL' || this.tokens.textAt(2) === 'IS';
    return before === 'SET' && text === 'NULL';
  }

  #constant(text: string): void {
    this.#addOperand(text);
    dropType(this.tokens, this.#dialect, false);
    pushValue(this.tokens);
  }

  #union(): void {
    this.#groups.endArm();
    this.tokens.push(WORD, 'UNION');
    this.#groups.nextArm();
  }

  #name(text: string): void {
    const { tokens } = this;
    if (this.verbs.namesVary(text, tokens)) return pushValue(tokens);
    const verb = this.verbs.verbOf(text, tokens);
    if (verb === undefined) tokens.push(NAME, text);
    else tokens.push(WORD, verb);
  }

  #semicolon(): void {
    const { tokens } = this;
    this.#groups.end();
    this.#ignoredDepth = 0;
    if (tokens.length === 0 || tokens.kind(1) === SEMICOLON) return;
    tokens.push(SEMICOLON, ';');
    this.#groups.restart();
    this.#inKeyUpdate = false;
    this.verbs.startStatement();
  }

  #open(text: string): void {
    const { tokens } = this;
    const type = this.#typeOf(text);
    tokens.push(OPEN, text);
    if (this.#groups.isFull) this.#ignoredDepth++;
    else this.#groups.enter(type, tokens.length - 1);
    if (this.operands) this.#clauses.length = this.#groups.depth;
  }

  #typeOf(bracket: string): number {
    const { tokens } = this;
    const kind = tokens.kind(1);
    const word = tokens.textAt(1);
    if (bracket === '[') {
      const isNested = this.#groups.type === LIST && tokens.texts[this.#groups.start] === '[';
      return word === 'ARRAY' || (isNested && this.#groups.isFirst) ? LIST : PLAIN;
    }
    if (this.#groups.type === ROWS) return ROW;
    if (kind === WORD) {
      if (word === 'IN') return LIST;
      if (word === 'ANY' || word === 'ALL' || word === 'SOME') return SPREAD;
      if (word === 'CAST') return CASTING;
    }
    if (kind === NAME) {
      if (SPREADS.has(word)) return SPREAD;
      if (word === 'field' && this.#dialect === 'mysql') return LIST;
    }
    return PLAIN;
  }

  #close(text: string): void {
    const { tokens } = this;
    const groups = this.#groups;
    if (this.#ignoredDepth > 0) {
      this.#ignoredDepth--;
      return tokens.push(CLOSE, text);
    }
    if (groups.type === ROWS) groups.leave();
    const { type, start } = groups;
    if (start < 0) return tokens.push(CLOSE, text);
    groups.endItem();
    groups.endArm();
    groups.leave();
    if (type === CASTING && this.#isCastOfValue(start)) {
      tokens.cut(start - 1);
      return pushValue(tokens);
    }
    if (type === SPREAD && (tokens.kinds[start + 1] === VALUE || tokens.texts[start + 1] === 'ARRAY'))
      groups.isBatched = true;
    tokens.push(CLOSE, text);
    if (this.operands) this.#clauses.length = groups.depth + 1;
    tokens.tables.noteClosed(start);
    if (type === ROW) groups.endRow(start);
  }

  #isCastOfValue(start: number): boolean {
    const { kinds, texts } = this.tokens;
    return kinds[start + 1] === VALUE && kinds[start + 2] === WORD && texts[start + 2] === 'AS';
  }

  // Hash of the tokens after MAX_TOKENS: enough to distinguish this statement from others.
  #hashRest(first: number): string {
    const lexer = this.#lexer;
    const restHash = new Hash();
    const firstText = lexer.text;
    let kind = first;
    while (kind !== END) {
      if (kind === VALUE && this.operands) this.#addOperand(this.#sql.slice(lexer.from, lexer.to));
      // A sign may belong to a value.
      const isSign = kind === OPERATOR && (lexer.text === '-' || lexer.text === '+');
      if (!isSign) restHash.add(kind === WORD && CONSTANTS.has(lexer.text) ? '?' : lexer.text);
      kind = lexer.next(kind !== VALUE && kind !== NAME && kind !== CLOSE);
    }
    // A text that is itself a fingerprint keeps its `…<hash>`.
    return restHash.length === firstText.length && firstText.startsWith('…')
      ? firstText
      : `…${restHash.digits()}`;
  }
}
