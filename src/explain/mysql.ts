/** EXPLAIN for MySQL and MariaDB. */

import { tableAliases } from '../insight/plan/compared-columns.js';
import { mysqlRemarks, planTable } from '../insight/plan/mysql.js';
import { jsonFactsOf } from '../insight/plan/mysql-json.js';
import { tableFigures } from '../insight/plan/mysql-tree.js';
import { computeFingerprint } from '../insight/sql/fingerprint.js';
import {
  type ExplainRequest,
  missingValuesMessage,
  type StatementPlan,
  type SurroundingStatements,
} from './explain-request.js';
import { backslashRefusal, withoutMarkedComments } from './mysql-escapes.js';
import { isMysqlAtLeast, mysqlServerName, mysqlVersion, VERSION_SQL } from './mysql-version.js';
import { type QueryRow, unlessRefused } from './query-channel.js';

const MAX_SECONDS = 4;
const INDEXES_SQL = `SELECT TABLE_NAME AS owner, INDEX_NAME AS name, COLUMN_NAME AS field
  FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (?)
  ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`;
const READ_ONLY_TRANSACTION: SurroundingStatements = [['START TRANSACTION READ ONLY'], ['ROLLBACK']];
/**
 * MariaDB refuses to explain a write in a read-only transaction, although EXPLAIN only plans it.
 */
const WRITE_TRANSACTION: SurroundingStatements = [['START TRANSACTION'], ['ROLLBACK']];
/**
 * Limits the statement's time on a pooled connection, and restores the app's own limit afterwards.
 */
const TIME_LIMITED_TRANSACTION: SurroundingStatements = [
  [
    'SET @scooby_was = @@SESSION.max_execution_time',
    `SET SESSION max_execution_time = ${MAX_SECONDS * 1000}`,
    ...READ_ONLY_TRANSACTION[0],
  ],
  [...READ_ONLY_TRANSACTION[1], 'SET SESSION max_execution_time = @scooby_was', 'SET @scooby_was = NULL'],
];

/** Plan of a MySQL or MariaDB statement. */
export async function mysqlPlan(request: ExplainRequest): Promise<StatementPlan> {
  const { statement, analyze, missing, nulls, query, values } = request;
  if (missing.length > 0 && !nulls)
    throw new Error(
      `${missingValuesMessage(missing)}, and the server makes no plan without values. Take NULL for them: --nulls`,
    );
  const [[row] = []] = await query(READ_ONLY_TRANSACTION, { sql: VERSION_SQL });
  const version = String(row?.version);
  const refusal = backslashRefusal(row?.mode, values);
  if (refusal !== undefined) throw new Error(refusal);
  const { isMariaDb, parts } = mysqlVersion(version);
  if (analyze && !isMariaDb && !isMysqlAtLeast(parts, [8, 0, 18]))
    throw new Error(`--analyze takes MySQL 8.0.18 or MariaDB; this is MySQL ${version}. Leave it out.`);
  const explainCommand = !analyze ? 'EXPLAIN' : isMariaDb ? 'ANALYZE' : 'EXPLAIN ANALYZE';
  const prefix =
    analyze && isMariaDb
      ? `SET STATEMENT max_statement_time = ${MAX_SECONDS} FOR ${explainCommand}`
      : explainCommand;
  const transaction = computeFingerprint(statement, 'mysql').isWrite
    ? WRITE_TRANSACTION
    : analyze && !isMariaDb
      ? TIME_LIMITED_TRANSACTION
      : READ_ONLY_TRANSACTION;
  const sent = withoutMarkedComments(statement);
  const explainQuery = { sql: `${prefix} ${sent}`, ...(values !== undefined && { values }) };
  // EXPLAIN ANALYZE returns a tree as text; remarks need the columns of plain EXPLAIN.
  const tableQueries = analyze && !isMariaDb ? [{ ...explainQuery, sql: `EXPLAIN ${sent}` }] : [];
  const [rows = [], table = rows] = await query(transaction, explainQuery, ...tableQueries);
  const isConspicuous = table.some(
    ({ type, Extra }) => type === 'ALL' || type === 'index' || /filesort|temporary/.test(String(Extra)),
  );
  // Rows of sorted tables are counted after the sort, but in JSON before it.
  const jsonPrefix = prefix === explainCommand ? 'EXPLAIN FORMAT=JSON' : `${prefix} FORMAT=JSON`;
  const [[json] = []] = isConspicuous
    ? await unlessRefused(query(transaction, { ...explainQuery, sql: `${jsonPrefix} ${sent}` }))
    : [];
  const facts = jsonFactsOf(Object.values(json ?? {})[0]);
  const plan = planTable(rows);
  return {
    statement,
    asked: explainCommand,
    server: mysqlServerName(version),
    plan,
    remarks: mysqlRemarks(table, statement, {
      ...facts,
      indexes: await indexesOf(request, table),
      ...(tableQueries.length > 0 && { figures: tableFigures(plan) }),
    }),
    notes:
      missing.length > 0
        ? [`NULL was taken for ${missing.join(', ')}: the plan may differ with real values.`]
        : [],
  };
}

/** Columns of the indexes of tables that are read whole, by their names in the statement. */
async function indexesOf(
  { query, statement }: ExplainRequest,
  rows: QueryRow[],
): Promise<Map<string, string[][]>> {
  const scanned = rows.flatMap(({ table, type }) =>
    (type === 'ALL' || type === 'index') && typeof table === 'string' ? table : [],
  );
  if (scanned.length === 0) return new Map();
  const aliases = tableAliases(statement, 'mysql');
  const nameOf = (table: string) => aliases.get(table) ?? table;
  const values = [['', ...scanned.map(nameOf)]];
  // A plan is useful without.
  const [found = []] = await query(READ_ONLY_TRANSACTION, { sql: INDEXES_SQL, values }).catch(() => []);
  return new Map(
    scanned.map((table) => {
      const fields = new Map<unknown, string[]>();
      for (const row of found)
        if (row.owner === nameOf(table))
          fields.set(row.name, [...(fields.get(row.name) ?? []), String(row.field)]);
      return [table, [...fields.values()]];
    }),
  );
}
