/** EXPLAIN for PostgreSQL. */

import type { Remark, TableFacts } from '../insight/plan/plan.js';
import { postgresRemarks, scannedTables } from '../insight/plan/postgres.js';
import { triedIndexRemark } from '../insight/plan/tried-index.js';
import {
  type ExplainRequest,
  missingValuesMessage,
  type StatementPlan,
  type SurroundingStatements,
} from './explain-request.js';
import { unlessRefused } from './query-channel.js';

const READ_ONLY_TRANSACTION: SurroundingStatements = [
  ['BEGIN READ ONLY', "SET LOCAL statement_timeout = '4s'"],
  ['ROLLBACK'],
];
/** server_version_num of PostgreSQL 16, the first with GENERIC_PLAN. */
const GENERIC_PLAN_VERSION = 160_000;

const HYPOPG_SQL = `SELECT quote_ident(n.nspname) AS schema
  FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'hypopg'`;

const TABLE_FACTS_SQL = `SELECT t.name, greatest(c.reltuples, 0)::text AS rows,
  (SELECT string_agg(pg_get_indexdef(i.indexrelid, 1, true), ',') FROM pg_index i WHERE i.indrelid = c.oid) AS indexed,
  (SELECT json_agg((SELECT json_agg(pg_get_indexdef(i.indexrelid, k, true) ORDER BY k) FROM generate_series(1, i.indnkeyatts) k))
    FROM pg_index i WHERE i.indrelid = c.oid AND i.indpred IS NULL)::text AS indexes
  FROM unnest($1::text[]) AS t(name) JOIN pg_class c ON c.oid = to_regclass(t.name)`;

/** Plan of a PostgreSQL statement. */
export async function postgresPlan(request: ExplainRequest): Promise<StatementPlan> {
  const { statement, analyze, missing, query } = request;
  const versionNumber = missing.length > 0 && !request.nulls ? await versionOf(request) : 0;
  const isGeneric = missing.length > 0 && !request.nulls;
  if (isGeneric) assertPlannable(request, versionNumber);
  const options = [...(analyze ? ['ANALYZE', 'BUFFERS'] : []), ...(isGeneric ? ['GENERIC_PLAN'] : [])];
  const explainCommand = options.length === 0 ? 'EXPLAIN' : `EXPLAIN (${options.join(', ')})`;
  // With a values array, even an empty one, the server accepts a single statement only.
  const values = Array.isArray(request.values) ? request.values : [];
  const [[server], lines] = (
    await query(
      READ_ONLY_TRANSACTION,
      ...(isGeneric ? singleStatementCheck(statement) : []),
      { sql: 'SHOW server_version' },
      isGeneric
        ? { sql: `${explainCommand} ${statement}` }
        : { sql: `${explainCommand} ${statement}`, values },
    )
  ).slice(-2) as [Record<string, unknown>[], Record<string, unknown>[]];
  const plan = lines.map((row) => String(Object.values(row)[0]));
  const remarks = postgresRemarks(plan, await tablesOf(request, plan));
  const explained = isGeneric
    ? { sql: `EXPLAIN (GENERIC_PLAN) ${statement}` }
    : { sql: `EXPLAIN ${statement}`, values };
  return {
    statement,
    asked: explainCommand,
    server: `PostgreSQL ${String(server?.server_version).split(' ')[0]}`,
    plan,
    remarks: await withTriedIndexes(request, remarks, explained),
    notes: notesOf(request, isGeneric),
  };
}

/** Remarks whose indexes were tried, where hypopg is installed: it plans with an index that is not made. */
async function withTriedIndexes(
  { query }: ExplainRequest,
  remarks: Remark[],
  explained: { sql: string; values?: unknown[] },
): Promise<Remark[]> {
  if (!remarks.some(({ index }) => index !== undefined)) return remarks;
  const [[extension] = []] = await query(READ_ONLY_TRANSACTION, { sql: HYPOPG_SQL });
  if (extension === undefined) return remarks;
  const schema = String(extension.schema);
  // Such an index lasts as long as the session, also beyond a rollback.
  const reset = `SELECT ${schema}.hypopg_reset()`;
  const surrounding: SurroundingStatements = [READ_ONLY_TRANSACTION[0], [...READ_ONLY_TRANSACTION[1], reset]];
  const tried: Remark[] = [];
  for (const remark of remarks) {
    const create = { sql: `SELECT FROM ${schema}.hypopg_create_index($1)`, values: [remark.index] };
    const [before = [], , after = []] =
      remark.index === undefined
        ? []
        : // Behind a pooler of transactions, what follows the transaction may reach another session.
          await unlessRefused(query(surrounding, explained, create, explained, { sql: reset }));
    const [now, then] = [before, after].map((rows) => rows.map((row) => String(Object.values(row)[0])));
    tried.push(after.length === 0 ? remark : triedIndexRemark(remark, now!, then!));
  }
  return tried;
}

/** A plan without values cannot have them, and the server would run what follows a semicolon. */
function singleStatementCheck(statement: string): { sql: string; values?: unknown[] }[] {
  return [{ sql: `PREPARE scooby_plan AS ${statement}`, values: [] }, { sql: 'DEALLOCATE scooby_plan' }];
}

function assertPlannable({ missing, analyze }: ExplainRequest, version: number): void {
  const missingMessage = missingValuesMessage(missing);
  if (analyze)
    throw new Error(
      `${missingMessage}, and --analyze runs the statement with them. Leave it out, or take NULL for them: --nulls`,
    );
  if (version >= GENERIC_PLAN_VERSION) return;
  throw new Error(
    `${missingMessage}, and a plan without values takes PostgreSQL 16. Take NULL for them: --nulls`,
  );
}

async function versionOf({ query }: ExplainRequest): Promise<number> {
  const [[row] = []] = await query(READ_ONLY_TRANSACTION, { sql: 'SHOW server_version_num' });
  return Number(row?.server_version_num);
}

function notesOf({ missing, nulls }: ExplainRequest, isGeneric: boolean): string[] {
  if (isGeneric) return [`A generic plan, for any values: ${missingValuesMessage(missing)}.`];
  return missing.length > 0 && nulls
    ? [`NULL was taken for ${missing.join(', ')}: the plan may differ with real values.`]
    : [];
}

/**
 * Facts of the tables that a plan scans; none where the catalog query fails, as the plan is useful
 * without.
 */
async function tablesOf({ query }: ExplainRequest, plan: string[]): Promise<TableFacts[]> {
  const names = scannedTables(plan);
  if (names.length === 0) return [];
  try {
    const [rows = []] = await query(READ_ONLY_TRANSACTION, { sql: TABLE_FACTS_SQL, values: [names] });
    return rows.map((row) => ({
      name: String(row.name),
      rows: Number(row.rows),
      indexed: typeof row.indexed === 'string' ? row.indexed.split(',') : [],
      indexes: typeof row.indexes === 'string' ? JSON.parse(row.indexes) : [],
    }));
  } catch {
    return [];
  }
}
