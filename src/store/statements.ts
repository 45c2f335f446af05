/** Fixed SQL statements of the store, and the mapping of traces to rows. */

import type { RunLoss } from '../domain/losses.js';
import type { Summary, Trace } from '../domain/trace.js';
import type { PackedBody } from './body.js';
import type { Database } from './database.js';
import { packTrace } from './document.js';
import { summaryOf } from './filter-match.js';

/** Columns of `traces` that make a summary. */
export const SUMMARY_COLUMNS =
  'id, method, url, route, status, start, duration, state, totals, findings, win, spans';

/** Summary columns of a row of `traces`; `totals` and `findings` are JSON. */
export interface TraceRow {
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
  win: number | null;
  spans: number;
}

type SavedRow = TraceRow & { parent: string | null; outside: 0 | 1; expires: number; run: number | null };

type SavedValues = [
  ...[id: string, method: string, url: string, route: string | null, status: number | null],
  ...[start: number, duration: number | null, state: string, totals: string, findings: string],
  ...[win: number | null, spans: number],
  ...[parent: string | null, outside: number, expires: number, run: number | null],
];

/** Columns of a row of `subjects`. */
export interface SubjectRow {
  key: string;
  of: string;
  kind: string;
  text: string;
  site: string | null;
  function: string | null;
  route: string | null;
}

/** Prepared statements of one connection. */
export function prepareStatements(db: Database) {
  return {
    ...writersOf(db),
    ...readersOf(db),
    ...deletersOf(db),
    /**
     * Subjects by key, as far as this connection has seen them; to be cleared whenever one may have
     * been deleted, or a transaction was undone.
     */
    knownSubjects: new Map<string, { id: number; site: string | null }>(),
  };
}

/** Columns of a row of `figures`. */
export type FigureRow = [
  subject: number,
  bucket: number,
  trace: number,
  count: number,
  total: number,
  errors: number,
  queries: number,
  byText: number | null,
  byKey: number | null,
  bySite: number | null,
];

