/** Which requests pass, as a condition of SQL. */

import type { Database } from 'better-sqlite3';
import { needsWhole } from '../domain/filter.js';
import { type Condition, whereOf } from './filter-sql.js';
import { prepared } from './statement-cache.js';
import type { Among } from './store.js';

/** Condition on a trace's columns that those which pass meet, and no other; `now` is epoch ms. */
export function passing({ query = [], before, run }: Among, now: number): Condition {
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
    const asked = whereOf(query, now);
    ask(asked.sql, ...asked.values);
  }
  return { sql: sql.join(' AND '), values };
}

/** The same, to be asked several times: what has to be unpacked for it is unpacked once. */
export function passingOnce(db: Database, among: Among, now: number): Condition {
  const { sql, values } = passing(among, now);
  if (!needsWhole(among.query ?? [])) return { sql, values };
  const found = prepared(db, `SELECT seq FROM traces WHERE ${sql}`)
    .pluck()
    .all(...values);
  return { sql: 'seq IN (SELECT value FROM json_each(?))', values: [JSON.stringify(found)] };
}
