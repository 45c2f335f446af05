/** SQL lexer: one pass over any text; an unclosed quote or comment ends at the text's end. */

import type { Dialect } from '../../domain/library.js';
import * as c from './chars.js';
import * as scan from './scan.js';
import {
  CAST,
  CLOSE,
  COMMA,
  DOT,
  END,
  expectsOperand,
  NAME,
  OPEN,
  OPERATOR,
  SEMICOLON,
  VALUE,
} from './token-kinds.js';
import { lookUpWord } from './word-cache.js';
import { KEYWORDS } from './words.js';

/** Dialects in which `a::text` is a cast. */
const CASTS = new Set<Dialect>(['pg', 'standard']);

/** Dialects in which `[a]` is a name. */
const BRACKETED = new Set<Dialect>(['sqlite', 'mssql']);

const PUNCTUATION: Record<string, number> = {
  '(': OPEN,
  '[': OPEN,
  ')': CLOSE,
  ']': CLOSE,
  ',': COMMA,
  '.': DOT,
  ';': SEMICOLON,
};

/** Lexer of one text: `next` returns a token's kind and sets `text` to its canonical form. */
export class Lexer {
  text = '';
  /** Begin and end of the token in the source. */
  from = 0;
  to = 0;
  /** True for a quoted string. */
  quoted = false;
  /** True when a line break precedes the token. */
  isAfterLineBreak = false;
  readonly #sql: string;
  readonly #dialect: Dialect;
  /** Open MySQL version comments: `/*!80000 …`. */
  #versionDepth = 0;
  #operand = true;
  /** End of the row of signs at the current position. */
  #signsEnd = 0;

  constructor(sql: string, dialect: Dialect) {
    this.#sql = sql;
    this.#dialect = dialect;
  }

  /** Kind of the next token; the token before decides whether an operand is expected. */
  read(): number {
    const kind = this.next(this.#operand);
    this.#operand = expectsOperand(kind, this.text);
    return kind;
  }

  /**
   * Kind of the next token; `operand` is true where an operand is expected, which decides the
   * meaning of `?`.
   */
  next(operand: boolean): number {
    const sql = this.#sql;
    // Most tokens follow each other directly.
    if (c.IS_PLAIN[sql.charCodeAt(this.to)] === 1) this.isAfterLineBreak = false;
    else this.#skipBlanks();
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

  /** Skips plain values, each with its comma; returns whether there were any. */
  skipValues(): boolean {
    const end = scan.endOfValues(this.#sql, this.to, this.#dialect === 'pg');
    const any = end > this.to;
    this.to = end;
    return any;
  }

  // Skips spaces and comments.
  #skipBlanks(): void {
    const sql = this.#sql;
    this.isAfterLineBreak = false;
    let at = this.to;
    for (;;) {
      const char = sql.charCodeAt(at);
      if (c.IS_PLAIN[char] === 1) break;
      if (char === c.NEWLINE) this.isAfterLineBreak = true;
      if (c.CLASS[char] === c.SPACE || char === c.NO_BREAK || char === c.BOM) at++;
      else if (this.#isLineComment(char, at)) at = scan.endOfLine(sql, at);
      else if (char === c.SLASH && sql.charCodeAt(at + 1) === c.STAR) at = this.#comment(at);
      else if (this.#versionDepth > 0 && char === c.STAR && sql.charCodeAt(at + 1) === c.SLASH) {
        this.#versionDepth--;
        at += 2;
      } else break;
    }
    this.to = at;
  }

  // In MySQL `5--1` is a subtraction: a comment needs a space after `--`.
  #isLineComment(char: number, at: number): boolean {
    if (char === c.HASH) return this.#dialect === 'mysql';
    if (char !== c.MINUS || this.#sql.charCodeAt(at + 1) !== c.MINUS) return false;
    const after = this.#sql.charCodeAt(at + 2);
    return this.#dialect !== 'mysql' || Number.isNaN(after) || c.CLASS[after] === c.SPACE;
  }

  // The content of a MySQL version comment, /*!80000 … */, is SQL.
  #comment(at: number): number {
    const sql = this.#sql;
    if (this.#dialect !== 'mysql') return scan.endOfComment(sql, at, this.#dialect === 'pg');
    const mark = scan.endOfVersionMark(sql, at);
    if (mark === undefined) return scan.endOfComment(sql, at, false);
    this.#versionDepth++;
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
    const word = lookUpWord(sql, start, end);
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
    // `2fa_codes` is a name in MySQL.
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
    return this.#quotedName(name, quote, end);
  }

  // At the text's end a quote may be half of a doubled quote, inside an unclosed name.
  #isClosed(at: number, end: number): boolean {
    if (end < this.#sql.length) return true;
    let quotes = 0;
    while (end - 1 - quotes > at && this.#sql[end - 1 - quotes] === this.#sql[at]) quotes++;
    return quotes % 2 === 1;
  }

  // `inside` is the text between the quotes, where quotes of the same kind are doubled.
  #quotedName(inside: string, quote: string, end: number): number {
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
    // Operators of jsonb and geometry (?| ?& ?# ?-); a single ? is a value in fingerprint texts.
    const long = !operand && '|&#-'.includes(c.lowerCase(sql.charCodeAt(at + 1)));
    if (long) return this.#symbol(scan.endOfPgOperator(sql, at));
    return operand || !this.#operandFollows(at + 1) ? this.#value(at + 1) : this.#symbol(at + 1);
  }

  // A binary operator has an operand to its right.
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

  // @name is a variable in MySQL and a placeholder elsewhere.
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

  // In a long row of signs each sign is an operator; the row's end is cached, or the scan would be
  // quadratic.
  #endOfPgOperator(at: number): number {
    if (at >= this.#signsEnd) this.#signsEnd = scan.endOfSigns(this.#sql, at);
    return this.#signsEnd - at >= scan.MAX_OPERATOR ? at + 1 : scan.endOfPgOperator(this.#sql, at);
  }

  #symbol(end: number): number {
    const short = end === this.from + 1;
    const text = short ? c.LOWER_CASE[this.#sql.charCodeAt(this.from)]! : this.#sql.slice(this.from, end);
    this.text = text === '!=' ? '<>' : text === '==' ? '=' : text;
    this.to = end;
    return OPERATOR;
  }

  #punctuation(char: number): number {
    if (char === c.BRACKET && BRACKETED.has(this.#dialect)) {
      const end = this.#sql.indexOf(']', this.from);
      const name = this.#sql.slice(this.from + 1, end < 0 ? undefined : end);
      return this.#quotedName(name, ']', end < 0 ? this.#sql.length : end + 1);
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
