/** MySQL and MariaDB as servers to try statements on. */

import { sideEffectOf } from '../insight/plan/statement.js';
import { fixedColumnsOf } from '../insight/rewrite/fixed-columns.js';
import { functionsOf } from '../insight/rewrite/refusal.js';
import type { Template, Term } from '../insight/rewrite/template.js';
import { piecesOf, WHITESPACE } from '../insight/sql/pieces.js';
import { NAME } from '../insight/sql/token-kinds.js';
import type { AppQuery } from './app-query.js';
import type { SurroundingStatements } from './explain-request.js';
import type { TrialServer } from './loop-trial.js';
import { backslashRefusal } from './mysql-escapes.js';
import { isMysqlAtLeast, mysqlServerName, mysqlVersion, VERSION_SQL } from './mysql-version.js';
import { unlessRefused } from './query-channel.js';

const MAX_SECONDS = 4;
const READ_ONLY: SurroundingStatements = [['START TRANSACTION READ ONLY'], ['ROLLBACK']];

const FUNCTIONS_SQL = `SELECT ROUTINE_NAME AS name FROM information_schema.ROUTINES
  WHERE ROUTINE_TYPE = 'FUNCTION' AND ROUTINE_NAME IN (?)`;
/** Loadable functions; the table is for administrators only. */
const LOADABLE_SQL = 'SELECT name FROM mysql.func WHERE name IN (?)';
const VIEWS_SQL = `SELECT TABLE_NAME AS name, VIEW_DEFINITION AS text FROM information_schema.VIEWS
  WHERE TABLE_NAME IN (?)`;
/** Views within views that are read. */
const MAX_VIEW_DEPTH = 8;
const UNIQUE_SQL = `SELECT INDEX_NAME AS name, COLUMN_NAME AS field FROM information_schema.STATISTICS
  WHERE NON_UNIQUE = 0 AND SUB_PART IS NULL AND TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ?`;

/** Version, stored functions and unique index. */
export async function mysqlTrialServer(query: AppQuery, template: Template): Promise<TrialServer> {
  const fixed = fixedColumnsOf(template);
  const [table = '', schema] = (fixed?.table ?? '').replaceAll('`', '').split('.').reverse();
  const [[version] = [], indexes = []] = await query(
    READ_ONLY,
    { sql: VERSION_SQL },
    { sql: UNIQUE_SQL, values: [schema ?? null, table] },
  );
  const refusal =
    backslashRefusal(
      version?.mode,
      template.terms.map(({ written }) => written),
      template.calls,
    ) ?? (await callsRefusal(query, template.terms));
  const { isMariaDb, parts } = mysqlVersion(String(version?.version));
  return {
    name: mysqlServerName(String(version?.version)),
    facts: {
      hasLateral: !isMariaDb && isMysqlAtLeast(parts, [8, 0, 14]),
      hasWindows: isMysqlAtLeast(parts, isMariaDb ? [10, 2] : [8, 0]),
      types: new Map(),
      isUnique: fixed !== undefined && hasUniqueIndex(indexes, fixed.columns),
    },
    ...(refusal !== undefined && { refusal }),
    surrounding: timeLimited(isMariaDb, parts),
  };
}

type Token = Pick<Term, 'kind' | 'text' | 'written'>;

/** A sentence on the functions that a statement calls, by itself or by its views. */
async function callsRefusal(query: AppQuery, terms: Token[]): Promise<string | undefined> {
  const all = [...terms];
  const seen = new Set<string>();
  let found = terms;
  for (let depth = 0; depth < MAX_VIEW_DEPTH && found.length > 0; depth++) {
    const views = await viewsOf(query, found, seen);
    for (const { name, text } of views) {
      const effect = sideEffectOf(text, 'mysql');
      if (effect !== undefined) return `The view ${name} is not read again: ${effect}.`;
    }
    found = views.flatMap(({ text }) => [...piecesOf(text, 'mysql')].filter(({ kind }) => kind < WHITESPACE));
    all.push(...found);
  }
  const values = [['', ...functionsOf(all)]];
  const [stored = []] = await query(READ_ONLY, { sql: FUNCTIONS_SQL, values });
  const [loadable = []] =
    stored.length > 0 ? [] : await unlessRefused(query(READ_ONLY, { sql: LOADABLE_SQL, values }));
  const [first] = [...stored, ...loadable];
  return first && `${String(first.name)}() is a stored function: what it does besides reading is not known.`;
}

/** Views among the names of a statement that were not seen yet, with their text. */
async function viewsOf(
  query: AppQuery,
  terms: Token[],
  seen: Set<string>,
): Promise<{ name: string; text: string }[]> {
  // As it is written: names of tables may depend on the case.
  const names = terms.flatMap(({ kind, written }) => (kind === NAME ? written.replaceAll('`', '') : []));
  const fresh = [...new Set(names)].filter((name) => !seen.has(name));
  for (const name of fresh) seen.add(name);
  if (fresh.length === 0) return [];
  const [rows = []] = await query(READ_ONLY, { sql: VIEWS_SQL, values: [fresh] });
  return rows.map(({ name, text }) => ({ name: String(name), text: String(text ?? '') }));
}

/** Whether a unique index has no other columns than these. */
function hasUniqueIndex(rows: Record<string, unknown>[], columns: string[]): boolean {
  const names = new Set(columns.map((column) => column.toLowerCase()));
  return [...fieldsByIndex(rows).values()].some((fields) =>
    fields.every(({ field }) => names.has(String(field).toLowerCase())),
  );
}

function fieldsByIndex(rows: Record<string, unknown>[]): Map<unknown, Record<string, unknown>[]> {
  const groups = new Map<unknown, Record<string, unknown>[]>();
  for (const row of rows) groups.set(row.name, [...(groups.get(row.name) ?? []), row]);
  return groups;
}

/** A pooled connection keeps the app's own limit; one snapshot for all statements. */
function timeLimited(isMariaDb: boolean, parts: number[]): SurroundingStatements {
  const snapshot = [
    'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ',
    'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY',
  ];
  if (!isMariaDb && !isMysqlAtLeast(parts, [5, 7, 8])) return [snapshot, ['ROLLBACK']];
  const name = isMariaDb ? 'max_statement_time' : 'max_execution_time';
  return [
    [
      `SET @scooby_was = @@SESSION.${name}`,
      `SET SESSION ${name} = ${isMariaDb ? MAX_SECONDS : MAX_SECONDS * 1000}`,
      ...snapshot,
    ],
    ['ROLLBACK', `SET SESSION ${name} = @scooby_was`, 'SET @scooby_was = NULL'],
  ];
}
