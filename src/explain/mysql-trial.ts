/** MySQL and MariaDB as servers to try statements on. */

import { fixedColumnsOf } from '../insight/rewrite/fixed-columns.js';
import { functionsOf } from '../insight/rewrite/refusal.js';
import type { Template } from '../insight/rewrite/template.js';
import type { AppQuery } from './app-query.js';
import type { SurroundingStatements } from './explain-request.js';
import type { TrialServer } from './loop-trial.js';
import { isMysqlAtLeast, mysqlServerName, mysqlVersion } from './mysql-version.js';

const MAX_SECONDS = 4;
const READ_ONLY: SurroundingStatements = [['START TRANSACTION READ ONLY'], ['ROLLBACK']];

const FUNCTIONS_SQL = `SELECT ROUTINE_NAME AS name FROM information_schema.ROUTINES
  WHERE ROUTINE_TYPE = 'FUNCTION' AND ROUTINE_NAME IN (?)`;
const UNIQUE_SQL = `SELECT INDEX_NAME AS name, COLUMN_NAME AS field FROM information_schema.STATISTICS
  WHERE NON_UNIQUE = 0 AND SUB_PART IS NULL AND TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ?`;

/** Version, stored functions and unique index. */
export async function mysqlTrialServer(query: AppQuery, template: Template): Promise<TrialServer> {
  const fixed = fixedColumnsOf(template);
  const [table = '', schema] = (fixed?.table ?? '').replaceAll('`', '').split('.').reverse();
  const [[version] = [], functions = [], indexes = []] = await query(
    READ_ONLY,
    { sql: 'SELECT VERSION() AS version' },
    { sql: FUNCTIONS_SQL, values: [['', ...functionsOf(template.terms)]] },
    { sql: UNIQUE_SQL, values: [schema ?? null, table] },
  );
  const { isMariaDb, parts } = mysqlVersion(String(version?.version));
  const [first] = functions;
  return {
    name: mysqlServerName(String(version?.version)),
    facts: {
      hasLateral: !isMariaDb && isMysqlAtLeast(parts, [8, 0, 14]),
      hasWindows: isMysqlAtLeast(parts, isMariaDb ? [10, 2] : [8, 0]),
      types: new Map(),
      isUnique: fixed !== undefined && hasUniqueIndex(indexes, fixed.columns),
    },
    ...(first && {
      refusal: `${String(first.name)}() is a stored function: what it does besides reading is not known.`,
    }),
    surrounding: timeLimited(isMariaDb, parts),
  };
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
