/** What calls asked for without their values: each span's shape, one object for all that ask the same. */

import { urlShape } from '../../domain/route.js';
import type { Kind, RecordedSpan, Shape } from '../../domain/trace.js';
import { dialectOf, type WithLibraries } from '../libraries.js';
import { type Fingerprint, fingerprint } from '../sql/fingerprint.js';
import { commandOf } from './calls.js';
import { cacheKeyShape, rpcShape } from './key-shapes.js';

/** The shapes of one kind of calls, by their text. */
type Known = Map<string, Shape>;
type Reader = (span: RecordedSpan, known: Known, libraries: WithLibraries) => Shape;

/** The shapes of one trace. */
export class Shapes {
  readonly #kinds = new Map<Kind, Known>();
  readonly #libraries: WithLibraries;

  constructor(libraries: WithLibraries) {
    this.#libraries = libraries;
  }

  /** Returns the shape of a call; of two calls that ask the same, the same object. */
  of(span: RecordedSpan): Shape {
    let known = this.#kinds.get(span.kind);
    if (!known) this.#kinds.set(span.kind, (known = new Map()));
    const read = Object.hasOwn(READERS, span.kind) ? READERS[span.kind]! : readAnything;
    return read(span, known, this.#libraries);
  }
}

const READERS: Record<string, Reader> = {
  sql({ name, library }, known, libraries) {
    const sql = fingerprint(name, dialectOf(libraries, library));
    const shape = known.get(sql.text) ?? keep(known, ofStatement(sql));
    // IN with one value and IN with several have one shape.
    if (sql.isBatched) shape.statement!.isBatched = true;
    return shape;
  },
  cache(span, known) {
    const { command, keys } = commandOf(span);
    const verb = command.toLowerCase();
    const text = `${verb} ${cacheKeyShape(keys[0] ?? '')}`.trim();
    return known.get(text) ?? keep(known, { text, label: text, verb });
  },
  rpc({ name }, known) {
    const text = rpcShape(name);
    return known.get(text) ?? keep(known, { text, label: text });
  },
  block({ name }, known) {
    // fs.readFileSync /etc/hosts: the call, not what it was given.
    const text = name.split(' ', 1)[0]!;
    return known.get(text) ?? keep(known, { text });
  },
  http({ name }, known) {
    const space = name.indexOf(' ');
    const verb = name.slice(0, Math.max(0, space)).toUpperCase();
    const text = `${verb} ${urlShape(name.slice(space + 1))}`;
    return known.get(text) ?? keep(known, { text, label: text, verb });
  },
};

// A log line, a look-up, a kind that has no reader: what varies in it are its ids.
function readAnything({ name }: RecordedSpan, known: Known): Shape {
  const text = cacheKeyShape(name);
  return known.get(text) ?? keep(known, { text });
}

function keep(known: Known, shape: Shape): Shape {
  known.set(shape.text, shape);
  return shape;
}

function ofStatement(sql: Fingerprint): Shape {
  const { id, text, verb, tables, isWrite, isControl, isBatched } = sql;
  return {
    text,
    label: brief(sql),
    verb,
    ...(isSetup(sql) && { isSetup: true as const }),
    statement: { id, tables, isWrite, isControl, isBatched },
  };
}

const SHORT: Record<string, (tables: string) => string> = {
  SELECT: (tables) => `SELECT … ${tables}`,
  INSERT: (tables) => `INSERT INTO ${tables}`,
  UPDATE: (tables) => `UPDATE ${tables}`,
  DELETE: (tables) => `DELETE FROM ${tables}`,
};

function brief(sql: Fingerprint): string {
  const short = SHORT[sql.verb];
  if (!short || sql.tables.length === 0) return sql.text.length > 60 ? `${sql.text.slice(0, 59)}…` : sql.text;
  // What is written to may stand behind what is read.
  const main = sql.verb === 'SELECT' ? sql.tables : [targetOf(sql) ?? sql.tables[0]!];
  return short(main.slice(0, 3).join(', '));
}

/** Answers the table that a statement writes to. */
function targetOf(sql: Fingerprint): string | undefined {
  if (!sql.isWrite) return undefined;
  return sql.tables.find((table) => sql.text.includes(`INTO ${table}`)) ?? sql.tables[0];
}

const CATALOG = /^(?:pg_|information_schema\.|sqlite_|mysql\.|performance_schema\.)/i;
const BOOKS =
  /^(?:\w+\.)?(?:knex_migrations(?:_lock)?|sequelizemeta|pgmigrations|schema_migrations|_prisma_migrations|__drizzle_migrations|migrations|typeorm_metadata)$/i;
const OF_ITSELF =
  /^SELECT \?$|\b(?:set_config|current_setting|nextval|pg_\w+|get_lock|release_lock|sleep)\s*\(/i;
const NO_CALLS = new Set(['PING', 'connect', '']);

function isSetup(sql: Fingerprint): boolean {
  if (sql.isControl || NO_CALLS.has(sql.verb) || NO_CALLS.has(sql.text)) return true;
  // Asked for no value, or of the server about itself: a ping, a version, a setting, a lock, a number.
  if (sql.tables.length === 0)
    return sql.verb === 'SELECT' && (!sql.text.includes('?') || OF_ITSELF.test(sql.text));
  return sql.tables.every((table) => CATALOG.test(table) || BOOKS.test(table));
}
