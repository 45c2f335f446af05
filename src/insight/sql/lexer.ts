/** Cuts SQL into tokens, one pass, whatever the text: what never ends, ends with the text. */

import type { Dialect } from '../../domain/library.js';
import * as c from './chars.js';
import * as scan from './scan.js';
import { KEYWORDS, OPERANDS } from './words.js';

export const END = 0;
/** A reserved word, in capitals. */
export const WORD = 1;
/** An identifier, in its canonical writing. */
export const NAME = 2;
/** A literal or placeholder. */
export const VALUE = 3;
export const OPERATOR = 4;
/** ( [ */
export const OPEN = 5;
/** ) ] */
export const CLOSE = 6;
export const COMMA = 7;
export const DOT = 8;
export const SEMICOLON = 9;
/** :: */
export const CAST = 10;

/** Dialects in which `a::text` is read as a cast. */
const CASTS = new Set<Dialect>(['pg', 'standard']);

const PUNCTUATION: Record<string, number> = {
  '(': OPEN,
  '[': OPEN,
  ')': CLOSE,
  ']': CLOSE,
  ',': COMMA,
  '.': DOT,
  ';': SEMICOLON,
};

interface Known {
  kind: number;
  text: string;
  written: string;
}

// Words as they were written: the same few come again and again, and are found without making a text of each.
const KNOWN: (Known | undefined)[] = new Array(4096).fill(undefined);
const MAX_LENGTH = 64;

function known(sql: string, start: number, end: number): Known {
  if (end - start > MAX_LENGTH) return understood(sql.slice(start, end));
  let hash = end - start;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + sql.charCodeAt(i)) | 0;
  const at = (hash ^ (hash >>> 12)) & 4095;
  const before = KNOWN[at];
  if (before !== undefined && isAt(before.written, sql, start, end)) return before;
  const word = understood(sql.slice(start, end));
  KNOWN[at] = word;
  return word;
}

function isAt(written: string, sql: string, start: number, end: number): boolean {
  if (written.length !== end - start) return false;
  for (let i = 0; i < written.length; i++) {
    if (written.charCodeAt(i) !== sql.charCodeAt(start + i)) return false;
  }
  return true;
}

function understood(written: string): Known {
  const lower = written.toLowerCase();
  const keyword = KEYWORDS.get(lower);
  return { kind: keyword === undefined ? NAME : WORD, text: keyword ?? lower, written };
}

/** Whether an operand is expected after a token, which decides what `?`, `-` and `.5` are. */
export function expectsOperand(kind: number, text: string): boolean {
  if (kind === WORD) return !OPERANDS.has(text);
  return kind !== VALUE && kind !== NAME && kind !== CLOSE && kind !== DOT;
}

/** Reads one text; `next` answers a token's kind, and `text` is then its canonical writing. */
export class Lexer {
  text = '';
  /** Where the token begins and ends in the source. */
  from = 0;
  to = 0;
  /** The value is a quoted string. */
  quoted = false;
  /** There was a line break before the token. */
  isAfterLineBreak = false;
  readonly #sql: string;
  readonly #dialect: Dialect;
  #versioned = 0;
  #operand = true;
  /** Where the signs end that the text is at. */
  #signs = 0;

  constructor(sql: string, dialect: Dialect) {
    this.#sql = sql;
    this.#dialect = dialect;
  }

