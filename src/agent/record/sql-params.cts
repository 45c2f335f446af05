/** Masks what a statement holds in columns with secret-looking names: params and literals. */

import type { Dialect } from '../../domain/library.js';
import { redactText } from '../../domain/redact.cjs';
import { redaction } from '../../domain/redaction.cjs';
import { isSecretField } from '../../domain/secret-names.cjs';
import { REDACTED, redactShapes } from '../../domain/secret-shapes.cjs';
import { bytesIn, isList, itemOf, objectOf } from './app-values.cjs';
import { serialize } from './serialize.cjs';
import { type SqlVerdict, secretValues } from './sql-columns.cjs';
import { sqlTokens } from './sql-tokens.cjs';
import { detachText, MAX_CACHED_TEXT, TextCache } from './text-cache.cjs';
import { budget } from './value-budget.cjs';

/** A statement as it is recorded. */
export interface MaskedStatement {
  /** Its text, and the dialect that it was read in. */
  sql: string;
  dialect: Dialect | undefined;
  text: string;
  /** JSON of `text`, once it was encoded. */
  json: string | undefined;
  params: Map<number | string, SqlVerdict>;
}

const MAX_PARAMS = 1000;
/** Of a param that stands in several places. */
const MAX_NAMES = 100;
/** Characters of statements read; what is behind them is not recorded. */
const MAX_READ = 256 * 1024;
/** Characters of the one long statement that is kept. */
const MAX_KEPT = 1024 * 1024;
// Characters, about, of what is known of a param.
const PARAM_SIZE = 50;

/** By dialect, as the same text may be read in several: a quote that ends a string of one goes on in another. */
const caches = new Map<Dialect | undefined, TextCache<MaskedStatement>>();
/** The last long statement, whose text and params are masked one after the other. */
let lastLong: MaskedStatement | undefined;
/** The last statement: most are asked again at once, and comparing takes less than looking it up. */
let last: MaskedStatement | undefined;
// Without these a statement has no column to mask; an insert may have no columns at all.
const SIGNS =
  /pass|pw|mdp|senha|contrase|kennwort|wachtwoord|senord|has[l\u0142]o|heslo|salasana|adgangs|jelsz|ifre|lozinka|clave|[\u0400-\uffff]|secret|key|token|auth|bearer|credential|cookie|sess|sig|jwt|cvv|cvc|dpop|card|credit|cc|social|security|code|sid|otp|ssn|[cx]srf|magic|pin|ticket|identified|crypt|hmac|pgp|aes|insert|replace|\?\?/i;

/** Statement with the literals of secret columns, and those of secret shapes, as REDACTED. */
export function maskStatement(sql: string, dialect?: Dialect): string {
  return readStatement(sql, dialect).text;
}

/** Serialized values of `?` and `$1` placeholders, secrets masked; at most 1000 of them. */
export function maskParams(sql: string, values: unknown[], dialect?: Dialect): unknown[] {
  if (!isList(values)) return ['<Proxy>'];
  const { params } = readStatement(sql, dialect);
  const masked: unknown[] = [];
  const count = Math.min(values.length, MAX_PARAMS);
  for (let i = 0; i < count && budget.left > 0; i++)
    masked.push(maskValue(params.get(i), itemOf(values, i), values));
  if (masked.length < count) budget.isCut = true;
  if (values.length > masked.length) masked.push(`… (${values.length} params)`);
  return masked;
}

/** Serialized values of `?` in a list, or of `:name` in an object; undefined where there are none. */
export function maskGivenParams(sql: string, values: unknown, dialect: Dialect): unknown {
  if (isList(values)) return values.length > 0 ? maskParams(sql, values, dialect) : undefined;
  const named = objectOf(values);
  return named && maskNamedParams(sql, named, dialect);
}

/** Serialized values of named placeholders (`:name`, `@name`), secrets masked. */
export function maskNamedParams(sql: string, values: object, dialect?: Dialect): unknown {
  const masked = serialize(values);
  if (typeof masked !== 'object' || masked === null) return masked;
  const fields = masked as Record<string, unknown>;
  for (const [param, verdict] of readStatement(sql, dialect).params) {
    if (typeof param !== 'string' || fields[param] === undefined) continue;
    fields[param] = maskValue(verdict, fields[param], []);
  }
  return fields;
}

function maskValue(verdict: SqlVerdict | undefined, value: unknown, values: unknown[]): unknown {
  if (verdict === undefined || value === null || value === undefined) return serialize(value);
  if (verdict.names.some((name) => isSecretField(name, value))) return REDACTED;
  if (verdict.isUnknown && (typeof value === 'string' || bytesIn(value) !== undefined)) return REDACTED;
  if (verdict.isUnknown && typeof value === 'object') return maskUnknown(serialize(value));
  let copy = serialize(value);
  for (const position of verdict.named) copy = maskItems(textsOf(itemOf(values, position)), copy);
  if (verdict.columns !== undefined) {
    const columns = verdict.columns.flatMap((column) =>
      typeof column === 'number' ? textsOf(itemOf(values, column)) : [column],
    );
    copy = maskItems(columns, copy);
  }
  return copy;
}

