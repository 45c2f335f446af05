/** SQLite as a server to try statements on: a second, read-only connection in a process of our own. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixedColumnsOf } from '../insight/rewrite/fixed-columns.js';
import type { Template } from '../insight/rewrite/template.js';
import type { AppQuery } from './app-query.js';
import type { SurroundingStatements } from './explain-request.js';
import type { TrialServer } from './loop-trial.js';
import { QueryError, type QueryRow } from './query-channel.js';
import { readSqlite } from './sqlite-process.js';

const NONE: SurroundingStatements = [[], []];
/** Bytes of a database that is copied, which blocks the app for some 0.1 s. */
const MAX_COPIED = 32 << 20;

const FACTS_SQL = `SELECT sqlite_version() AS version, m.journal_mode AS journal,
  (SELECT page_count FROM pragma_page_count()) * (SELECT page_size FROM pragma_page_size()) AS bytes
  FROM pragma_journal_mode() m`;
const DATABASES_SQL = `SELECT l.name AS name, l.file AS file, j.journal_mode AS journal
  FROM pragma_database_list l, pragma_journal_mode j WHERE j.schema = l.name`;
const UNIQUE_SQL = `SELECT i.name AS name, c.name AS field FROM pragma_index_list(?) i, pragma_index_info(i.name) c
    WHERE i."unique" = 1 AND i.partial = 0
  UNION ALL SELECT '', name FROM pragma_table_info(?) WHERE pk > 0`;

/** Files of a connection's databases. */
interface Databases {
  file: string;
  attached: Record<string, string>;
}

/** Version and unique index, and a connection of its own to the same file, or to a copy of it. */
export async function sqliteTrialServer(query: AppQuery, template: Template): Promise<TrialServer> {
  const fixed = fixedColumnsOf(template);
  const table = (fixed?.table ?? '').replace(/^.*\./, '').replaceAll(/["`[\]]/g, '');
  const [[facts] = [], names = [], indexes = []] = await query(
    NONE,
    { sql: FACTS_SQL },
    { sql: DATABASES_SQL },
    { sql: UNIQUE_SQL, values: [table, table] },
  );
  const opened = await openBeside(query, facts ?? {}, names);
  const version = String(facts?.version);
  return {
    name: `SQLite ${version}`,
    facts: {
      hasLateral: false,
      hasWindows: isAtLeast(version, 3, 25),
      types: new Map(),
      isUnique: fixed !== undefined && hasUniqueIndex(indexes, fixed.columns),
    },
    surrounding: NONE,
    query: async (_, ...queries) => withReasons(readSqlite({ ...opened.databases, queries })),
    close: opened.close,
  };
}

/**
 * The connection's files, where they have a write-ahead log: their readers hold up no writer. Others, and a
 * database in memory, are copied; of attached ones they are left out.
 */
async function openBeside(
  query: AppQuery,
  { journal, bytes }: QueryRow,
  names: QueryRow[],
): Promise<{ databases: Databases; close(): Promise<void> }> {
  const files = names.filter((each) => each.journal === 'wal' && each.name !== 'main');
  const attached = Object.fromEntries(files.map(({ name, file }) => [String(name), String(file)]));
  const main = String(names.find(({ name }) => name === 'main')?.file ?? '');
  if (journal === 'wal' && main !== '') return { databases: { file: main, attached }, close: async () => {} };
  if (Number(bytes) > MAX_COPIED) throw new Error(tooLargeMessage(main));
  const folder = await mkdtemp(join(tmpdir(), 'scooby-try-'));
  const close = () => rm(folder, { recursive: true, force: true });
  const file = join(folder, 'copy.db');
  try {
    await query(NONE, { sql: 'VACUUM INTO ?', values: [file] });
  } catch (error) {
    await close();
    if (error instanceof QueryError && /transaction/.test(error.message))
      throw new Error('The app has a transaction open, in which its database cannot be copied. Try again.');
    throw error;
  }
  return { databases: { file, attached }, close };
}

function tooLargeMessage(file: string): string {
  return file === ''
    ? 'The database is in memory, where only the app sees it, and too large to be copied.'
    : 'The database has no write-ahead log: a read beside the app could make its writes fail, and it is too large to be copied. PRAGMA journal_mode = WAL lets both be.';
}

/** Functions and tables that the app made on its own connection are not known to another. */
async function withReasons<T>(rows: Promise<T>): Promise<T> {
  try {
    return await rows;
  } catch (error) {
    const [, what, name] =
      /no such (function|module|table|collation sequence): (\S+)/.exec((error as Error).message) ?? [];
    if (what === undefined || name === undefined) throw error;
    throw new Error(
      `${name} is a ${what.replace(' sequence', '')} of the app's own connection, and not known to another one, on which statements are tried.`,
    );
  }
}

function hasUniqueIndex(rows: QueryRow[], columns: string[]): boolean {
  const names = new Set(columns.map((column) => column.toLowerCase()));
  const groups = new Map<unknown, boolean>();
  for (const { name, field } of rows)
    groups.set(name, (groups.get(name) ?? true) && names.has(String(field).toLowerCase()));
  return [...groups.values()].includes(true);
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [a = 0, b = 0] = version.split('.').map(Number);
  return a > major || (a === major && b >= minor);
}
