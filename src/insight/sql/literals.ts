/** Values written as SQL, as the driver would have sent them. */

import type { Dialect } from '../../domain/library.js';
import { escapeControls } from '../../domain/text.js';
import { hexDigitsOf, mysqlTime } from './recorded-value.js';

/** A value as SQL on one line, in a way that nothing in it can end the literal. */
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

/** A text as a quoted string on one line. */
export function stringLiteral(value: string, dialect: Dialect): string {
  if (dialect === 'pg') return pgText(value);
  if (dialect === 'mysql') return mysqlText(value);
  const isPlain = escapeControls(value) === value && !/[\n\t]/.test(value);
  return isPlain ? `'${value.replaceAll("'", "''")}'` : `CAST(x'${hex(value)}' AS TEXT)`;
}

// A parameter without a type takes the one that its place has, and so does a quoted string; a bare 34 is an integer.
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

// better-sqlite3 and node:sqlite bind every number as a float: 5 / 2 is 2.5. In front of a minus, and before -> and COLLATE, a sign needs brackets.
function sqliteNumber(value: number): string {
  const written = Number.isInteger(value) && !`${value}`.includes('e') ? `${value}.0` : String(value);
  return value < 0 ? `(${written})` : written;
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

// A quote is doubled and not escaped: nothing ends the literal then, also under NO_BACKSLASH_ESCAPES, which nothing recorded tells.
function mysqlText(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
  const escaped = value.replace(/['\\\0\b\t\n\r\x1a]/g, (char) => MYSQL_ESCAPES[char]!);
  return escapeControls(escaped) === escaped ? `'${escaped}'` : `CONVERT(x'${hex(value)}' USING utf8mb4)`;
}

// [1, 2] is 1, 2; [[1, 2], [3, 4]] is (1, 2), (3, 4).
function mysqlList(values: unknown[]): string {
  return values
    .map((value) => (Array.isArray(value) ? `(${mysqlList(value)})` : mysqlScalar(value)))
    .join(', ');
}

// Both drivers turn an object inside a list or another object into this text.
function mysqlScalar(value: unknown): string {
  const isObject = typeof value === 'object' && value !== null;
  return isObject ? "'[object Object]'" : sqlLiteral(value, 'mysql');
}

/** What mysql and mysql2 write for `SET ?` and an object. */
export function mysqlFields(fields: object): string {
  return Object.entries(fields)
    .map(
      ([name, value]) =>
        `${mysqlName(name)} = ${Array.isArray(value) ? mysqlList(value) : mysqlScalar(value)}`,
    )
    .join(', ');
}

/** What mysql and mysql2 write for `??`: a name, or several. */
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
