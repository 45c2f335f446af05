/** EXPLAIN for MySQL and MariaDB. */

import { mysqlRemarks, planTable } from '../insight/plan/mysql.js';
import { computeFingerprint } from '../insight/sql/fingerprint.js';
import {
  type ExplainRequest,
  missingValuesMessage,
  type StatementPlan,
  type SurroundingStatements,
} from './explain-request.js';
import { backslashRefusal, withoutMarkedComments } from './mysql-escapes.js';
import { isMysqlAtLeast, mysqlServerName, mysqlVersion, VERSION_SQL } from './mysql-version.js';

const MAX_SECONDS = 4;
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
  return {
    statement,
    asked: explainCommand,
    server: mysqlServerName(version),
    plan: planTable(rows),
    remarks: mysqlRemarks(table, statement),
    notes:
      missing.length > 0
        ? [`NULL was taken for ${missing.join(', ')}: the plan may differ with real values.`]
        : [],
  };
}
