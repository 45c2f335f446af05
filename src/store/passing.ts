/** Which requests pass, as a condition of SQL. */

import type { Database } from 'better-sqlite3';
import { looksInside, matches, type Query } from '../query.js';
import type { Body } from './body.js';
import { type Describe, unpackTrace } from './document.js';
import { statusRange } from './filter.js';
import { prepared } from './prepared.js';
import type { Among } from './store.js';
import { type Condition, whereOf } from './where.js';

/** Answers the condition on a trace's columns that those which pass meet, and no other. */
export function passing(db: Database, among: Among, now: number, describe: Describe): Condition {
  // With a + before it, the newest are found by their index, and not by when they expire.
  const sql = ['outside = 0', '+expires > ?'];
  const values: (string | number)[] = [now];
  const ask = (condition: string, ...given: (string | number)[]) => {
    sql.push(condition);
    values.push(...given);
  };
  const { path, method, status, slower, before, since, query, run } = among;
  if (since !== undefined) ask('start >= ?', since);
  if (before !== undefined) ask('start < ?', before);
  if (method !== undefined) ask('method = ?', method.toUpperCase());
  if (status !== undefined) ask('status BETWEEN ? AND ?', ...(statusRange(status) ?? [1, 0]));
  if (slower !== undefined) ask('duration >= ?', slower);
  if (path !== undefined) ask('instr(lower(url), lower(?)) > 0', path);
  if (run !== undefined) ask('run = ?', run);
  const asked = query && whereOf(query, now);
  if (asked) ask(asked.sql, ...asked.values);
  const columns = { sql: sql.join(' AND '), values };
  return query?.some((all) => all.some(looksInside))
    ? lookingInside(db, columns, { query, now, describe })
    : columns;
}

/** What only the whole request knows is looked for in each that may have it. */
function lookingInside(
  db: Database,
  { sql, values }: Condition,
  { query, now, describe }: { query: Query; now: number; describe: Describe },
): Condition {
  const asked = `SELECT seq, body FROM traces JOIN bodies ON trace = seq WHERE ${sql} ORDER BY seq`;
  const bodies = prepared(db, asked).iterate(...values) as Iterable<{ seq: number; body: Body }>;
  const found: number[] = [];
  for (const { seq, body } of bodies) if (matches(query, unpackTrace(body, describe), now)) found.push(seq);
  return { sql: 'seq IN (SELECT value FROM json_each(?))', values: [JSON.stringify(found)] };
}