  /** Answers the next token's kind; what stood before it says whether an operand is expected. */
  read(): number {
    const kind = this.next(this.#operand);
    this.#operand = expectsOperand(kind, this.text);
    return kind;
  }

  /** Answers the next token's kind; `operand` says that one is expected here, which decides what `?` is. */
  next(operand: boolean): number {
    const sql = this.#sql;
    // Mostly nothing stands between two tokens.
    if (c.IS_PLAIN[sql.charCodeAt(this.to)] === 1) this.isAfterLineBreak = false;
    else this.#blank();
    const at = this.to;
    this.from = at;
    this.quoted = false;
    if (at >= sql.length) return END;
    const char = sql.charCodeAt(at);
    const type = char > 127 ? c.LETTER : c.CLASS[char];
    if (type === c.LETTER) return this.#word();
    if (type === c.DIGIT || (operand && char === c.POINT && c.isDigit(sql.charCodeAt(at + 1))))
      return this.#number();
    switch (char) {
      case c.QUOTE:
        return this.#string(at, this.#dialect === 'mysql');
      case c.DOUBLE:
        return this.#dialect === 'mysql' ? this.#string(at, true) : this.#name(at);
      case c.BACKTICK:
        return this.#dialect === 'pg' ? this.#symbol(at + 1) : this.#name(at);
      case c.QUESTION:
        return this.#question(operand);
      case c.DOLLAR:
        return this.#dollar();
      case c.COLON:
        return this.#colon();
      case c.AT:
        if (this.#dialect !== 'pg') return this.#variable();
    }
    if (type === c.SYMBOL) {
      return this.#symbol(this.#dialect === 'pg' ? this.#endOfPgOperator(at) : scan.endOfOperator(sql, at));
    }
    return this.#punctuation(char);
  }

  /** Passes over plain values, each with the comma after it; answers whether there were any. */
  skipValues(): boolean {
    const end = scan.endOfValues(this.#sql, this.to, this.#dialect === 'pg');
    const any = end > this.to;
    this.to = end;
    return any;
  }

  // Spaces and comments.
  #blank(): void {
    const sql = this.#sql;
    this.isAfterLineBreak = false;
    let at = this.to;
    for (;;) {
      const char = sql.charCodeAt(at);
      if (c.IS_PLAIN[char] === 1) break;
      if (char === c.NEWLINE) this.isAfterLineBreak = true;
      if (c.CLASS[char] === c.SPACE || char === c.NO_BREAK || char === c.BOM) at++;
      else if (this.#isLine(char, at)) at = scan.endOfLine(sql, at);
      else if (char === c.SLASH && sql.charCodeAt(at + 1) === c.STAR) at = this.#comment(at);
      else if (this.#versioned > 0 && char === c.STAR && sql.charCodeAt(at + 1) === c.SLASH) {
        this.#versioned--;
        at += 2;
      } else break;
    }
    this.to = at;
  }

  // In MySQL 5--1 is a subtraction: a comment needs a space.
  #isLine(char: number, at: number): boolean {
    if (char === c.HASH) return this.#dialect === 'mysql';
    if (char !== c.MINUS || this.#sql.charCodeAt(at + 1) !== c.MINUS) return false;
    const after = this.#sql.charCodeAt(at + 2);
    return this.#dialect !== 'mysql' || Number.isNaN(after) || c.CLASS[after] === c.SPACE;
  }

  // What MySQL servers of some version run, /*!80000 … */, is SQL.
  #comment(at: number): number {
    const sql = this.#sql;
    if (this.#dialect !== 'mysql') return scan.endOfComment(sql, at, this.#dialect === 'pg');
    const mark = scan.endOfVersionMark(sql, at);
    if (mark === undefined) return scan.endOfComment(sql, at, false);
    this.#versioned++;
    return mark;
  }

  #word(): number {
    const sql = this.#sql;
    const start = this.from;
    const end = scan.endOfName(sql, start);
    const char = sql.charCodeAt(end);
    if (char === c.QUOTE || char === c.DOUBLE || char === c.AMPERSAND) {
      const kind = this.#prefixed(start, end, char);
      if (kind !== END) return kind;
    }
    this.to = end;
    if (end === start + 1 && sql.charCodeAt(start) < 128) {
      this.text = c.LOWER_CASE[sql.charCodeAt(start)]!;
      return NAME;
    }
    const word = known(sql, start, end);
    this.text = word.text;
    return word.kind;
  }

  // E'…' B'…' X'…' N'…' U&'…' U&"…", and MySQL's _utf8mb4'…'.
  #prefixed(start: number, end: number, char: number): number {
    const mysql = this.#dialect === 'mysql';
    const first = c.lowerCase(this.#sql.charCodeAt(start));
    const alone = end === start + 1;
    if (char === c.AMPERSAND) {
      if (first !== 'u' || !alone || this.#dialect !== 'pg') return END;
      const quote = this.#sql.charCodeAt(end + 1);
      if (quote === c.DOUBLE) return this.#name(end + 1);
      return quote === c.QUOTE ? this.#string(end + 1, false) : END;
    }
    if (char === c.DOUBLE && !mysql) return END;
    const letter = alone && (first === 'b' || first === 'x' || first === 'n' || (first === 'e' && !mysql));
    if (!letter && !(mysql && first === '_')) return END;
    return this.#string(end, mysql || first === 'e');
  }

  #number(): number {
    const end = scan.endOfNumber(this.#sql, this.from);
    // 2fa_codes is a name in MySQL.
    if (this.#dialect === 'mysql' && c.isNamePart(this.#sql.charCodeAt(end))) {
      if (this.#sql.charCodeAt(this.from) !== c.POINT) return this.#word();
    }
    return this.#value(end);
  }

  #string(at: number, backslashes: boolean): number {
    this.quoted = true;
    const end = scan.endOfQuoted(this.#sql, at, backslashes);
    return this.#value(this.#dialect === 'pg' ? scan.endOfStrings(this.#sql, end, backslashes) : end);
  }

  #name(at: number): number {
    const quote = this.#sql[at]!;
    const end = scan.endOfQuoted(this.#sql, at, false);
    const closed = end > at + 1 && this.#sql[end - 1] === quote && this.#isClosed(at, end);
    const name = this.#sql.slice(at + 1, closed ? end - 1 : end);
    return this.#named(name, quote, end);
  }

  // A text that ends inside a name may end in a doubled quote.
  #isClosed(at: number, end: number): boolean {
    if (end < this.#sql.length) return true;
    let quotes = 0;
    while (end - 1 - quotes > at && this.#sql[end - 1 - quotes] === this.#sql[at]) quotes++;
    return quotes % 2 === 1;
  }

  // `inside` is what stands between the quotes, in which those of the same kind are doubled.
  #named(inside: string, quote: string, end: number): number {
    const mark = this.#dialect === 'mysql' ? '`' : '"';
    let name = this.#dialect === 'pg' ? inside : inside.toLowerCase();
    if (quote !== mark) name = name.replaceAll(quote + quote, quote).replaceAll(mark, mark + mark);
    this.text = c.isPlainName(name) ? name : mark + name + mark;
    this.to = end;
    return NAME;
  }

  #question(operand: boolean): number {
    const sql = this.#sql;
    const at = this.from;
    if (this.#dialect === 'mysql') {
      if (sql.charCodeAt(at + 1) !== c.QUESTION) return this.#value(at + 1);
      this.text = '??';
      this.to = at + 2;
      return NAME;
    }
    if (this.#dialect !== 'pg') return this.#value(scan.endOfDigits(sql, at + 1));
    // The operators of jsonb and geometry; but our own text has ? for values.
    const long = !operand && '|&#-'.includes(c.lowerCase(sql.charCodeAt(at + 1)));
    if (long) return this.#symbol(scan.endOfPgOperator(sql, at));
    return operand || !this.#operandFollows(at + 1) ? this.#value(at + 1) : this.#symbol(at + 1);
  }

  // A binary operator has something to its right.
  #operandFollows(from: number): boolean {
    const sql = this.#sql;
    let at = from;
    while (c.CLASS[sql.charCodeAt(at)] === c.SPACE) at++;
    const char = sql.charCodeAt(at);
    if (char === c.QUESTION) return !'|&#-'.includes(c.lowerCase(sql.charCodeAt(at + 1)));
    if (char === c.QUOTE || char === c.DOUBLE || char === c.PAREN) return true;
    if (!c.isNamePart(char)) return false;
    const keyword = KEYWORDS.get(sql.slice(at, scan.endOfName(sql, at)).toLowerCase());
    return keyword === undefined || keyword === 'ARRAY' || keyword === 'ANY' || keyword === 'ALL';
  }

  #dollar(): number {
    const sql = this.#sql;
    const at = this.from;
    if (this.#dialect === 'mysql') return this.#word();
    if (this.#dialect !== 'pg') {
      const end = scan.endOfName(sql, at);
      return end > at + 1 ? this.#value(end) : this.#symbol(at + 1);
    }
    if (c.isDigit(sql.charCodeAt(at + 1))) return this.#value(scan.endOfDigits(sql, at + 1));
    const end = scan.endOfDollar(sql, at);
    if (end === undefined) return this.#symbol(at + 1);
    this.quoted = true;
    return this.#value(end);
  }

  #colon(): number {
    const sql = this.#sql;
    const at = this.from;
    const after = sql.charCodeAt(at + 1);
    if (after === c.EQUALS) return this.#symbol(at + 2);
    if (this.#dialect !== 'pg' && c.isNamePart(after)) return this.#value(scan.endOfName(sql, at + 1));
    if (after !== c.COLON || !CASTS.has(this.#dialect)) return this.#symbol(at + 1);
    this.text = '::';
    this.to = at + 2;
    return CAST;
  }

  // @name: a variable in MySQL, a placeholder elsewhere.
  #variable(): number {
    const sql = this.#sql;
    const start = sql.charCodeAt(this.from + 1) === c.AT ? this.from + 2 : this.from + 1;
    const end = scan.endOfName(sql, start);
    if (end === start) return this.#symbol(this.from + 1);
    if (this.#dialect !== 'mysql') return this.#value(end);
    this.text = sql.slice(this.from, end).toLowerCase();
    this.to = end;
    return NAME;
  }

  // Of many signs in a row each is an operator: not every one has to look how many follow.
  #endOfPgOperator(at: number): number {
    if (at >= this.#signs) this.#signs = scan.endOfSigns(this.#sql, at);
    return this.#signs - at >= scan.MAX_OPERATOR ? at + 1 : scan.endOfPgOperator(this.#sql, at);
  }

  #symbol(end: number): number {
    const short = end === this.from + 1;
    const text = short ? c.LOWER_CASE[this.#sql.charCodeAt(this.from)]! : this.#sql.slice(this.from, end);
    this.text = text === '!=' ? '<>' : text === '==' ? '=' : text;
    this.to = end;
    return OPERATOR;
  }

  #punctuation(char: number): number {
    if (char === c.BRACKET && this.#dialect === 'sqlite') {
      const end = this.#sql.indexOf(']', this.from);
      const name = this.#sql.slice(this.from + 1, end < 0 ? undefined : end);
      return this.#named(name, ']', end < 0 ? this.#sql.length : end + 1);
    }
    this.#symbol(this.from + 1);
    return PUNCTUATION[this.text] ?? OPERATOR;
  }

  #value(end: number): number {
    this.text = '?';
    this.to = end;
    return VALUE;
  }
}
