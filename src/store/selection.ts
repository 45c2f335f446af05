/** Which requests pass, as a condition of SQL. */

import type { Database } from 'better-sqlite3';
import { queryNeedsTrace } from '../domain/filter.js';
import { conditionOf, type SqlCondition } from './filter-sql.js';
import { cachedStatement } from './statement-cache.js';
import type { Selection } from './store.js';

/** Condition on a trace's columns that those which pass meet, and no other; `now` is epoch ms. */
export function selectionSql({ query = [], before, run }: Selection, now: number): SqlCondition {
  // With a + before it, the newest are found by their index, and not by when they expire.
  const sql = ['outside = 0', '+expires > ?'];
  const values: (string | number)[] = [now];
  const ask = (condition: string, ...given: (string | number)[]) => {
    sql.push(condition);
    values.push(...given);
  };
  if (before !== undefined) ask('start < ?', before);
  if (run !== undefined) ask('run = ?', run);
  if (query.length > 0) {
    const asked = conditionOf(query, now);
    ask(asked.sql, ...asked.values);
  }
  return { sql: sql.join(' AND '), values };
}

/** The same, to be asked several times: what has to be unpacked for it is unpacked once. */
export function passingOnce(db: Database, among: Selection, now: number): SqlCondition {
  const { sql, values } = selectionSql(among, now);
  if (!queryNeedsTrace(among.query ?? [])) return { sql, values };
  const found = cachedStatement(db, `SELECT seq FROM traces WHERE ${sql}`)
    .pluck()
    .all(...values);
  return { sql: 'seq IN (SELECT value FROM json_each(?))', values: [JSON.stringify(found)] };
}
