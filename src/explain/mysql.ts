/** Plans of MySQL and MariaDB. */

import { mysqlRemarks, planTable } from '../insight/plan/mysql.js';
import { computeFingerprint } from '../insight/sql/fingerprint.js';
import { type ExplainRequest, missingValuesMessage, type StatementPlan } from './explain-request.js';

const SECONDS = 4;
const READ_ONLY: [string[], string[]] = [['START TRANSACTION READ ONLY'], ['ROLLBACK']];
/** MariaDB lets no write through in the other one, though it only plans it. */
const PLANNING: typeof READ_ONLY = [['START TRANSACTION'], ['ROLLBACK']];
/** The app's own limit is put back. */
const LIMITED: typeof READ_ONLY = [
  [
    'SET @scooby_was = @@SESSION.max_execution_time',
    `SET SESSION max_execution_time = ${SECONDS * 1000}`,
    ...READ_ONLY[0],
  ],
  [...READ_ONLY[1], 'SET SESSION max_execution_time = @scooby_was', 'SET @scooby_was = NULL'],
];

/** Answers the plan of a statement. */
export async function mysqlPlan(about: ExplainRequest): Promise<StatementPlan> {
  const { statement, analyze, missing, nulls, ask, values } = about;
  if (missing.length > 0 && !nulls)
    throw new Error(
      `${missingValuesMessage(missing)}, and the server makes no plan without values. Take NULL for them: --nulls`,
    );
  const [[row] = []] = await ask(READ_ONLY, { sql: 'SELECT VERSION() AS version' });
  const version = String(row?.version);
  const maria = /mariadb/i.test(version);
  if (analyze && !maria && !isAtLeast(version, [8, 0, 18]))
    throw new Error(`--analyze takes MySQL 8.0.18 or MariaDB; this is MySQL ${version}. Leave it out.`);
  const asked = !analyze ? 'EXPLAIN' : maria ? 'ANALYZE' : 'EXPLAIN ANALYZE';
  const prefix = analyze && maria ? `SET STATEMENT max_statement_time = ${SECONDS} FOR ${asked}` : asked;
  const around = computeFingerprint(statement, 'mysql').isWrite
    ? PLANNING
    : analyze && !maria
      ? LIMITED
      : READ_ONLY;
  const explained = { sql: `${prefix} ${statement}`, ...(values !== undefined && { values }) };
  // MySQL's own tree has no columns to read.
  const tabular = analyze && !maria ? [{ ...explained, sql: `EXPLAIN ${statement}` }] : [];
  const [rows = [], table = rows] = await ask(around, explained, ...tabular);
  return {
    statement,
    asked,
    server: maria ? `MariaDB ${/[\d.]+/.exec(version.replace(/^5\.5\.5-/, ''))?.[0]}` : `MySQL ${version}`,
    plan: planTable(rows),
    remarks: mysqlRemarks(table, statement),
    notes:
      missing.length > 0
        ? [`NULL was taken for ${missing.join(', ')}: the plan may be another one with values.`]
        : [],
  };
}

function isAtLeast(version: string, wanted: number[]): boolean {
  const parts = version.split(/[.-]/).map(Number);
  for (const [n, least] of wanted.entries()) if (parts[n] !== least) return parts[n]! > least;
  return true;
}
