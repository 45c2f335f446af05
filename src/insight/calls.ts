/** The spans of a trace as the rules see them: what was asked, how it is told from others, and from where. */

import { urlShape } from '../domain/route.js';
import type { Frame, Span, Trace } from '../trace.js';
import { type Dialect, type Fingerprint, fingerprint } from './fingerprint.js';
import { blame, type LineOf } from './helpers.js';
import { cacheKey, rpcName } from './keys.js';
import { type Path, pathOf } from './stacks.js';

/** One span, understood. */
export interface Call {
  /** Place among the trace's spans, and among the calls by their start. */
  index: number;
  order: number;
  span: Span;
  /** ms from the request's start to the call, and to its end. */
  start: number;
  end: number;
  /** What was asked, without values; calls of a loop share it. */
  shape: string;
  /** The same for people, short: `SELECT … users`. */
  label: string;
  /** What was asked, with values; the same call again has the same. */
  exact: string;
  /** Values were masked, so that equal calls may be different ones. */
  masked: boolean;
  path: Path;
  /** The user's line: his first that is not a helper for everything; and who called it. */
  site: Frame | undefined;
  callers: Frame[];
  /** The positions of both, to compare. */
  way: string[];
  sql?: Fingerprint;
  dialect?: Dialect;
  /** The command of a cache, or an HTTP method in capitals. */
  verb: string;
  /** Nobody's business: drivers' set-up, introspection, migrations. */
  isSetup: boolean;
}

const DIALECTS: Record<string, Dialect> = {
  mysql: 'mysql',
  mysql2: 'mysql',
  mariadb: 'mysql',
  'better-sqlite3': 'sqlite',
  sqlite3: 'sqlite',
  'node:sqlite': 'sqlite',
};
const MASK = 'REDACTED';

/** Answers the calls of a trace, by their start; with the texts of the lines, helpers are told from who uses them. */
export function callsOf(trace: Pick<Trace, 'spans'>, lineOf?: LineOf): Call[] {
  const calls = trace.spans.map(callOf).sort((a, b) => a.start - b.start || a.index - b.index);
  for (const [order, call] of calls.entries()) call.order = order;
  blame(calls, lineOf);
  return calls;
}

/** Answers the dialect that a library speaks; PostgreSQL's for one that is not known. */
export function dialectOf(library: string): Dialect {
  return DIALECTS[library] ?? 'pg';
}

function callOf(span: Span, index: number): Call {
  const path = pathOf(span.stack);
  const told = argumentsOf(span);
  const call: Call = {
    index,
    order: index,
    span,
    start: span.start,
    end: span.start + (span.wait ?? 0) + (span.duration ?? 0),
    shape: span.name,
    label: span.name,
    exact: exactOf(span, told),
    masked: told.includes(MASK) || span.name.includes(MASK) || told.includes('…'),
    path,
    site: path.frames[0],
    callers: [],
    way: path.positions,
    verb: '',
    isSetup: path.isSetup,
  };
  (READERS[span.kind] ?? readAnything)(call);
  return call;
}

// Comments at either end carry ids of traces, other ones each time.
const COMMENTS = /^\s*\/\*[^*]*\*\/|\/\*[^*]*\*\/[\s;]*$/g;

function exactOf({ kind, name }: Span, told: string): string {
  const asked = kind === 'sql' && name.includes('/*') ? name.replace(COMMENTS, '').trim() : name;
  return told === '' ? asked : `${asked} ${told}`;
}

// What an instrument adds about the answer, or about the way, and not about the question.
const ASIDE = new Set([
  'connection',
  'prepared',
  'bytes',
  'hit',
  'hits',
  'misses',
  'status',
  'ttfb',
  'trace',
  'aborted',
  'socket',
  'command',
]);

function argumentsOf({ kind, detail }: Span): string {
  if (!detail) return '';
  if (kind === 'sql') return detail.params === undefined ? '' : JSON.stringify(detail.params);
  const told = Object.entries(detail).filter(([key]) => !ASIDE.has(key));
  return told.length === 0 ? '' : JSON.stringify(told);
}

const READERS: Record<string, (call: Call) => void> = {
  sql(call) {
    const dialect = dialectOf(call.span.library);
    const sql = fingerprint(call.span.name, dialect);
    call.sql = sql;
    call.dialect = dialect;
    call.shape = sql.text;
    call.label = brief(sql);
    call.verb = sql.verb;
    call.isSetup ||= isSetup(sql);
  },
  cache(call) {
    const { command, keys } = commandOf(call.span);
    call.verb = command.toLowerCase();
    call.shape = `${call.verb} ${cacheKey(keys[0] ?? '')}`.trim();
    call.label = call.shape;
  },
  rpc(call) {
    call.shape = rpcName(call.span.name);
    call.label = call.shape;
  },
  block(call) {
    // fs.readFileSync /etc/hosts: the call, not what it was given.
    call.shape = call.span.name.split(' ', 1)[0]!;
  },
  http(call) {
    const space = call.span.name.indexOf(' ');
    call.verb = call.span.name.slice(0, Math.max(0, space)).toUpperCase();
    call.shape = `${call.verb} ${urlShape(call.span.name.slice(space + 1))}`;
    call.label = call.shape;
  },
};

// A log line, a look-up, a kind that nobody has heard of: what varies in it are its ids.
function readAnything(call: Call): void {
  call.shape = cacheKey(call.span.name);
}

/** Answers a cache command and its keys, from the span's detail or from its name: `get user:42`. */
export function commandOf(span: Span): { command: string; keys: string[] } {
  const { command, keys } = span.detail ?? {};
  const [first = '', ...rest] = span.name.split(' ', 50);
  return {
    command: typeof command === 'string' ? command : first,
    keys: Array.isArray(keys) ? keys.map(String) : rest,
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
