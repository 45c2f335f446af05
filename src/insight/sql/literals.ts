/** SQL literals of recorded values, equivalent to the driver's own encoding. */

import type { Dialect } from '../../domain/library.js';
import { escapeControls } from '../../domain/text.js';
import { hexDigitsOf, mysqlTime } from './recorded-value.js';

/** Value as a one-line SQL literal, escaped so that no content can end it. */
export function sqlLiteral(value: unknown, dialect: Dialect): string {
  if (value === null || value === undefined) return 'NULL';
  if (dialect === 'pg') return pgLiteral(value);
  if (dialect === 'sqlite' && typeof value === 'number') return sqliteNumber(value);
  if (typeof value === 'boolean') return dialect === 'sqlite' ? (value ? '1' : '0') : String(value);
  if (typeof value === 'number') return String(value);
  if (dialect === 'mysql' && Array.isArray(value)) return mysqlList(value);
  if (typeof value !== 'string') return stringLiteral(JSON.stringify(value), dialect);
  const bytes = hexDigitsOf(value);
  if (bytes !== undefined) return `x'${bytes}'`;
  return stringLiteral(dialect === 'mysql' ? mysqlTime(value) : value, dialect);
}

/** Text as a quoted string on one line. */
export function stringLiteral(value: string, dialect: Dialect): string {
  if (dialect === 'pg') return pgText(value);
  if (dialect === 'mysql') return mysqlText(value);
  const isPlain = escapeControls(value) === value && !/[\n\t]/.test(value);
  return isPlain ? `'${value.replaceAll("'", "''")}'` : `CAST(x'${hex(value)}' AS TEXT)`;
}

// A quoted string takes its type from the context, like an untyped parameter; a bare 34 would be an
// integer.
function pgLiteral(value: unknown): string {
  const bytes = hexDigitsOf(value);
  if (bytes !== undefined) return `E'\\\\x${bytes}'`;
  if (Array.isArray(value)) return pgText(pgArray(value));
  return pgText(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

function pgArray(values: unknown[]): string {
  const items = values.map((value) => {
    if (value === null || value === undefined) return 'NULL';
    if (Array.isArray(value)) return pgArray(value);
    const bytes = hexDigitsOf(value);
    if (bytes !== undefined) return `"\\\\x${bytes}"`;
    const item = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return /^[\w.:+-]+$/.test(item) && !/^null$/i.test(item)
      ? item
      : `"${item.replace(/[\\"]/g, (char) => `\\${char}`)}"`;
  });
  return `{${items.join(',')}}`;
}

const PG_ESCAPES: Record<string, string> = { "'": "''", '\\': '\\\\', '\n': '\\n', '\t': '\\t' };

function pgText(value: string): string {
  const quoted = value.replaceAll("'", "''");
  if (escapeControls(value) === value && !/[\n\t\\]/.test(value)) return `'${quoted}'`;
  // Whatever standard_conforming_strings says, E'…' means the same.
  return `E'${value.replace(/['\\\n\t]|[^\x20-\x7e]/gu, (char) => PG_ESCAPES[char] ?? pgEscape(char))}'`;
}

/** A character as E'…' has it, where it would not be safe as it is. */
export function pgEscape(char: string): string {
  if (escapeControls(char) === char) return char;
  const code = char.codePointAt(0)!;
  // Half of a surrogate pair is sent as U+FFFD.
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
  const digits = code.toString(16);
  if (code < 0x80) return `\\x${digits.padStart(2, '0')}`;
  // \x9b would be a byte, and no character.
  return code < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}

// better-sqlite3 and node:sqlite bind all numbers as floats: 5 / 2 is 2.5. A negative number needs
// brackets after a minus and before -> and COLLATE.
function sqliteNumber(value: number): string {
  const text = Number.isInteger(value) && !`${value}`.includes('e') ? `${value}.0` : String(value);
  return value < 0 ? `(${text})` : text;
}

const MYSQL_ESCAPES: Record<string, string> = {
  "'": "''",
  '\\': '\\\\',
  '\0': '\\0',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\x1a': '\\Z',
};

// A quote is doubled instead of escaped: this is also safe under NO_BACKSLASH_ESCAPES, a server
// mode that is not recorded.
function mysqlText(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern matches the characters to escape
  const escaped = value.replace(/['\\\0\b\t\n\r\x1a]/g, (char) => MYSQL_ESCAPES[char]!);
  return escapeControls(escaped) === escaped ? `'${escaped}'` : `CONVERT(x'${hex(value)}' USING utf8mb4)`;
}

// [1, 2] becomes 1, 2; [[1, 2], [3, 4]] becomes (1, 2), (3, 4).
function mysqlList(values: unknown[]): string {
  return values
    .map((value) => (Array.isArray(value) ? `(${mysqlList(value)})` : mysqlScalar(value)))
    .join(', ');
}

// mysql and mysql2 both encode an object inside a list or an object as this text.
function mysqlScalar(value: unknown): string {
  const isObject = typeof value === 'object' && value !== null;
  return isObject ? "'[object Object]'" : sqlLiteral(value, 'mysql');
}

/** Encoding by mysql and mysql2 of an object in `SET ?`: `name` = value, … */
export function mysqlFields(fields: object): string {
  return Object.entries(fields)
    .map(
      ([name, value]) =>
        `${mysqlName(name)} = ${Array.isArray(value) ? mysqlList(value) : mysqlScalar(value)}`,
    )
    .join(', ');
}

/** Encoding by mysql and mysql2 of `??`: one name or several. */
export function mysqlName(name: unknown): string {
  if (Array.isArray(name)) return name.map(mysqlName).join(', ');
  return String(name)
    .split('.')
    .map((part) => `\`${part.replaceAll('`', '``')}\``)
    .join('.');
}

function hex(value: string): string {
  return Buffer.from(value).toString('hex');
}
