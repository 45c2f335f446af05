/** Selections of requests as SQL conditions. */

import { hostname } from 'node:os';
import { queryNeedsTrace } from '../domain/filter.js';
import type { Database } from './database.js';
import { conditionOf, type SqlCondition } from './filter-sql.js';
import { cachedStatement } from './statement-cache.js';
import type { Selection } from './store.js';

/** Condition on the columns of `traces` that is true for selected requests; `now` is epoch ms. */
export function selectionSql({ query = [], before, run, host }: Selection, now: number): SqlCondition {
  // The + keeps SQLite off the index of `expires`, so that the newest are read by the index of
  // `start`.
  const conditions = ['outside = 0', '+expires > ?'];
  const values: (string | number)[] = [now];
  const add = (condition: string, ...bound: (string | number)[]) => {
    conditions.push(condition);
    values.push(...bound);
  };
  if (before !== undefined) add('start < ?', before);
  if (run !== undefined) add('run = ?', run);
  // A file is written on its host only.
  if (host !== undefined && host !== hostname()) add('0');
  if (query.length > 0) {
    const condition = conditionOf(query, now);
    add(condition.sql, ...condition.values);
  }
  return { sql: conditions.join(' AND '), values };
}

/**
 * The same for use in several statements: a query that unpacks traces is run once, and its rows are
 * listed.
 */
export function reusableSelectionSql(db: Database, selection: Selection, now: number): SqlCondition {
  const { sql, values } = selectionSql(selection, now);
  if (!queryNeedsTrace(selection.query ?? [])) return { sql, values };
  const seqs = cachedStatement(db, `SELECT seq FROM traces WHERE ${sql}`)
    .pluck()
    .all(...values);
  return { sql: 'seq IN (SELECT value FROM json_each(?))', values: [JSON.stringify(seqs)] };
}
