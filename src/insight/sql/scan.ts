/**
 * Ends of SQL tokens: the position after the token that begins at `at`, or the text's end when
 * unclosed.
 */

import * as c from './chars.js';

/** End of a line comment. */
export function endOfLine(sql: string, at: number): number {
  const end = sql.indexOf('\n', at);
  return end < 0 ? sql.length : end;
}

/** End of a block comment; comments of PostgreSQL nest. */
export function endOfComment(sql: string, at: number, nested: boolean): number {
  if (!nested) {
    const end = sql.indexOf('*/', at + 2);
    return end < 0 ? sql.length : end + 2;
  }
  let depth = 1;
  let end = at + 2;
  for (; depth > 0 && end < sql.length; end++) {
    const char = sql.charCodeAt(end);
    const after = sql.charCodeAt(end + 1);
    if (char === c.STAR && after === c.SLASH) depth--;
    else if (char === c.SLASH && after === c.STAR) depth++;
    else continue;
    end++;
  }
  return Math.min(end, sql.length);
}

/**
 * End of the mark `/*!80000` (MySQL) or `/*M!100100` (MariaDB), before SQL; undefined for a plain
 * comment.
 */
export function endOfVersionMark(sql: string, at: number): number | undefined {
  const mark = sql.charCodeAt(at + 2) === c.CAPITAL_M ? at + 3 : at + 2;
  return sql.charCodeAt(mark) === c.BANG ? endOfDigits(sql, mark + 1) : undefined;
}

/**
 * End of adjacent strings of PostgreSQL, which a line break joins: `'a'` and, on the next line,
 * `'b'`.
 */
export function endOfStrings(sql: string, end: number, backslashes: boolean): number {
  let to = end;
  for (let at = end, broken = false; ; at++) {
    const char = sql.charCodeAt(at);
    if (broken && char === c.QUOTE) {
      to = endOfQuoted(sql, at, backslashes);
      at = to - 1;
      broken = false;
    } else if (c.CLASS[char] !== c.SPACE) return to;
    else if (char === c.NEWLINE) broken = true;
  }
}

/** End of a quoted token; its quote is the character at `at`, and a doubled quote is content. */
export function endOfQuoted(sql: string, at: number, backslashes: boolean): number {
  const quote = sql.charCodeAt(at);
  let end = at + 1;
  for (; end < sql.length; end++) {
    const char = sql.charCodeAt(end);
    if (char === c.BACKSLASH && backslashes) end++;
    else if (char === quote) {
      if (sql.charCodeAt(end + 1) !== quote) break;
      end++;
    }
  }
  return Math.min(end + 1, sql.length);
}

/** End of `$tag$…$tag$`; undefined when no tag begins here. */
export function endOfDollar(sql: string, at: number): number | undefined {
  let mark = at + 1;
  if (c.isDigit(sql.charCodeAt(mark))) return undefined;
  while (c.isNamePart(sql.charCodeAt(mark)) && sql.charCodeAt(mark) !== c.DOLLAR) mark++;
  if (sql.charCodeAt(mark) !== c.DOLLAR) return undefined;
  const end = sql.indexOf(sql.slice(at, mark + 1), mark + 1);
  return end < 0 ? sql.length : end + mark + 1 - at;
}

/** End of a name; it may contain `_#`, which fingerprints write for digits. */
export function endOfName(sql: string, at: number): number {
  let end = at;
  for (;;) {
    const char = sql.charCodeAt(end);
    if (!c.isNamePart(char) && !(char === c.HASH && end > at && isDigitMask(sql, end))) return end;
    end++;
  }
}

function isDigitMask(sql: string, at: number): boolean {
  if (sql.charCodeAt(at - 1) !== c.UNDERSCORE) return false;
  const after = sql.charCodeAt(at + 1);
  return after === c.UNDERSCORE || (c.CLASS[after] !== c.SYMBOL && !c.isNamePart(after));
}

/** End of a number: 12, .5, 1e-3, 1_000, 0xff. */
export function endOfNumber(sql: string, at: number): number {
  // Most numbers have one digit.
  const next = sql.charCodeAt(at + 1);
  if (next !== c.POINT && !c.isNamePart(next)) return at + 1;
  const radix = sql.charCodeAt(at) === c.ZERO ? c.lowerCase(sql.charCodeAt(at + 1)) : '';
  if (radix === 'x' || radix === 'o' || radix === 'b') return endOfName(sql, at + 2);
  let end = endOfDigits(sql, at);
  if (sql.charCodeAt(end) === c.POINT && sql.charCodeAt(end + 1) !== c.POINT) end = endOfDigits(sql, end + 1);
  if (c.lowerCase(sql.charCodeAt(end)) !== 'e') return end;
  const sign = sql.charCodeAt(end + 1);
  const exponent = sign === c.PLUS || sign === c.MINUS ? end + 2 : end + 1;
  return c.isDigit(sql.charCodeAt(exponent)) ? endOfDigits(sql, exponent) : end;
}