/** Masks a value by its column, or the items of a row, or of each of several rows, by theirs. */
function maskItems(columns: string[], value: unknown): unknown {
  if (!Array.isArray(value)) {
    return columns.some((column) => isSecretField(column, value)) ? REDACTED : value;
  }
  if (value.length > 0 && value.every(Array.isArray)) return value.map((row) => maskItems(columns, row));
  if (columns.length === 1) return isSecretField(columns[0]!, value) ? REDACTED : value;
  return value.map((item, i) => (isSecretField(columns[i] ?? '', item) ? REDACTED : item));
}

function maskUnknown(value: unknown): unknown {
  if (typeof value === 'string') return REDACTED;
  return Array.isArray(value) ? value.map(maskUnknown) : value;
}

/** Column names in a param of `??`: `token`, `users.token`, or a list of them. */
function textsOf(value: unknown): string[] {
  const copy = serialize(value);
  return (Array.isArray(copy) ? copy : [copy]).map((text) =>
    typeof text === 'string' ? text.slice(text.lastIndexOf('.') + 1) : '',
  );
}

/** A statement as it is recorded, read once. */
export function readStatement(sql: string, dialect: Dialect | undefined): MaskedStatement {
  if (last !== undefined && last.sql === sql && last.dialect === dialect) return last;
  if (sql.length > MAX_CACHED_TEXT) return readLong(sql, dialect);
  let cache = caches.get(dialect);
  if (cache === undefined) caches.set(dialect, (cache = new TextCache()));
  const known = cache.get(sql);
  if (known !== undefined) return (last = known);
  const own = detachText(sql);
  const statement = maskText(own, dialect);
  // Its text, and that as JSON.
  cache.set(own, statement, 2 * statement.text.length + statement.params.size * PARAM_SIZE);
  return (last = statement);
}

function readLong(sql: string, dialect: Dialect | undefined): MaskedStatement {
  if (lastLong?.sql === sql && lastLong.dialect === dialect) return lastLong;
  const statement = maskText(sql.length <= MAX_READ ? sql : sql.slice(0, MAX_READ), dialect);
  statement.sql = sql;
  lastLong = sql.length <= MAX_KEPT ? statement : undefined;
  return statement;
}

function maskText(sql: string, dialect: Dialect | undefined): MaskedStatement {
  const params = new Map<number | string, SqlVerdict>();
  if (redaction.isOff) return maskedStatement(sql, dialect, sql, params);
  // A name of the project's own may be any.
  if (redaction.names === undefined && !SIGNS.test(sql))
    return maskedStatement(sql, dialect, redactShapes(sql), params);
  const literals = new Set<number>();
  for (const [{ token, param }, verdict] of secretValues(sql, dialect)) {
    if (param !== undefined) addVerdict(params, param, verdict);
    else if (isSecretLiteral(token, verdict)) literals.add(token.from);
  }
  let text = '';
  let copied = 0;
  for (const { type, text: content, from, to } of sqlTokens(sql, dialect)) {
    let shown: string | undefined;
    if (literals.has(from)) shown = `'${REDACTED}'`;
    // A literal may be JSON, a URL or a line of a log.
    else if (type === 'string' && content.length > 5) shown = redactedLiteral(sql.slice(from, to), content);
    if (shown === undefined) continue;
    text += sql.slice(copied, from) + shown;
    copied = to;
  }
  return maskedStatement(sql, dialect, redactShapes(text + sql.slice(copied)), params);
}

function maskedStatement(
  sql: string,
  dialect: Dialect | undefined,
  text: string,
  params: Map<number | string, SqlVerdict>,
): MaskedStatement {
  return { sql, dialect, text, json: undefined, params };
}

function redactedLiteral(literal: string, content: string): string | undefined {
  const redacted = redactText(content);
  return redacted === content ? undefined : literal.replace(content, () => redacted);
}

function addVerdict(
  params: Map<number | string, SqlVerdict>,
  param: number | string,
  verdict: SqlVerdict,
): void {
  const known = params.get(param);
  if (known === undefined) params.set(param, verdict);
  else if (known.names.length < MAX_NAMES && known.named.length < MAX_NAMES) {
    known.names.push(...verdict.names);
    known.named.push(...verdict.named);
    known.isUnknown ||= verdict.isUnknown;
    if (verdict.columns !== undefined) known.columns ??= verdict.columns;
  }
}

function isSecretLiteral({ type, text }: { type: string; text: string }, verdict: SqlVerdict): boolean {
  if (text === '') return false;
  if (type === 'string') {
    return verdict.isUnknown || verdict.names.some((name) => isSecretField(name, text));
  }
  // Counts and flags (`token_uses = 5`) are no secrets.
  return text.length > 2 && verdict.names.some((name) => isSecretField(name, text));
}
