/** Shapes of calls: the statement, key, URL or function of a call without its values. */

import { urlShape } from '../../domain/route.js';
import type { Kind, RecordedSpan, Shape } from '../../domain/trace.js';
import { dialectOf, type WithLibraries } from '../libraries.js';
import { type Fingerprint, fingerprint } from '../sql/fingerprint.js';
import { cacheCommandOf } from './calls.js';
import { cacheKeyShape, rpcShape } from './key-shapes.js';

/** Shapes of one kind of call, by their text. */
type KnownShapes = Map<string, Shape>;
type ShapeReader = (span: RecordedSpan, known: KnownShapes, libraries: WithLibraries) => Shape;

/** Shapes of one trace, one object for all calls that differ only in their values. */
export class ShapeCache {
  readonly #byKind = new Map<Kind, KnownShapes>();
  readonly #libraries: WithLibraries;

  constructor(libraries: WithLibraries) {
    this.#libraries = libraries;
  }

  shapeOf(span: RecordedSpan): Shape {
    let known = this.#byKind.get(span.kind);
    if (!known) this.#byKind.set(span.kind, (known = new Map()));
    const read = Object.hasOwn(READERS, span.kind) ? READERS[span.kind]! : readName;
    return read(span, known, this.#libraries);
  }
}

const READERS: Record<string, ShapeReader> = {
  sql({ name, library }, known, libraries) {
    const sql = fingerprint(name, dialectOf(libraries, library));
    const shape = known.get(sql.text) ?? remember(known, statementShape(sql));
    // IN (?) and IN (?, ?) are one shape, which is batched as soon as one of its statements is.
    if (sql.isBatched) shape.statement!.isBatched = true;
    return shape;
  },
  cache(span, known) {
    const { command, keys } = cacheCommandOf(span);
    const verb = command.toLowerCase();
    const text = `${verb} ${cacheKeyShape(keys[0] ?? '')}`.trim();
    return known.get(text) ?? remember(known, { text, label: text, verb });
  },
  rpc({ name, detail }, known) {
    // A statement in a language of its own has brackets that no arguments are in.
    const text = typeof detail?.shape === 'string' ? detail.shape : rpcShape(name);
    return known.get(text) ?? remember(known, { text, label: text });
  },
  block({ name }, known) {
    // `fs.readFileSync /etc/hosts`: the function without its argument; `event loop` is none.
    const text = /^\w+\.\w+(?= )/.exec(name)?.[0] ?? name;
    return known.get(text) ?? remember(known, { text });
  },
  http({ name }, known) {
    const space = name.indexOf(' ');
    const verb = name.slice(0, Math.max(0, space)).toUpperCase();
    const text = `${verb} ${urlShape(name.slice(space + 1))}`;
    return known.get(text) ?? remember(known, { text, label: text, verb });
  },
};

// Log lines, DNS look-ups and kinds without a reader: the span's name with its ids masked, or what an
// instrument by others says that the call is without its values.
function readName({ name, detail }: RecordedSpan, known: KnownShapes): Shape {
  const text = typeof detail?.shape === 'string' ? detail.shape : cacheKeyShape(name);
  return known.get(text) ?? remember(known, { text });
}

function remember(known: KnownShapes, shape: Shape): Shape {
  known.set(shape.text, shape);
  return shape;
}

function statementShape(sql: Fingerprint): Shape {
  const { id, text, verb, tables, isWrite, isControl, isBatched } = sql;
  return {
    text,
    label: labelOf(sql),
    verb,
    ...(isSetupStatement(sql) && { isSetup: true as const }),
    statement: { id, tables, isWrite, isControl, isBatched },
  };
}

const SHORT_LABELS: Record<string, (tables: string) => string> = {
  SELECT: (tables) => `SELECT … ${tables}`,
  INSERT: (tables) => `INSERT INTO ${tables}`,
  UPDATE: (tables) => `UPDATE ${tables}`,
  DELETE: (tables) => `DELETE FROM ${tables}`,
};

function labelOf(sql: Fingerprint): string {
  const shortLabel = SHORT_LABELS[sql.verb];
  if (!shortLabel || sql.tables.length === 0)
    return sql.text.length > 60 ? `${sql.text.slice(0, 59)}…` : sql.text;
  // A written table may stand behind the tables that are read: `WITH … SELECT … INSERT INTO t`.
  const mainTables = sql.verb === 'SELECT' ? sql.tables : [targetOf(sql) ?? sql.tables[0]!];
  return shortLabel(mainTables.slice(0, 3).join(', '));
}

function targetOf(sql: Fingerprint): string | undefined {
  if (!sql.isWrite) return undefined;
  return sql.tables.find((table) => sql.text.includes(`INTO ${table}`)) ?? sql.tables[0];
}

const CATALOG_TABLE = /^(?:pg_|information_schema\.|sqlite_|mysql\.|performance_schema\.)/i;
const MIGRATION_TABLE =
  /^(?:\w+\.)?(?:knex_migrations(?:_lock)?|sequelizemeta|pgmigrations|schema_migrations|_prisma_migrations|__drizzle_migrations|migrations|typeorm_metadata)$/i;
const SERVER_FUNCTION =
  /^SELECT \?$|\b(?:set_config|current_setting|nextval|pg_\w+|get_lock|release_lock|sleep)\s*\(/i;
const CONNECTION_VERBS = new Set(['PING', 'connect', '']);

// Statements of drivers and ORMs, not of the app: transaction control, pings, catalog, migrations.
function isSetupStatement(sql: Fingerprint): boolean {
  if (sql.isControl || CONNECTION_VERBS.has(sql.verb) || CONNECTION_VERBS.has(sql.text)) return true;
  // SELECT without tables: a ping (SELECT 1), or the server's version, settings, locks, sequences.
  if (sql.tables.length === 0)
    return sql.verb === 'SELECT' && (!sql.text.includes('?') || SERVER_FUNCTION.test(sql.text));
  return sql.tables.every((table) => CATALOG_TABLE.test(table) || MIGRATION_TABLE.test(table));
}
