/** Where things end in SQL: each answers the position after what begins at `at`, or the text's end when it never ends. */

import * as c from './chars.js';

/** Answers the end of a comment that runs to the end of its line. */
export function endOfLine(sql: string, at: number): number {
  const end = sql.indexOf('\n', at);
  return end < 0 ? sql.length : end;
}

/** Answers the end of a block comment; PostgreSQL's nest. */
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

/** The end of MySQL's `/*!80000` or MariaDB's `/*M!100100`, after which SQL goes on; undefined for a plain comment. */
export function endOfVersionMark(sql: string, at: number): number | undefined {
  const mark = sql.charCodeAt(at + 2) === c.CAPITAL_M ? at + 3 : at + 2;
  return sql.charCodeAt(mark) === c.BANG ? endOfDigits(sql, mark + 1) : undefined;
}

/** The end of strings of PostgreSQL that are one because a line break is between them: `'a'` and, on the next line, `'b'`. */
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

/** Answers the end of what is quoted by the character at `at`, which stands for itself when doubled. */
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

/** Answers the end of `$tag$…$tag$`, or undefined when no tag begins here. */
export function endOfDollar(sql: string, at: number): number | undefined {
  let mark = at + 1;
  if (c.isDigit(sql.charCodeAt(mark))) return undefined;
  while (c.isNamePart(sql.charCodeAt(mark)) && sql.charCodeAt(mark) !== c.DOLLAR) mark++;
  if (sql.charCodeAt(mark) !== c.DOLLAR) return undefined;
  const end = sql.indexOf(sql.slice(at, mark + 1), mark + 1);
  return end < 0 ? sql.length : end + mark + 1 - at;
}

/** Answers the end of a name that begins at `at`; `_#` in it is what a fingerprint writes for digits. */
export function endOfName(sql: string, at: number): number {
  let end = at;
  for (;;) {
    const char = sql.charCodeAt(end);
    if (!c.isNamePart(char) && !(char === c.HASH && end > at && isMark(sql, end))) return end;
    end++;
  }
}

function isMark(sql: string, at: number): boolean {
  if (sql.charCodeAt(at - 1) !== c.UNDERSCORE) return false;
  const after = sql.charCodeAt(at + 1);
  return after === c.UNDERSCORE || (c.CLASS[after] !== c.SYMBOL && !c.isNamePart(after));
}

/** Answers the end of a number: 12, .5, 1e-3, 1_000, 0xff. */
export function endOfNumber(sql: string, at: number): number {
  // Most numbers are short.
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

/** Answers the end of digits, `_` between them allowed. */
export function endOfDigits(sql: string, at: number): number {
  let end = at;
  while (
    c.isDigit(sql.charCodeAt(end)) ||
    (end > at && sql.charCodeAt(end) === c.UNDERSCORE && c.isDigit(sql.charCodeAt(end + 1)))
  )
    end++;
  return end;
}

// The longest known are five: ||/ |/ <<| &&& -|-.
export const MAX_OPERATOR = 6;
const COMMON = new Uint8Array(128);
for (const char of '+-*/<>=') COMMON[char.charCodeAt(0)] = 1;
/** What an operator of several characters may go on with. */
const GOES_ON = new Uint8Array(128);
for (const char of '<=>&|') GOES_ON[char.charCodeAt(0)] = 1;
const LONG = new Set(['<=>', '->>', '->', '<<', '>>', '!=', '<>', '<=', '>=', '&&', '||', '==']);
const WHOLE = new Set(['=', '<', '>', '<=', '>=', '<>', '!=', '+', '-', '*', '/', '%', '||']);

/** Answers the end of an operator of MySQL or SQLite. */
export function endOfOperator(sql: string, at: number): number {
  if (GOES_ON[sql.charCodeAt(at + 1)] !== 1) return at + 1;
  let length = Math.min(3, sql.length - at);
  while (length > 1 && !LONG.has(sql.slice(at, at + length))) length--;
  return at + length;
}

/** Answers the end of a row of + and - that begins at `at`, before `--`; `at` itself where there is none. */
export function endOfSigns(sql: string, at: number): number {
  let end = at;
  for (;;) {
    const char = sql.charCodeAt(end);
    if (char !== c.PLUS && char !== c.MINUS) return end;
    if (end > at && char === c.MINUS && sql.charCodeAt(end + 1) === c.MINUS) return end;
    end++;
  }
}

/** Answers the end of an operator of PostgreSQL, where everybody can define their own. */
export function endOfPgOperator(sql: string, at: number): number {
  let end = at;
  let solid = at;
  let loose = false;
  for (; end - at < MAX_OPERATOR && c.CLASS[sql.charCodeAt(end)] === c.SYMBOL; end++) {
    const char = sql.charCodeAt(end);
    const after = sql.charCodeAt(end + 1);
    if (end > at && ((char === c.MINUS && after === c.MINUS) || (char === c.SLASH && after === c.STAR)))
      break;
    // `a =?` of a query builder is no operator `=?`.
    if (char === c.QUESTION && end > at && WHOLE.has(sql.slice(at, end))) break;
    if (char !== c.PLUS && char !== c.MINUS) solid = end;
    if (!COMMON[char]) loose = true;
  }
  // PostgreSQL's rule: an operator of only + - * / < > = does not end in a sign.
  return loose ? end : solid + 1;
}

/**
 * Answers the end of values that stand between commas from `at` on, with the comma after the last of them: numbers without
 * a sign, placeholders (`$1` where they are `numbered`), and strings without anything that could be read in two ways.
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

// What never ends, or needs a closer look, ends at the text's end, where no comma follows.
function endOfPlainString(sql: string, at: number): number {
  for (let end = at + 1; end < sql.length; end++) {
    const char = sql.charCodeAt(end);
    if (char === c.BACKSLASH) break;
    if (char === c.QUOTE) return end + 1;
  }
  return sql.length;
}
