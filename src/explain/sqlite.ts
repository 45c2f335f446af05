/** EXPLAIN QUERY PLAN for SQLite, on the app's own handle: nothing is run for it. */

import { planTables, planTree, type SqliteStep, sqliteRemarks } from '../insight/plan/sqlite.js';
import { piecesOf } from '../insight/sql/pieces.js';
import { isPlaceholder } from '../insight/sql/placeholders.js';
import type { ExplainRequest, StatementPlan, SurroundingStatements } from './explain-request.js';
import { unlessRefused } from './query-channel.js';

const EXPLAIN = 'EXPLAIN QUERY PLAN';
const NONE: SurroundingStatements = [[], []];
const INDEXES_SQL = `SELECT i.name AS name, c.name AS field FROM pragma_index_list(?) i, pragma_index_info(i.name) c
  ORDER BY i.seq, c.seqno`;

/** Plan of a statement of SQLite. */
export async function sqlitePlan(request: ExplainRequest): Promise<StatementPlan> {
  const { statement, analyze, query } = request;
  if (analyze)
    throw new Error(
      'SQLite measures no plans: leave --analyze out. scooby try runs what would replace a loop.',
    );
  const [[version] = [], rows = []] = await query(
    NONE,
    { sql: 'SELECT sqlite_version() AS version' },
    { sql: `${EXPLAIN} ${statement}`, values: valuesOf(request) },
  );
  const steps = rows.map(({ id, parent, detail }): SqliteStep => {
    return { id: Number(id), parent: Number(parent), detail: String(detail) };
  });
  const tables = await Promise.all(planTables(steps, statement).map((name) => tableOf(request, name)));
  return {
    statement,
    asked: EXPLAIN,
    server: `SQLite ${String(version?.version)}`,
    plan: planTree(steps),
    remarks: sqliteRemarks(steps, statement, tables),
    notes: [],
  };
}

/** Rows of a table, as many as its largest rowid says, and the columns of its indexes. */
async function tableOf({ query }: ExplainRequest, name: string) {
  const quoted = `"${name.replaceAll('"', '""')}"`;
  // Not of tables WITHOUT ROWID, and of views.
  const [[last] = []] = await unlessRefused(query(NONE, { sql: `SELECT max(rowid) AS rows FROM ${quoted}` }));
  const [indexes = []] = await unlessRefused(query(NONE, { sql: INDEXES_SQL, values: [name] }));
  const fields = new Map<unknown, string[]>();
  for (const { name: index, field } of indexes)
    fields.set(index, [...(fields.get(index) ?? []), String(field)]);
  return {
    name,
    rows: Number(last?.rows ?? 0),
    indexed: [...fields.values()].flatMap(([first]) => first ?? []),
    indexes: [...fields.values()],
  };
}

/** A plan does not depend on values; the driver wants as many as there are. */
function valuesOf({ statement, values }: ExplainRequest): unknown {
  if (values !== undefined) return values;
  const marks = [...piecesOf(statement, 'sqlite')].filter((piece) => isPlaceholder(piece, 'sqlite'));
  if (marks.every(({ written }) => written.startsWith('?'))) return marks.map(() => null);
  return Object.fromEntries(marks.map(({ written }) => [written.slice(1), null]));
}
