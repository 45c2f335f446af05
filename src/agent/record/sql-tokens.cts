/** Splits an SQL statement of any dialect into words, strings, numbers, placeholders and signs. */

import type { Dialect } from '../../domain/library.js';

/** `name` also for the parts of a quoted one; `text` is the content of a string. */
export interface SqlToken {
  type: 'name' | 'string' | 'number' | 'placeholder' | 'sign';
  text: string;
  from: number;
  to: number;
  /** A quoted name, which is no keyword. */
  quoted?: boolean;
}

// One alternative a token, none of which may scan the text twice: linear.
const PART =
  /\s+|--|\/\*|'|"[^"]*(?:"|$)|`[^`]*(?:`|$)|\$(\d+)|\$((?:[a-z_\u{80}-\u{10ffff}][a-z_\d\u{80}-\u{10ffff}]*)?)\$|\?{1,2}\d*|::|:=|(?:@@?|[:$])[a-z_\u{80}-\u{10ffff}][a-z_\d$\u{80}-\u{10ffff}]*|0x[\da-f]+|\d[\d.]*(?:e[+-]?\d+)?|[a-z_\u{80}-\u{10ffff}][a-z_\d$\u{80}-\u{10ffff}]*|->>?|#>>?|[\s\S]/giu;

const SPACE = 32;
const NEWLINE = 10;
const DOLLAR = 36;

/** What stands before a string with escapes: the `E`, and no more of a name. */
const ESCAPES = /(?:^|[^\w$\u0080-\uffff])e$/i;
const NEXT_PART = /[^\S\n]*\n\s*'/y;
/** Start of a comment whose content MySQL runs, and the end of one. */
const VERSION_MARK = /\/\*M?!\d*|\*\//y;

