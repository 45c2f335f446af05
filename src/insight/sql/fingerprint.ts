/** A statement without its values: what makes the fifty queries of a loop one. */

import type { Dialect } from '../../domain/library.js';
import { hash } from '../util/hash.js';
import { Lru } from '../util/lru.js';
import { type Operand, StatementNormalizer } from './shape.js';

/** What statements that differ only in their values have in common. */
export interface Fingerprint {
  /** 16 hex digits; the same for the same text. */
  id: string;
  /** The statement with `?` for values, one line, keywords in capitals. */
  text: string;
  /** The first statement's, in capitals: SELECT, also of WITH … SELECT. */
  verb: string;
  /** In their order, each once; `#` for digits that vary. */
  tables: string[];
  isWrite: boolean;
  /** It only steers the connection: BEGIN, SET, SHOW, … */
  isControl: boolean;
  /** This text asks for several things at once: IN with several values, ANY(…), several rows. */
  isBatched: boolean;
}

/** What a project may ask for. */
export interface FingerprintOptions {
  /** Schemas that differ by a number or a UUID count as one: `tenant_1.users` is `tenant_#.users`. */
  tenants?: boolean;
}

const MAX_CACHED = 64 * 1024;
const ROUNDS = 4;
const KEPT = 4000;
const caches: Record<Dialect, Lru<Fingerprint>> = {
  pg: new Lru(KEPT),
  mysql: new Lru(KEPT),
  sqlite: new Lru(KEPT),
  standard: new Lru(KEPT),
};

/** Answers the fingerprint of any text, also of one that is no SQL; the dialect says how strings and names are quoted. */
export function fingerprint(sql: string, dialect: Dialect, options: FingerprintOptions = {}): Fingerprint {
  if (options.tenants) return computeFingerprint(sql, dialect, options);
  if (sql.length > MAX_CACHED) return computeFingerprint(sql, dialect);
  const cache = caches[dialect];
  return cache.get(sql) ?? cache.set(sql, computeFingerprint(sql, dialect));
}

/** Answers the values of a statement in their order, as they were written. */
export function operands(sql: string, dialect: Dialect): Operand[] {
  return new StatementNormalizer(sql, dialect, true).operands!;
}

/** Answers the same, without remembering it. */
export function computeFingerprint(
  sql: string,
  dialect: Dialect,
  { tenants }: FingerprintOptions = {},
): Fingerprint {
  const rename = tenants ? withoutTenants : withoutDigits;
  const shape = new StatementNormalizer(sql, dialect);
  const tables = shape.tokens.tables.finish(rename);
  const { id, text } = named(shape.tokens.write(), dialect, rename);
  const { verb, isWrite, isControl } = shape.verbs;
  return { id, text, verb, tables, isWrite, isControl, isBatched: shape.isBatched };
}

type Named = Pick<Fingerprint, 'id' | 'text'>;

// Texts that differ in their values only come to the same one.
const names: Record<Dialect, Lru<Named>> = {
  pg: new Lru(KEPT),
  mysql: new Lru(KEPT),
  sqlite: new Lru(KEPT),
  standard: new Lru(KEPT),
};

function named(written: string, dialect: Dialect, rename: typeof withoutDigits): Named {
  const cached = rename === withoutDigits && written.length <= MAX_CACHED;
  const known = cached ? names[dialect].get(written) : undefined;
  if (known !== undefined) return known;
  const text = settled(written, dialect, rename);
  const found = { id: hash(text), text };
  return cached ? names[dialect].set(written, found) : found;
}

// What is SQL reads as itself at once; what is not may need another round, and a fingerprint has to be its own.
function settled(text: string, dialect: Dialect, rename: typeof withoutDigits): string {
  let last = text;
  for (let round = 0; round < ROUNDS; round++) {
    const shape = new StatementNormalizer(last, dialect);
    shape.tokens.tables.finish(rename);
    const next = shape.tokens.write();
    if (next === last) break;
    last = next;
  }
  return last;
}

/** Answers a table's name with `#` for what looks like a date or a shard: `events_20240101` is `events_#`, `events_1` stays. */
function withoutDigits(name: string, isTable: boolean): string {
  if (!isTable || !/[0-9]{2}/.test(name)) return name;
  const parts = name.split('_');
  const rest = parts.slice(1).map((part) => (digits(part) >= 2 ? part.replace(/^[^"`]*/, '#') : part));
  return [parts[0]!.replace(/([^_])[0-9]{4,}(?=["`]?$)/, '$1_#'), ...rest].join('_');
}

// The parts before a table's name are schemas.
function withoutTenants(name: string, isTable: boolean): string {
  if (isTable) return withoutDigits(name, isTable);
  return name.replace(/_(?:[0-9]+|[0-9a-f]{8}(?:[-_]?[0-9a-f]{4}){3}[-_]?[0-9a-f]{12})(["`]?)$/i, '_#$1');
}

function digits(text: string): number {
  let count = 0;
  for (const char of text) if (char >= '0' && char <= '9') count++;
  return count;
}