function writersOf(db: Database) {
  return {
    // Without RETURNING, which takes four times as long as the row itself.
    saveNew: db.prepare<SavedValues>(
      `INSERT INTO traces (${SUMMARY_COLUMNS}, parent, outside, expires, run)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    ),
    save: db.prepare<[SavedRow], { seq: number }>(
      `INSERT INTO traces (${SUMMARY_COLUMNS}, parent, outside, expires, run)
       VALUES (@id, @method, @url, @route, @status, @start, @duration, @state, @totals, @findings, @win, @spans, @parent, @outside, @expires, @run)
       ON CONFLICT (id) DO UPDATE SET
         (${SUMMARY_COLUMNS}, parent, outside, expires, run) =
         (@id, @method, @url, @route, @status, @start, @duration, @state, @totals, @findings, @win, @spans, @parent, @outside, @expires, @run)
       RETURNING seq`,
    ),
    saveBody: db.prepare<[number | bigint, PackedBody]>(
      'INSERT INTO bodies (trace, body) VALUES (?, ?) ON CONFLICT (trace) DO UPDATE SET body = excluded.body',
    ),
    // REPLACE, because two findings with one id, or two texts with one hash, must not fail the save of a
    // request. A row a statement: one of several rows could fail half-way, so SQLite would copy each page
    // that it is about to change into a file of its own, which took half of a save.
    saveFigure: db.prepare<FigureRow>('INSERT OR REPLACE INTO figures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    saveRun: db.prepare<[key: string, start: number, command: string], { id: number }>(
      'INSERT INTO runs (key, start, command) VALUES (?, ?, ?) RETURNING id',
    ),
    saveLoss: db.prepare<[run: number, reason: string, requests: number, expires: number]>(
      `INSERT INTO losses (run, reason, requests, expires) VALUES (?, ?, ?, ?)
       ON CONFLICT (run, reason) DO UPDATE SET requests = requests + excluded.requests, expires = excluded.expires`,
    ),
    saveSubject: db.prepare<[SubjectRow], { id: number }>(
      `INSERT INTO subjects (key, of, kind, text, site, function, route)
       VALUES (@key, @of, @kind, @text, @site, @function, @route)
       ON CONFLICT (key) DO UPDATE SET text = @text, site = @site
       RETURNING id`,
    ),
    saveSource: db.prepare<[hash: string, file: string, body: PackedBody, expires: number]>(
      `INSERT INTO sources (hash, file, body, expires) VALUES (?, ?, ?, ?)
       ON CONFLICT (hash) DO UPDATE SET expires = max(expires, excluded.expires)`,
    ),
    keepSource: db.prepare<[expires: number, hash: string]>('UPDATE sources SET expires = ? WHERE hash = ?'),
  };
}

function readersOf(db: Database) {
  return {
    run: db.prepare<[key: string], { id: number }>('SELECT id FROM runs WHERE key = ?'),
    subject: db.prepare<[key: string], { id: number; site: string | null }>(
      'SELECT id, site FROM subjects WHERE key = ?',
    ),
    subjectsOf: db.prepare<[traces: string], { subject: number }>(
      'SELECT DISTINCT subject FROM figures WHERE trace IN (SELECT value FROM json_each(?))',
    ),
    find: db.prepare<[string, number], { body: PackedBody }>(
      'SELECT body FROM traces JOIN bodies ON trace = seq WHERE id = ? AND expires > ?',
    ),
    idsWith: db.prepare<[from: string, to: string, now: number, limit: number], { id: string }>(
      'SELECT id FROM traces WHERE id >= ? AND id < ? AND expires > ? ORDER BY start DESC, seq DESC LIMIT ?',
    ),
    outside: db.prepare<[number, number], TraceRow>(
      `SELECT ${SUMMARY_COLUMNS} FROM traces WHERE outside = 1 AND expires > ? ORDER BY start DESC, seq DESC LIMIT ?`,
    ),
    children: db.prepare<[parent: string, now: number, limit: number], TraceRow>(
      `SELECT ${SUMMARY_COLUMNS} FROM traces WHERE parent = ? AND expires > ? ORDER BY start, seq LIMIT ?`,
    ),
    newest: db.prepare<[], { start: number | null }>(
      'SELECT max(start) AS start FROM traces WHERE outside = 0',
    ),
    losses: db.prepare<[now: number], RunLoss>(
      'SELECT run, reason, requests FROM losses WHERE expires > ? ORDER BY run DESC, reason',
    ),
    sourceExpiry: db.prepare<[string], { expires: number }>('SELECT expires FROM sources WHERE hash = ?'),
    source: db.prepare<[string], { file: string; body: PackedBody }>(
      'SELECT file, body FROM sources WHERE hash = ?',
    ),
  };
}

function deletersOf(db: Database) {
  return {
    dropFigures: db.prepare<[trace: number]>('DELETE FROM figures WHERE trace = ?'),
    dropUnused: db.prepare<[subject: number]>(
      'DELETE FROM subjects WHERE id = ? AND NOT EXISTS (SELECT 1 FROM figures WHERE subject = subjects.id)',
    ),
    expired: db.prepare<[now: number, limit: number], { seq: number }>(
      'SELECT seq FROM traces WHERE expires <= ? ORDER BY expires LIMIT ?',
    ),
    oldest: db.prepare<[limit: number], { seq: number }>('SELECT seq FROM traces ORDER BY seq LIMIT ?'),
    tracesOfRuns: db.prepare<[runs: string, limit: number], { seq: number; outside: 0 | 1 }>(
      'SELECT seq, outside FROM traces WHERE run IN (SELECT value FROM json_each(?)) LIMIT ?',
    ),
    dropTraces: dropperOf(db),
    dropExpiredSources: db.prepare<[now: number, limit: number]>(
      'DELETE FROM sources WHERE hash IN (SELECT hash FROM sources WHERE expires <= ? ORDER BY expires LIMIT ?)',
    ),
    dropRuns: db.prepare<[]>(
      `DELETE FROM runs WHERE NOT EXISTS (SELECT 1 FROM traces WHERE run = runs.id)
       AND NOT EXISTS (SELECT 1 FROM losses WHERE run = runs.id)`,
    ),
    dropExpiredLosses: db.prepare<[now: number]>('DELETE FROM losses WHERE expires <= ?'),
    dropLosses: db.prepare<[runs: string]>(
      'DELETE FROM losses WHERE run IN (SELECT value FROM json_each(?))',
    ),
    dropOldestSources: db.prepare<[limit: number]>(
      'DELETE FROM sources WHERE hash IN (SELECT hash FROM sources ORDER BY expires LIMIT ?)',
    ),
  };
}

/** Deletes traces by a JSON array of their numbers, with all that refers to them. */
function dropperOf(db: Database): (traces: string) => void {
  const columns = ['figures.trace', 'bodies.trace', 'traces.seq'].map((name) => name.split('.'));
  const statements = columns.map(([table, column]) =>
    db.prepare<[traces: string]>(`DELETE FROM ${table} WHERE ${column} IN (SELECT value FROM json_each(?))`),
  );
  return (traces) => {
    for (const statement of statements) statement.run(traces);
  };
}

export type Statements = ReturnType<typeof prepareStatements>;

/** Values of a row in the order of its columns: bound by position in a third of the time. */
export function savedValuesOf(row: Omit<SavedRow, 'run'>, run: number | null): SavedValues {
  const { id, method, url, route, status, start, duration, state } = row;
  const summary = [id, method, url, route, status, start, duration, state] as const;
  return [
    ...summary,
    row.totals,
    row.findings,
    row.win,
    row.spans,
    row.parent,
    row.outside,
    row.expires,
    run,
  ];
}

/** Row and body of a trace; `expires` is epoch ms. */
export function traceRowOf(trace: Trace, expires: number): { row: Omit<SavedRow, 'run'>; body: PackedBody } {
  const {
    route = null,
    status = null,
    duration = null,
    win = null,
    totals,
    findings,
    ...rest
  } = summaryOf(trace);
  const json = { totals: JSON.stringify(totals), findings: JSON.stringify(findings) };
  const outside = trace.outside ? 1 : 0;
  return {
    row: { ...rest, ...json, route, status, duration, win, parent: trace.parent ?? null, outside, expires },
    body: packTrace(trace),
  };
}

/** Summary of a row. */
export function summaryOfRow(row: TraceRow): Summary {
  const { route, status, duration, win, totals, findings, ...rest } = row;
  return {
    ...rest,
    ...(route !== null && { route }),
    ...(status !== null && { status }),
    ...(duration !== null && { duration }),
    ...(win !== null && { win }),
    totals: JSON.parse(totals) as Summary['totals'],
    findings: JSON.parse(findings) as string[],
  };
}
