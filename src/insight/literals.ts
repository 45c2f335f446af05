/** Values written as SQL, as the driver would have sent them. */

import { REDACTED } from '../redact.cjs';
import { visible } from '../text.js';
import type { Dialect } from './fingerprint.js';

// What the agent tells in place of a value that it did not tell whole.
const CUT = /… \(\d+ (?:characters|items|params)\)$/;
const NOT_TOLD = /^<(?:Proxy|Array|Object|function|symbol|getter|threw: .*)>$/s;
const BYTES = /^<(\d+) bytes ([0-9a-f]*)(…?)>$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Answers why a value is not what was sent; undefined where it is. */
export function whyNot(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.map(whyNot).find((reason) => reason !== undefined);
  if (typeof value !== 'string') return undefined;
  if (value === REDACTED) return 'is masked';
  if (CUT.test(value) || BYTES.exec(value)?.[3] === '…') return 'was too long to be kept whole';
  return NOT_TOLD.test(value) ? 'was not recorded' : undefined;
}

/** Answers a value as SQL on one line, in a way that nothing in it can end the literal. */
export function literal(value: unknown, dialect: Dialect): string {
  if (value === null || value === undefined) return 'NULL';
  if (dialect === 'pg') return pgLiteral(value);
  if (typeof value === 'boolean') return dialect === 'mysql' ? String(value) : value ? '1' : '0';
  if (typeof value === 'number') return String(value);
  if (dialect === 'mysql' && Array.isArray(value)) return mysqlList(value);
  if (dialect === 'mysql' && typeof value === 'object') return mysqlFields(value as Record<string, unknown>);
  if (typeof value !== 'string') return text(JSON.stringify(value), dialect);
  const bytes = BYTES.exec(value);
  if (bytes) return `x'${bytes[2]}'`;
  return text(dialect === 'mysql' && INSTANT.test(value) ? localTime(value) : value, dialect);
}

/** Answers a text as a quoted string on one line. */
export function text(value: string, dialect: Dialect): string {
  if (dialect === 'pg') return pgText(value);
  if (dialect === 'mysql') return mysqlText(value);
  const isPlain = visible(value) === value && !/[\n\t]/.test(value);
  return isPlain ? `'${value.replaceAll("'", "''")}'` : `CAST(x'${hex(value)}' AS TEXT)`;
}

// A parameter without a type takes the one that its place has, and so does a quoted string; a bare 34 is an integer.
function pgLiteral(value: unknown): string {
  const bytes = typeof value === 'string' ? BYTES.exec(value) : null;
  if (bytes) return `E'\\\\x${bytes[2]}'`;
  if (Array.isArray(value)) return pgText(pgArray(value));
  return pgText(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

function pgArray(values: unknown[]): string {
  const items = values.map((value) => {
    if (value === null || value === undefined) return 'NULL';
    if (Array.isArray(value)) return pgArray(value);
    const item = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return /^[\w.:+-]+$/.test(item) && !/^null$/i.test(item)
      ? item
      : `"${item.replace(/[\\"]/g, (char) => `\\${char}`)}"`;
  });
  return `{${items.join(',')}}`;
}

function pgText(value: string): string {
  const quoted = value.replaceAll("'", "''");
  if (visible(value) === value && !/[\n\t\\]/.test(value)) return `'${quoted}'`;
  // Whatever standard_conforming_strings says, E'…' means the same.
  return `E'${visible(
    quoted.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t'),
  ).replace(/\\u\{([0-9a-f]+)\}/g, (_, code: string) => `\\U${code.padStart(8, '0')}`)}'`;
}

const MYSQL_ESCAPES: Record<string, string> = {
  "'": "\\'",
  '\\': '\\\\',
  '\0': '\\0',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\x1a': '\\Z',
};

function mysqlText(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
  const escaped = value.replace(/['\\\0\b\t\n\r\x1a]/g, (char) => MYSQL_ESCAPES[char]!);
  return visible(escaped) === escaped ? `'${escaped}'` : `CONVERT(x'${hex(value)}' USING utf8mb4)`;
}

// [1, 2] is 1, 2; [[1, 2], [3, 4]] is (1, 2), (3, 4).
function mysqlList(values: unknown[]): string {
  return values
    .map((value) => (Array.isArray(value) ? `(${mysqlList(value)})` : literal(value, 'mysql')))
    .join(', ');
}

function mysqlFields(fields: Record<string, unknown>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${mysqlName(name)} = ${literal(value, 'mysql')}`)
    .join(', ');
}

/** Answers what mysql2 writes for `??`: a name, or several. */
export function mysqlName(name: unknown): string {
  if (Array.isArray(name)) return name.map(mysqlName).join(', ');
  return String(name)
    .split('.')
    .map((part) => `\`${visible(part).replaceAll('`', '``')}\``)
    .join('.');
}

// mysql2 sends a Date in the time of the machine, unless it was told otherwise.
function localTime(instant: string): string {
  const date = new Date(instant);
  const two = (n: number) => `${n}`.padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${day} ${time}.${`${date.getMilliseconds()}`.padStart(3, '0')}`;
}

function hex(value: string): string {
  return Buffer.from(value).toString('hex');
}
