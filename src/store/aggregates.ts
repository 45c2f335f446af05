/**
 * Aggregates computed in the database from the table `figures`, which has each trace's rollup rows.
 */

import type { Database } from './database.js';
import type { SqlCondition } from './filter-sql.js';
import { mergeRollup, type RollupPart, SHARE_COLUMN, SUBJECT_OF } from './rollup.js';
import { reusableSelectionSql } from './selection.js';
import { cachedStatement } from './statement-cache.js';
import type { Aggregate, AggregateBy, RunSummary, Selection } from './store.js';

/**
 * Share of selected traces above which a walk over all figures is faster than a lookup per trace.
 */
const FULL_WALK_SHARE = 1 / 16;

/**
 * Aggregates over the selected requests, sorted by total time, the largest first; `now` is epoch
 * ms.
 */
export function aggregatesIn(db: Database, by: AggregateBy, selection: Selection, now: number): Aggregate[] {
  const from = figuresFrom(db, selection, now);
  const grouped = `SELECT s.id AS subject, f.bucket AS bucket, sum(f.count) AS count, sum(f.total) AS total,
      sum(f.errors) AS errors, sum(f.queries) AS queries, count(f.${SHARE_COLUMN[by]}) AS requests,
      ifnull(sum(f.${SHARE_COLUMN[by]}), 0) AS covered, max(f.${SHARE_COLUMN[by]}) AS worst, f.trace AS trace
    ${from.sql} AND s.of = ? GROUP BY s.id, f.bucket`;
  const sql = `SELECT s.key, s.kind, s.text, s.site, s.function, s.route, g.*, t.id
    FROM (${grouped}) AS g JOIN subjects AS s ON s.id = g.subject JOIN traces AS t ON t.seq = g.trace`;
  const rows = cachedStatement(db, sql).all(...from.values, SUBJECT_OF[by]) as AggregateRow[];
  // Beside max() SQLite returns the bare column `trace` of that row, but only for a single max() in
  // a query.
  const maxQueries = SUBJECT_OF[by] === 'request' ? maxQueriesBySubject(db, from) : new Map<number, number>();
  return mergeRollup(
    by,
    rows.map((row) => partOf(row, maxQueries.get(row.subject) ?? 0)),
  );
}

interface AggregateRow {
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
  covered: number;
  worst: number | null;
  id: string;
}

function partOf(
  { site, function: name, route, subject: _, worst, ...row }: AggregateRow,
  mostQueries: number,
): RollupPart {
  return {
    ...row,
    ...(site !== null && { site }),
    ...(name !== null && { function: name }),
    ...(route !== null && { route }),
    mostQueries,
    worst: worst ?? -1,
  };
}

function maxQueriesBySubject(db: Database, from: SqlCondition): Map<number, number> {
  const sql = `SELECT s.id AS subject, max(f.queries) AS most ${from.sql} AND s.of = 'request' GROUP BY s.id`;
  const rows = cachedStatement(db, sql).all(...from.values) as { subject: number; most: number }[];
  return new Map(rows.map(({ subject, most }) => [subject, most]));
}

/** `FROM … WHERE …` over figures `f` of subjects `s`; further conditions are appended with AND. */
function figuresFrom(db: Database, selection: Selection, now: number): SqlCondition {
  // In the order of the table's key, so that GROUP BY needs no sort.
  const inOrder = 'FROM subjects AS s CROSS JOIN figures AS f ON f.subject = s.id';
  const queryValue = <T>(sql: string, values: (string | number)[]) =>
    cachedStatement(db, sql)
      .pluck()
      .get(...values) as T;
  const { query = [], before, run } = selection;
  const isNarrowed = query.length > 0 || before !== undefined || run !== undefined;
  const hasExpired = () =>
    queryValue<number>('SELECT EXISTS (SELECT 1 FROM traces WHERE expires <= ?)', [now]);
  if (!isNarrowed && !hasExpired()) return { sql: `${inOrder} WHERE 1`, values: [] };
  const { sql, values } = reusableSelectionSql(db, selection, now);
  const selected = queryValue<number>(`SELECT count(*) FROM traces WHERE ${sql}`, values);
  const all = queryValue<number>('SELECT count(*) FROM traces WHERE outside = 0', []);
  if (selected > all * FULL_WALK_SHARE)
    return { sql: `${inOrder} WHERE +f.trace IN (SELECT seq FROM traces WHERE ${sql})`, values };
  return {
    sql: `FROM (SELECT seq FROM traces WHERE ${sql}) AS p CROSS JOIN figures AS f INDEXED BY figures_trace ON f.trace = p.seq
      CROSS JOIN subjects AS s ON s.id = f.subject WHERE 1`,
    values,
  };
}

/** Runs with stored requests, newest first; `now` is epoch ms. */
export function runsIn(db: Database, limit: number, now: number): RunSummary[] {
  const sql = `SELECT r.id AS number, r.start AS start, r.command AS command,
      (SELECT count(*) FROM traces WHERE run = r.id AND outside = 0 AND expires > ?) AS requests
    FROM runs AS r WHERE requests > 0 ORDER BY r.id DESC LIMIT ?`;
  return cachedStatement(db, sql).all(now, limit) as RunSummary[];
}
