/** Every statement of the database, prepared once. */

import type { Database } from 'better-sqlite3';
import type { Trace } from '../trace.js';
import type { Body } from './body.js';
import { packTrace } from './document.js';
import { summaryOf } from './filter.js';
import type { Summary } from './store.js';

const COLUMNS = 'id, method, url, route, status, start, duration, state, totals, findings, spans';

/** A trace's columns as SQLite keeps them. */
export interface Row {
  id: string;
  method: string;
  url: string;
  route: string | null;
  status: number | null;
  start: number;
  duration: number | null;
  state: Trace['state'];
  totals: string;
  findings: string;
  spans: number;
}

type Written = Row & { outside: 0 | 1; expires: number };

/** What `recent` asks; null asks nothing. */
export interface Question {
  before: number;
  now: number;
  method: string | null;
  low: number | null;
  high: number | null;
  slower: number | null;
  path: string | null;
  limit: number;
}

/** Answers the statements of one connection, ready to run. */
export function prepare(db: Database) {
  return {
    save: db.prepare<[Written], { seq: number }>(
      `INSERT INTO traces (${COLUMNS}, outside, expires)
       VALUES (@id, @method, @url, @route, @status, @start, @duration, @state, @totals, @findings, @spans, @outside, @expires)
       ON CONFLICT (id) DO UPDATE SET
         (${COLUMNS}, outside, expires) =
         (@id, @method, @url, @route, @status, @start, @duration, @state, @totals, @findings, @spans, @outside, @expires)
       RETURNING seq`,
    ),
    saveBody: db.prepare<[number | bigint, Body]>(
      'INSERT INTO bodies (trace, body) VALUES (?, ?) ON CONFLICT (trace) DO UPDATE SET body = excluded.body',
    ),
    find: db.prepare<[string, number], { body: Body }>(
      'SELECT body FROM traces JOIN bodies ON trace = seq WHERE id = ? AND expires > ?',
    ),
    idsWith: db.prepare<[from: string, to: string, now: number, limit: number], { id: string }>(
      'SELECT id FROM traces WHERE id >= ? AND id < ? AND expires > ? ORDER BY start DESC, seq DESC LIMIT ?',
    ),
    recent: db.prepare<[Question], Row>(
      `SELECT ${COLUMNS} FROM traces
       WHERE outside = 0 AND start < @before AND expires > @now
         AND (@low IS NULL OR status BETWEEN @low AND @high)
         AND (@slower IS NULL OR duration >= @slower)
         AND (@method IS NULL OR method = @method)
         AND (@path IS NULL OR instr(lower(url), lower(@path)) > 0)
       ORDER BY start DESC, seq DESC LIMIT @limit`,
    ),
    outside: db.prepare<[number, number], Row>(
      `SELECT ${COLUMNS} FROM traces WHERE outside = 1 AND expires > ? ORDER BY start DESC, seq DESC LIMIT ?`,
    ),
    newest: db.prepare<[], { start: number | null }>(
      'SELECT max(start) AS start FROM traces WHERE outside = 0',
    ),
    saveSource: db.prepare<[hash: string, file: string, body: Body, expires: number]>(
      `INSERT INTO sources (hash, file, body, expires) VALUES (?, ?, ?, ?)
       ON CONFLICT (hash) DO UPDATE SET expires = max(expires, excluded.expires)`,
    ),
    keepSource: db.prepare<[expires: number, hash: string]>('UPDATE sources SET expires = ? WHERE hash = ?'),
    sourceExpiry: db.prepare<[string], { expires: number }>('SELECT expires FROM sources WHERE hash = ?'),
    source: db.prepare<[string], { file: string; body: Body }>(
      'SELECT file, body FROM sources WHERE hash = ?',
    ),
    dropExpired: db.prepare<[now: number, limit: number]>(
      'DELETE FROM traces WHERE seq IN (SELECT seq FROM traces WHERE expires <= ? ORDER BY expires LIMIT ?)',
    ),
    dropExpiredSources: db.prepare<[now: number, limit: number]>(
      'DELETE FROM sources WHERE hash IN (SELECT hash FROM sources WHERE expires <= ? ORDER BY expires LIMIT ?)',
    ),
    dropOldest: db.prepare<[limit: number]>(
      'DELETE FROM traces WHERE seq IN (SELECT seq FROM traces ORDER BY seq LIMIT ?)',
    ),
    dropOldestSources: db.prepare<[limit: number]>(
      'DELETE FROM sources WHERE hash IN (SELECT hash FROM sources ORDER BY expires LIMIT ?)',
    ),
  };
}

export type Statements = ReturnType<typeof prepare>;

/** Answers the columns and the body under which a trace is kept. */
export function rowOf(trace: Trace, expires: number): { row: Written; body: Body } {
  const { route = null, status = null, duration = null, totals, findings, ...rest } = summaryOf(trace);
  const texts = { totals: JSON.stringify(totals), findings: JSON.stringify(findings) };
  const outside = trace.outside ? 1 : 0;
  return {
    row: { ...rest, ...texts, route, status, duration, outside, expires },
    body: packTrace(trace),
  };
}

/** Answers the summary that the columns hold. */
export function summaryFrom(row: Row): Summary {
  const { route, status, duration, totals, findings, ...rest } = row;
  return {
    ...rest,
    ...(route !== null && { route }),
    ...(status !== null && { status }),
    ...(duration !== null && { duration }),
    totals: JSON.parse(totals) as Summary['totals'],
    findings: JSON.parse(findings) as string[],
  };
}