/** Tokens of a statement, without spaces and comments. Never throws. */
export function* sqlTokens(sql: string, dialect: Dialect | undefined): Generator<SqlToken> {
  let isInVersion = false;
  let to = 0;
  while (to < sql.length) {
    const from = to;
    const code = sql.charCodeAt(from);
    // Most of a statement, told without the expression: words, spaces, brackets and commas.
    if (code === SPACE || code === NEWLINE) {
      to++;
      continue;
    }
    if (isWordStart(code)) {
      to = endOfWord(sql, from + 1);
      if (to > 0) {
        yield { type: 'name', text: sql.slice(from, to), from, to };
        continue;
      }
    } else if (isPlainSign(code)) {
      to++;
      yield { type: 'sign', text: sql[from]!, from, to };
      continue;
    }
    PART.lastIndex = from;
    const match = PART.exec(sql)!;
    const text = match[0];
    const first = text[0]!;
    to = PART.lastIndex;
    if (/\s/.test(first)) continue;
    if (text === '--') {
      // To MySQL two minus signs are a comment only before a space.
      const isComment = dialect !== 'mysql' || !/\S/.test(sql[to] ?? ' ');
      to = isComment ? endOfLine(sql, to) : from + 1;
      continue;
    }
    if (dialect === 'mysql' && (text === '/*' || (text === '*' && isInVersion))) {
      VERSION_MARK.lastIndex = from;
      if (VERSION_MARK.test(sql)) {
        to = VERSION_MARK.lastIndex;
        isInVersion = text === '/*';
        continue;
      }
    }
    if (text.startsWith('/*')) {
      to = endOfComment(sql, from, dialect);
      continue;
    }
    if (first === '#' && (text === '#' || dialect === 'mysql')) {
      if (dialect === 'pg' || dialect === 'sqlite') continue;
      to = endOfLine(sql, from);
      continue;
    }
    if (first === "'") {
      to = endOfString(sql, from, dialect);
      yield { type: 'string', text: sql.slice(from + 1, closed(sql, from, to)), from, to };
    } else if (first === '"' && dialect === 'mysql') {
      to = endOfString(sql, from, dialect);
      yield { type: 'string', text: sql.slice(from + 1, closed(sql, from, to)), from, to };
    } else if (first === '`' && dialect === 'pg') {
      // A character of operators there.
      to = from + 1;
      yield { type: 'sign', text: first, from, to };
    } else if (first === '[' && (dialect === 'sqlite' || dialect === 'mssql')) {
      const end = sql.indexOf(']', to);
      to = end < 0 ? sql.length : end + 1;
      yield { type: 'name', text: sql.slice(from + 1, end < 0 ? to : end), from, to, quoted: true };
    } else if (first === '"' || first === '`') {
      yield { type: 'name', text: text.slice(1).replace(/["`]$/, ''), from, to, quoted: true };
    } else if (match[2] !== undefined && (dialect === 'pg' || dialect === undefined)) {
      const end = sql.indexOf(text, to);
      to = end < 0 ? sql.length : end + text.length;
      yield { type: 'string', text: sql.slice(from + text.length, end < 0 ? to : end), from, to };
    } else if ((match[1] !== undefined && dialect !== 'mysql') || isPlaceholder(text, dialect)) {
      if (dialect === 'sqlite' && text.startsWith('??')) to = from + 1;
      // `?` of PostgreSQL is an operator of jsonb.
      const type = dialect === 'pg' && first === '?' ? 'sign' : 'placeholder';
      yield { type, text: sql.slice(from, to), from, to };
    } else if (/\d/.test(first)) yield { type: 'number', text, from, to };
    else yield { type: /[a-z_\u0080-\uffff]/i.test(first) ? 'name' : 'sign', text, from, to };
  }
}

function isWordStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
}

/** End of a word of ASCII; 0 where it has other letters. */
function endOfWord(sql: string, from: number): number {
  for (let at = from; at < sql.length; at++) {
    const code = sql.charCodeAt(at);
    if (isWordStart(code) || (code >= 48 && code <= 57) || code === DOLLAR) continue;
    return code < 128 ? at : 0;
  }
  return sql.length;
}

/** `(`, `)`, `,`, `.`, `;` and `=`: no part of a longer token. */
function isPlainSign(code: number): boolean {
  return code === 40 || code === 41 || code === 44 || code === 46 || code === 59 || code === 61;
}

function endOfLine(sql: string, from: number): number {
  const end = sql.indexOf('\n', from);
  return end < 0 ? sql.length : end;
}

function isPlaceholder(text: string, dialect: Dialect | undefined): boolean {
  if (text.startsWith('$') && dialect === 'mysql') return false;
  return text.startsWith('?') || /^[:@$][a-z_\u0080-\uffff]/i.test(text);
}

/** End of the content of a string, which a cut statement may not close. */
function closed(sql: string, from: number, to: number): number {
  return to - from > 1 && sql[to - 1] === sql[from] ? to - 1 : to;
}

function endOfString(sql: string, from: number, dialect: Dialect | undefined): number {
  const quote = sql[from]!;
  const escapes =
    dialect === 'mysql' || (dialect !== 'sqlite' && ESCAPES.test(sql.slice(Math.max(0, from - 3), from)));
  if (!escapes) return endOfPlainString(sql, from + 1, quote);
  for (let at = from + 1; at < sql.length; at++) {
    if (sql[at] === '\\') at++;
    else if (sql[at] === quote) {
      if (sql[at + 1] === quote) at++;
      else {
        const next = dialect !== 'mysql' ? nextPart(sql, at + 1) : undefined;
        if (next === undefined) return at + 1;
        at = next;
      }
    }
  }
  return sql.length;
}

/** End of a string in which only the quote itself is written twice. */
function endOfPlainString(sql: string, from: number, quote: string): number {
  let at = sql.indexOf(quote, from);
  while (at >= 0 && sql[at + 1] === quote) at = sql.indexOf(quote, at + 2);
  return at < 0 ? sql.length : at + 1;
}

/** Opening quote of the string, on another line, that goes on with one of PostgreSQL with escapes. */
function nextPart(sql: string, from: number): number | undefined {
  NEXT_PART.lastIndex = from;
  return NEXT_PART.test(sql) ? NEXT_PART.lastIndex - 1 : undefined;
}

function endOfComment(sql: string, from: number, dialect: Dialect | undefined): number {
  if (dialect !== 'pg') {
    const end = sql.indexOf('*/', from + 2);
    return end < 0 ? sql.length : end + 2;
  }
  const edge = /\/\*|\*\//g;
  edge.lastIndex = from;
  let depth = 0;
  for (let match = edge.exec(sql); match; match = edge.exec(sql)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return sql.length;
}
