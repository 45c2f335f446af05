/** Adds up figures in the database: one walk over an index, or one over the traces that pass. */

import type { Database } from 'better-sqlite3';
import type { SqlCondition } from './filter-sql.js';
import { mergeRollup, type RollupPart, SHARE_COLUMN, SUBJECT_OF } from './rollup.js';
import { passingOnce } from './selection.js';
import { cachedStatement } from './statement-cache.js';
import type { Aggregate, AggregateBy, RunSummary, Selection } from './store.js';

/** Where as many of all traces pass, walking all figures in order is quicker than looking up those of each trace. */
const MANY = 1 / 16;

/** Answers what the requests that pass add up to, the costliest first; `now` is epoch ms. */
export function aggregatesIn(db: Database, by: AggregateBy, among: Selection, now: number): Aggregate[] {
  const from = source(db, among, now);
  const grouped = `SELECT s.id AS subject, f.bucket AS bucket, sum(f.count) AS count, sum(f.total) AS total,
      sum(f.errors) AS errors, sum(f.queries) AS queries, count(f.${SHARE_COLUMN[by]}) AS requests,
      max(f.${SHARE_COLUMN[by]}) AS worst, f.trace AS trace
    ${from.sql} AND s.of = ? GROUP BY s.id, f.bucket`;
  const sql = `SELECT s.key, s.kind, s.text, s.site, s.function, s.route, g.*, t.id
    FROM (${grouped}) AS g JOIN subjects AS s ON s.id = g.subject JOIN traces AS t ON t.seq = g.trace`;
  const rows = cachedStatement(db, sql).all(...from.values, SUBJECT_OF[by]) as Found[];
  // SQLite answers the trace beside one maximum only.
  const most = SUBJECT_OF[by] === 'request' ? mostQueries(db, from) : new Map<number, number>();
  return mergeRollup(
    by,
    rows.map((row) => partOf(row, most.get(row.subject) ?? 0)),
  );
}

interface Found {
  key: string;
  kind: string;
  text: string;
  site: string | null;
  function: string | null;
  route: string | null;
  subject: number;
  bucket: number;
  count: number;
  total: number;
  errors: number;
  queries: number;
  requests: number;
  worst: number | null;
  id: string;
}

function partOf({ site, function: name, route, subject: _, worst, ...row }: Found, most: number): RollupPart {
  return {
    ...row,
    ...(site !== null && { site }),
    ...(name !== null && { function: name }),
    ...(route !== null && { route }),
    mostQueries: most,
    worst: worst ?? -1,
  };
}

function mostQueries(db: Database, from: SqlCondition): Map<number, number> {
  const sql = `SELECT s.id AS subject, max(f.queries) AS most ${from.sql} AND s.of = 'request' GROUP BY s.id`;
  const rows = cachedStatement(db, sql).all(...from.values) as { subject: number; most: number }[];
  return new Map(rows.map(({ subject, most }) => [subject, most]));
}

/** Answers where to take figures `f` of subjects `s` from: FROM … WHERE …, to go on with AND. */
function source(db: Database, among: Selection, now: number): SqlCondition {
  // Grouped as they lie there, they need no sorting.
  const inOrder = 'FROM subjects AS s CROSS JOIN figures AS f ON f.subject = s.id';
  const ask = <T>(sql: string, values: (string | number)[]) =>
    cachedStatement(db, sql)
      .pluck()
      .get(...values) as T;
  const { query = [], before, run } = among;
  const narrow = query.length > 0 || before !== undefined || run !== undefined;
  const expired = () => ask<number>('SELECT EXISTS (SELECT 1 FROM traces WHERE expires <= ?)', [now]);
  if (!narrow && !expired()) return { sql: `${inOrder} WHERE 1`, values: [] };
  const { sql, values } = passingOnce(db, among, now);
  const passed = ask<number>(`SELECT count(*) FROM traces WHERE ${sql}`, values);
  const all = ask<number>('SELECT count(*) FROM traces WHERE outside = 0', []);
  if (passed > all * MANY)
    return { sql: `${inOrder} WHERE +f.trace IN (SELECT seq FROM traces WHERE ${sql})`, values };
  return {
    sql: `FROM (SELECT seq FROM traces WHERE ${sql}) AS p CROSS JOIN figures AS f INDEXED BY figures_trace ON f.trace = p.seq
      CROSS JOIN subjects AS s ON s.id = f.subject WHERE 1`,
    values,
  };
}

/** Answers the runs that requests are kept of, newest first. */
export function runsIn(db: Database, limit: number, now: number): RunSummary[] {
  const sql = `SELECT r.id AS number, r.start AS start, r.command AS command,
      (SELECT count(*) FROM traces WHERE run = r.id AND outside = 0 AND expires > ?) AS requests
    FROM runs AS r WHERE requests > 0 ORDER BY r.id DESC LIMIT ?`;
  return cachedStatement(db, sql).all(now, limit) as RunSummary[];
}