/** End of digits, with `_` allowed between them. */
export function endOfDigits(sql: string, at: number): number {
  let end = at;
  while (
    c.isDigit(sql.charCodeAt(end)) ||
    (end > at && sql.charCodeAt(end) === c.UNDERSCORE && c.isDigit(sql.charCodeAt(end + 1)))
  )
    end++;
  return end;
}

// The longest known operators have five characters; among the long are ||/ |/ <<| &&& -|-.
export const MAX_OPERATOR = 6;
const STANDARD = new Uint8Array(128);
for (const char of '+-*/<>=') STANDARD[char.charCodeAt(0)] = 1;
/** Second and later characters of operators of MySQL and SQLite. */
const CONTINUES = new Uint8Array(128);
for (const char of '<=>&|') CONTINUES[char.charCodeAt(0)] = 1;
const LONG = new Set(['<=>', '->>', '->', '<<', '>>', '!=', '<>', '<=', '>=', '&&', '||', '==']);
const COMPLETE = new Set(['=', '<', '>', '<=', '>=', '<>', '!=', '+', '-', '*', '/', '%', '||']);

/** End of an operator of MySQL or SQLite. */
export function endOfOperator(sql: string, at: number): number {
  if (CONTINUES[sql.charCodeAt(at + 1)] !== 1) return at + 1;
  let length = Math.min(3, sql.length - at);
  while (length > 1 && !LONG.has(sql.slice(at, at + length))) length--;
  return at + length;
}

/** End of a row of + and -, before a `--`; `at` itself without a sign. */
export function endOfSigns(sql: string, at: number): number {
  let end = at;
  for (;;) {
    const char = sql.charCodeAt(end);
    if (char !== c.PLUS && char !== c.MINUS) return end;
    if (end > at && char === c.MINUS && sql.charCodeAt(end + 1) === c.MINUS) return end;
    end++;
  }
}

/** End of an operator of PostgreSQL, where users can define operators. */
export function endOfPgOperator(sql: string, at: number): number {
  let end = at;
  let lastOther = at;
  let mayEndInSign = false;
  for (; end - at < MAX_OPERATOR && c.CLASS[sql.charCodeAt(end)] === c.SYMBOL; end++) {
    const char = sql.charCodeAt(end);
    const after = sql.charCodeAt(end + 1);
    if (end > at && ((char === c.MINUS && after === c.MINUS) || (char === c.SLASH && after === c.STAR)))
      break;
    // Query builders write `a =?`: operator `=` and a placeholder, not an operator `=?`.
    if (char === c.QUESTION && end > at && COMPLETE.has(sql.slice(at, end))) break;
    if (char !== c.PLUS && char !== c.MINUS) lastOther = end;
    if (!STANDARD[char]) mayEndInSign = true;
  }
  // Rule of PostgreSQL: an operator of only + - * / < > = does not end in + or -.
  return mayEndInSign ? end : lastOther + 1;
}

/**
 * End of a list of plain values, including the comma after the last: unsigned numbers, placeholders
 * (`$1` where `numbered`), and strings without backslashes.
 */
export function endOfValues(sql: string, at: number, numbered: boolean): number {
  let end = at;
  for (let next = at; ; ) {
    next = endOfSpaces(sql, next);
    const char = sql.charCodeAt(next);
    if (char === c.QUOTE) next = endOfPlainString(sql, next);
    else {
      const from = numbered && char === c.DOLLAR ? next + 1 : next;
      next = from;
      while (c.CLASS[sql.charCodeAt(next)] === c.DIGIT) next++;
      if (next === from) {
        if (char !== c.QUESTION) return end;
        next++;
      }
    }
    next = endOfSpaces(sql, next);
    if (sql.charCodeAt(next) !== c.COMMA_CHAR) return end;
    end = ++next;
  }
}

function endOfSpaces(sql: string, at: number): number {
  let end = at;
  while (c.CLASS[sql.charCodeAt(end)] === c.SPACE) end++;
  return end;
}

// Unclosed strings, and strings with backslashes, end at the text's end: no comma follows, so they
// are not skipped.
function endOfPlainString(sql: string, at: number): number {
  for (let end = at + 1; end < sql.length; end++) {
    const char = sql.charCodeAt(end);
    if (char === c.BACKSLASH) break;
    if (char === c.QUOTE) return end + 1;
  }
  return sql.length;
}
