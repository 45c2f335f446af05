/** Fingerprints: statements without values, so that the fifty queries of a loop are equal. */

import type { Dialect } from '../../domain/library.js';
import { hash } from '../util/hash.js';
import { Lru } from '../util/lru.js';
import { type Operand, StatementNormalizer } from './shape.js';

/** Common facts of statements that differ only in values. */
export interface Fingerprint {
  /** Hash of `text`: 16 hex digits. */
  id: string;
  /** The statement with `?` for values, one line, keywords in capitals. */
  text: string;
  /** Verb of the first statement, in capitals; SELECT also for WITH … SELECT. */
  verb: string;
  /** Tables in order of appearance, each once; `#` for varying digits. */
  tables: string[];
  isWrite: boolean;
  /** Session control only: BEGIN, SET, SHOW, … */
  isControl: boolean;
  /** One statement covers several items: IN with several values, ANY(…), several rows. */
  isBatched: boolean;
}

/** Options of a project. */
export interface FingerprintOptions {
  /**
   * Schemas that differ by a number or a UUID count as one: `tenant_1.users` is `tenant_#.users`.
   */
  tenants?: boolean;
}

const MAX_CACHED = 64 * 1024;
const MAX_ROUNDS = 4;
const CACHE_SIZE = 4000;
/** Characters of the statements and texts of a cache. */
const MAX_CACHE_CHARACTERS = 8 * 1024 * 1024;
const newCache = <T extends { text: string }>() =>
  new Lru<T>(CACHE_SIZE, {
    maxSize: MAX_CACHE_CHARACTERS,
    sizeOf: (statement, { text }) => statement.length + text.length,
  });
const caches: Record<Dialect, Lru<Fingerprint>> = {
  pg: newCache(),
  mysql: newCache(),
  sqlite: newCache(),
  mssql: newCache(),
  standard: newCache(),
};

/** Fingerprint of any text, SQL or not; the dialect decides the quotes of strings and names. */
export function fingerprint(sql: string, dialect: Dialect, options: FingerprintOptions = {}): Fingerprint {
  if (options.tenants) return computeFingerprint(sql, dialect, options);
  if (sql.length > MAX_CACHED) return computeFingerprint(sql, dialect);
  const cache = caches[dialect];
  return cache.get(sql) ?? cache.set(sql, computeFingerprint(sql, dialect));
}

const newOperandCache = () =>
  new Lru<readonly Operand[]>(CACHE_SIZE, {
    maxSize: MAX_CACHE_CHARACTERS,
    // A statement of one megabyte has its values as texts of their own.
    sizeOf: (statement, values) => 2 * statement.length + 100 * values.length,
  });
const operandCaches: Record<Dialect, Lru<readonly Operand[]>> = {
  pg: newOperandCache(),
  mysql: newOperandCache(),
  sqlite: newOperandCache(),
  mssql: newOperandCache(),
  standard: newOperandCache(),
};

/** Values of a statement in order, as written. */
export function operands(sql: string, dialect: Dialect): readonly Operand[] {
  const read = () => new StatementNormalizer(sql, dialect, true).operands!;
  if (sql.length > MAX_CACHED) return read();
  return operandCaches[dialect].get(sql) ?? operandCaches[dialect].set(sql, read());
}

/** `fingerprint` without the cache. */
export function computeFingerprint(
  sql: string,
  dialect: Dialect,
  { tenants }: FingerprintOptions = {},
): Fingerprint {
  const rename = tenants ? maskTenants : maskDigits;
  const shape = new StatementNormalizer(sql, dialect);
  const tables = shape.tokens.tables.finish(rename);
  const { id, text } = identify(shape.tokens.write(), dialect, rename);
  const { verb, isWrite, isControl } = shape.verbs;
  return { id, text, verb, tables, isWrite, isControl, isBatched: shape.isBatched };
}

type NormalisedText = Pick<Fingerprint, 'id' | 'text'>;

// Normalised texts by their first form: statements that differ only in values share one entry.
const normalisedTexts: Record<Dialect, Lru<NormalisedText>> = {
  pg: newCache(),
  mysql: newCache(),
  sqlite: newCache(),
  mssql: newCache(),
  standard: newCache(),
};

function identify(firstText: string, dialect: Dialect, rename: typeof maskDigits): NormalisedText {
  const isCacheable = rename === maskDigits && firstText.length <= MAX_CACHED;
  const cachedText = isCacheable ? normalisedTexts[dialect].get(firstText) : undefined;
  if (cachedText !== undefined) return cachedText;
  const text = normalise(firstText, dialect, rename);
  const fresh = { id: hash(text), text };
  return isCacheable ? normalisedTexts[dialect].set(firstText, fresh) : fresh;
}

// A fingerprint must be its own fingerprint. SQL is stable after one round; other text may need
// more.
function normalise(text: string, dialect: Dialect, rename: typeof maskDigits): string {
  let last = text;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const shape = new StatementNormalizer(last, dialect);
    shape.tokens.tables.finish(rename);
    const next = shape.tokens.write();
    if (next === last) break;
    last = next;
  }
  return last;
}

/**
 * Table name with `#` for dates and shards: `events_20240101` becomes `events_#`, `events_1` stays.
 */
function maskDigits(name: string, isTable: boolean): string {
  if (!isTable || !/[0-9]{2}/.test(name)) return name;
  const parts = name.split('_');
  const rest = parts.slice(1).map((part) => (digitCount(part) >= 2 ? part.replace(/^[^"`]*/, '#') : part));
  return [parts[0]!.replace(/(?<![0-9])([^_])[0-9]{4,}(?=["`]?$)/, '$1_#'), ...rest].join('_');
}

// Name parts before the table's are schemas.
function maskTenants(name: string, isTable: boolean): string {
  if (isTable) return maskDigits(name, isTable);
  return name.replace(/_(?:[0-9]+|[0-9a-f]{8}(?:[-_]?[0-9a-f]{4}){3}[-_]?[0-9a-f]{12})(["`]?)$/i, '_#$1');
}

function digitCount(text: string): number {
  let count = 0;
  for (const char of text) if (char >= '0' && char <= '9') count++;
  return count;
}
