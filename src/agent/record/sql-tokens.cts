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
  /\s+|--|\/\*|'|"[^"]*(?:"|$)|`[^`]*(?:`|$)|\$(\d+)|\$([\p{L}_]*)\$|\?{1,2}\d*|::|:=|[:@$]{1,2}[\p{L}_][\p{L}\p{N}_$]*|0x[\da-f]+|\d[\d.]*(?:e[+-]?\d+)?|[\p{L}_][\p{L}\p{N}_$]*|->>?|#>>?|[\s\S]/giu;

/** Tokens of a statement, without spaces and comments. Never throws. */
export function* sqlTokens(sql: string, dialect: Dialect | undefined): Generator<SqlToken> {
  PART.lastIndex = 0;
  const part = new RegExp(PART.source, PART.flags);
  for (let match = part.exec(sql); match; match = part.exec(sql)) {
    const from = match.index;
    const text = match[0];
    const first = text[0]!;
    let to = part.lastIndex;
    if (/\s/.test(first)) continue;
    if (text === '--') {
      // To MySQL two minus signs are a comment only before a space.
      if (dialect !== 'mysql' || !/\S/.test(sql[to] ?? ' ')) part.lastIndex = endOfLine(sql, to);
      if (part.lastIndex === sql.length) return;
      continue;
    }
    if (text.startsWith('/*')) {
      part.lastIndex = endOfComment(sql, from, dialect);
      continue;
    }
    if (text === '#') {
      if (dialect === 'pg' || dialect === 'sqlite') continue;
      part.lastIndex = endOfLine(sql, from);
      if (part.lastIndex === sql.length) return;
      continue;
    }
    if (first === "'") {
      to = endOfString(sql, from, dialect);
      part.lastIndex = to;
      yield { type: 'string', text: sql.slice(from + 1, closed(sql, from, to)), from, to };
    } else if (first === '"' && dialect === 'mysql') {
      to = endOfString(sql, from, dialect);
      part.lastIndex = to;
      yield { type: 'string', text: sql.slice(from + 1, closed(sql, from, to)), from, to };
    } else if (first === '"' || first === '`') {
      yield { type: 'name', text: text.slice(1).replace(/["`]$/, ''), from, to, quoted: true };
    } else if (match[2] !== undefined && dialect !== 'mysql') {
      const end = sql.indexOf(text, to);
      to = end < 0 ? sql.length : end + text.length;
      part.lastIndex = to;
      yield { type: 'string', text: sql.slice(from + text.length, end < 0 ? to : end), from, to };
    } else if (match[1] !== undefined || isPlaceholder(text, first)) {
      // `?` of PostgreSQL is an operator of jsonb.
      yield { type: dialect === 'pg' && first === '?' ? 'sign' : 'placeholder', text, from, to };
    } else if (/\d/.test(first)) yield { type: 'number', text, from, to };
    else yield { type: /[\p{L}_]/u.test(first) ? 'name' : 'sign', text, from, to };
    if (to >= sql.length) return;
  }
}

function endOfLine(sql: string, from: number): number {
  const end = sql.indexOf('\n', from);
  return end < 0 ? sql.length : end;
}

function isPlaceholder(text: string, first: string): boolean {
  return first === '?' || (/^[:@$][\p{L}_]/u.test(text) && text.length > 1);
}

/** End of the content of a string, which a cut statement may not close. */
function closed(sql: string, from: number, to: number): number {
  return to - from > 1 && sql[to - 1] === sql[from] ? to - 1 : to;
}

function endOfString(sql: string, from: number, dialect: Dialect | undefined): number {
  const quote = sql[from]!;
  const escapes = dialect === 'mysql' || (dialect !== 'sqlite' && /[eE]/.test(sql[from - 1] ?? ''));
  for (let at = from + 1; at < sql.length; at++) {
    if (sql[at] === '\\' && escapes) at++;
    else if (sql[at] === quote) {
      if (sql[at + 1] !== quote) return at + 1;
      at++;
    }
  }
  return sql.length;
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
