/** Plans of PostgreSQL. */

import type { TableFacts } from '../insight/plan/plan.js';
import { postgresRemarks, scannedTables } from '../insight/plan/postgres.js';
import { type ExplainRequest, missingValuesMessage, type StatementPlan } from './explain-request.js';

const READ_ONLY: [string[], string[]] = [
  ['BEGIN READ ONLY', "SET LOCAL statement_timeout = '4s'"],
  ['ROLLBACK'],
];
/** GENERIC_PLAN came with it. */
const GENERIC = 160_000;

const FACTS = `SELECT t.name, greatest(c.reltuples, 0)::text AS rows,
  (SELECT string_agg(pg_get_indexdef(i.indexrelid, 1, true), ',') FROM pg_index i WHERE i.indrelid = c.oid) AS indexed
  FROM unnest($1::text[]) AS t(name) JOIN pg_class c ON c.oid = to_regclass(t.name)`;

/** Answers the plan of a statement. */
export async function postgresPlan(about: ExplainRequest): Promise<StatementPlan> {
  const { statement, analyze, missing, ask } = about;
  const number = missing.length > 0 && !about.nulls ? await versionOf(about) : 0;
  const generic = missing.length > 0 && !about.nulls;
  if (generic) refuse(about, number);
  const options = [...(analyze ? ['ANALYZE', 'BUFFERS'] : []), ...(generic ? ['GENERIC_PLAN'] : [])];
  const asked = options.length === 0 ? 'EXPLAIN' : `EXPLAIN (${options.join(', ')})`;
  // With values, even with none, the server takes one statement and no more.
  const values = Array.isArray(about.values) ? about.values : [];
  const [lines, [server]] = (await ask(
    READ_ONLY,
    generic ? { sql: `${asked} ${statement}` } : { sql: `${asked} ${statement}`, values },
    { sql: 'SHOW server_version' },
  )) as [Record<string, unknown>[], Record<string, unknown>[]];
  const plan = lines.map((row) => String(Object.values(row)[0]));
  return {
    statement,
    asked,
    server: `PostgreSQL ${String(server?.server_version).split(' ')[0]}`,
    plan,
    remarks: postgresRemarks(plan, await tablesOf(about, plan)),
    notes: notesOf(about, generic),
  };
}

function refuse({ missing, analyze }: ExplainRequest, version: number): void {
  const words = missingValuesMessage(missing);
  if (analyze)
    throw new Error(
      `${words}, and --analyze runs the statement with them. Leave it out, or take NULL for them: --nulls`,
    );
  if (version >= GENERIC) return;
  throw new Error(`${words}, and a plan without values takes PostgreSQL 16. Take NULL for them: --nulls`);
}

async function versionOf({ ask }: ExplainRequest): Promise<number> {
  const [[row] = []] = await ask(READ_ONLY, { sql: 'SHOW server_version_num' });
  return Number(row?.server_version_num);
}

function notesOf({ missing, nulls }: ExplainRequest, generic: boolean): string[] {
  if (generic) return [`A generic plan, for any values: ${missingValuesMessage(missing)}.`];
  return missing.length > 0 && nulls
    ? [`NULL was taken for ${missing.join(', ')}: the plan may be another one with values.`]
    : [];
}

/** A plan without them is a plan still. */
async function tablesOf({ ask }: ExplainRequest, plan: string[]): Promise<TableFacts[]> {
  const names = scannedTables(plan);
  if (names.length === 0) return [];
  try {
    const [rows = []] = await ask(READ_ONLY, { sql: FACTS, values: [names] });
    return rows.map((row) => ({
      name: String(row.name),
      rows: Number(row.rows),
      indexed: typeof row.indexed === 'string' ? row.indexed.split(',') : [],
    }));
  } catch {
    return [];
  }
}
