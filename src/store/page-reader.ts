/** Reads of the browser: pages by index, and slices of time for queries that no index serves. */

import type { BucketCounts } from '../domain/aggregate.js';
import { type Bin, BUCKET_SQL, TOTAL_SQL } from '../domain/histogram.js';
import { lossesOfRun, type RunLoss } from '../domain/losses.js';
import { FAILED_SQL, QUERIES_SQL, QUERY_TIME_SQL, REPEATED_SQL, WIN_SQL } from '../domain/request.js';
import { LISTED_SQL, ROUTINE_SQL } from '../domain/routine.js';
import type { SourceText } from '../domain/site.js';
import type { Summary, Trace } from '../domain/trace.js';
import { unpack } from './body.js';
import type { Connection } from './connection.js';
import { type Describe, skipDescribe, unpackTrace } from './document.js';
import type { SqlCondition } from './filter-sql.js';
import { ROUTE_SQL } from './sql-functions.js';
import { cachedStatement } from './statement-cache.js';
import { SUMMARY_COLUMNS, summaryOfRow, type TraceRow } from './statements.js';

/** Position of a request in time: start (epoch ms), then row number. */
export interface TimePosition {
  start: number;
  seq: number;
}

/** A request in a slice: its position and its sort key. */
export interface SliceRow extends TimePosition {
  key: number | string;
}

/** What was there, by which a later look knows whether something was removed. */
export interface Landmarks {
  last: { seq: number; id: string } | undefined;
  runs: number[];
  /** The run that began last, there or not; 0 before the first. */
  lastRun: number;
}

/** Totals of requests of one route and one histogram bucket. */
export interface RouteSlice extends BucketCounts {
  method: string;
  route: string;
  /** ms in SQL. */
  qtime: number;
  /** ms that mending would win. */
  win: number;
  /** Requests with an N+1 finding. */
  repeated: number;
}

/** Calls of a subject in one request and one histogram bucket. */
export interface HistorySlice extends Bin {
  /** Id of the request, and epoch ms of its start. */
  id: string;
  at: number;
}

/** Reads requests of any age and number; outside traces and expired traces are left out. */
export class PageReader {
  readonly #connection: Connection;
  readonly #describe: Describe;

  constructor(connection: Connection, describe: Describe = skipDescribe) {
    this.#connection = connection;
    this.#describe = describe;
  }

  #queryAll<T>(sql: string, ...values: (string | number)[]): T[] {
    return this.#connection.query((db) => cachedStatement(db, sql).all(...values) as T[]);
  }

  #queryOne<T>(sql: string, ...values: (string | number)[]): T | undefined {
    return this.#connection.query((db) => cachedStatement(db, sql).get(...values) as T | undefined);
  }

  now(): number {
    return this.#connection.clock.now();
  }

  /** Changes when another process has written, and when the file is another. */
  version(): number {
    return this.#connection.query(() => this.#connection.dataVersion());
  }

  /**
   * Requests up to `until` (epoch ms), newest first or oldest first: `limit` rows after the
   * position `after` and `skip` more rows.
   */
  newest(
    until: number,
    after: TimePosition | undefined,
    skip: number,
    limit: number,
    oldestFirst: boolean,
    where = '1',
  ): { row: Summary; position: TimePosition }[] {
    const [order, sign] = oldestFirst ? ['start, seq', '>'] : ['start DESC, seq DESC', '<'];
    const from = after ? `AND (start, seq) ${sign} (?, ?)` : '';
    // The subquery skips rows in the index alone; their columns are not read.
    const seqs = `SELECT seq FROM traces WHERE outside = 0 AND start <= ? AND expires > ? ${from} AND ${where} ORDER BY ${order} LIMIT ? OFFSET ?`;
    const sql = `SELECT seq, ${SUMMARY_COLUMNS} FROM traces WHERE seq IN (${seqs}) ORDER BY ${order}`;
    const position = after ? [after.start, after.seq] : [];
    const rows = this.#queryAll<TraceRow & { seq: number }>(sql, until, this.now(), ...position, limit, skip);
    return rows.map(({ seq, ...row }) => ({ row: summaryOfRow(row), position: { start: row.start, seq } }));
  }

  /** Number of requests. */
  count(): number {
    const all = this.#queryOne<{ n: number }>('SELECT count(*) AS n FROM traces WHERE outside = 0')!.n;
    // Without a comparison of instants counting takes a fifth of the time, and expired rows are
    // mostly deleted already.
    const expired = 'SELECT 1 FROM traces WHERE expires <= ? LIMIT 1';
    if (this.#queryOne(expired, this.now()) === undefined) return all;
    return this.countBetween(Number.NEGATIVE_INFINITY, Number.MAX_SAFE_INTEGER);
  }

  /** Number of routine ticks, by their index. */
  countRoutine(): number {
    const sql = `SELECT count(*) AS n FROM traces INDEXED BY traces_ticks WHERE ${ROUTINE_SQL} AND outside = 0 AND expires > ?`;
    return this.#queryOne<{ n: number }>(sql, this.now())!.n;
  }

  /** Number of requests that started after `after` and not after `until` (epoch ms). */
  countBetween(after: number, until: number, where = '1', values: (string | number)[] = []): number {
    const sql = `SELECT count(*) AS n FROM traces WHERE outside = 0 AND start > ? AND start <= ? AND expires > ? AND ${where}`;
    return this.#queryOne<{ n: number }>(sql, after, until, this.now(), ...values)!.n;
  }

  /** Row number of the trace that was saved last; 0 in an empty store. */
  lastSeq(): number {
    return this.#queryOne<{ seq: number | null }>('SELECT max(seq) AS seq FROM traces')?.seq ?? 0;
  }

  /** The trace that was saved last, and the runs: what is gone with requests that were removed. */
  landmarks(): Landmarks {
    const sql = 'SELECT seq, id FROM traces ORDER BY seq DESC LIMIT 1';
    const runs = this.#queryAll<{ id: number }>('SELECT id FROM runs').map(({ id }) => id);
    const begun = "SELECT seq FROM sqlite_sequence WHERE name = 'runs'";
    const lastRun = this.#queryOne<{ seq: number }>(begun)?.seq ?? 0;
    return { last: this.#queryOne<{ seq: number; id: string }>(sql), runs, lastRun };
  }

  /** What the newest run has not kept. */
  losses(): RunLoss[] {
    const losses = this.#connection.read((statements) => statements.losses.all(this.now()));
    if (losses.length === 0) return losses;
    const newest = this.#queryOne<{ id: number | null }>('SELECT max(id) AS id FROM runs')?.id;
    return lossesOfRun(losses, newest ?? 0);
  }

  /** Whether a row is still of the same trace. */
  holds({ seq, id }: { seq: number; id: string }): boolean {
    return this.#queryOne('SELECT 1 FROM traces WHERE seq = ? AND id = ?', seq, id) !== undefined;
  }

  /** Requests of the rows after `after` up to `until` that meet a condition, the last saved first. */
  lastSaved(after: number, until: number, { sql: where, values }: SqlCondition, limit: number): Summary[] {
    const sql = `SELECT ${SUMMARY_COLUMNS} FROM traces NOT INDEXED
      WHERE outside = 0 AND seq > ? AND seq <= ? AND expires > ? AND ${where} ORDER BY seq DESC LIMIT ?`;
    return this.#queryAll<TraceRow>(sql, after, until, this.now(), ...values, limit).map(summaryOfRow);
  }

  /**
   * Number of requests that were saved after the row `seq` and started not after `until` (epoch
   * ms).
   */
  countSince(seq: number, until: number, where = '1'): number {
    // NOT INDEXED scans by row number; the index of starts would be read completely.
    const sql = `SELECT count(*) AS n FROM traces NOT INDEXED WHERE outside = 0 AND seq > ? AND start <= ? AND ${where}`;
    return this.#queryOne<{ n: number }>(sql, seq, until)!.n;
  }

  /**
   * Offset of a request, newest first, in the list up to `until` (epoch ms); -1 if it is not in the
   * list.
   */
  position(id: string, until: number, where = '1'): number {
    const position = this.positionInTime(id, where);
    if (!position || position.start > until) return -1;
    const sameStart = `SELECT count(*) AS n FROM traces WHERE outside = 0 AND start = ? AND seq > ? AND expires > ? AND ${where}`;
    const same = this.#queryOne<{ n: number }>(sameStart, position.start, position.seq, this.now())!.n;
    return same + this.countBetween(position.start, until, where);
  }

  positionInTime(id: string, where = '1'): TimePosition | undefined {
    const sql = `SELECT start, seq FROM traces WHERE id = ? AND outside = 0 AND ${where}`;
    return this.#queryOne<TimePosition>(sql, id);
  }

  /**
   * Start (epoch ms) of the request `size` rows before an instant; undefined when there are fewer.
   */
  boundary(before: number, size: number): number | undefined {
    const sql =
      'SELECT start FROM traces WHERE outside = 0 AND start < ? ORDER BY start DESC LIMIT 1 OFFSET ?';
    return this.#queryOne<{ start: number }>(sql, before, size)?.start;
  }

  /**
   * Requests from `from` to before `before` (epoch ms) that meet a condition, newest first; `key`
   * is SQL of the sort key.
   */
  slice(from: number, before: number, { sql: where, values }: SqlCondition, key: string): SliceRow[] {
    const sql = `SELECT seq, start, ${key} AS key FROM traces WHERE outside = 0 AND start >= ? AND start < ? AND expires > ? AND ${where} ORDER BY start DESC, seq DESC`;
    return this.#queryAll<SliceRow>(sql, from, before, this.now(), ...values);
  }

  /** Totals of the same, by route and histogram bucket. */
  sliceByRoute(from: number, before: number, { sql: where, values }: SqlCondition): RouteSlice[] {
    const sql = `SELECT method, ${ROUTE_SQL} AS route, ${BUCKET_SQL} AS bucket, count(*) AS count,
      sum(${TOTAL_SQL}) AS total, sum(${FAILED_SQL}) AS errors, sum(${QUERIES_SQL}) AS queries,
      sum(${QUERY_TIME_SQL}) AS qtime, sum(${WIN_SQL}) AS win, sum(${REPEATED_SQL}) AS repeated
      FROM traces WHERE outside = 0 AND start >= ? AND start < ? AND expires > ? AND ${where} GROUP BY 1, 2, 3`;
    return this.#queryAll<RouteSlice>(sql, from, before, this.now(), ...values);
  }

  /** Summaries by row number, in the given order, without rows that were deleted meanwhile. */
  rows(seqs: number[]): Summary[] {
    if (seqs.length === 0) return [];
    const sql = `SELECT seq, ${SUMMARY_COLUMNS} FROM traces WHERE seq IN (SELECT value FROM json_each(?))`;
    const found = new Map(
      this.#queryAll<TraceRow & { seq: number }>(sql, JSON.stringify(seqs)).map(({ seq, ...row }) => [
        seq,
        row,
      ]),
    );
    return seqs.flatMap((seq) => {
      const row = found.get(seq);
      return row ? [summaryOfRow(row)] : [];
    });
  }

  find(id: string): Trace | undefined {
    return this.#connection.read((statements) => {
      const row = statements.find.get(id, this.now());
      return row && unpackTrace(row.body, this.#describe);
    });
  }

  /** The first units and requests of other apps that a request led to, in order. */
  children(parent: string, limit: number): Summary[] {
    return this.#connection.read((statements) =>
      statements.children.all(parent, this.now(), limit).map(summaryOfRow),
    );
  }

  /**
   * Calls of a subject, by its key, in those of the `newest` requests that have any, by histogram bucket;
   * the oldest request first.
   */
  history(key: string, newest: number): HistorySlice[] {
    // By the index of each request's figures: the subject may be in a million others.
    const sql = `SELECT t.id AS id, t.start AS at, f.bucket AS bucket, f.count AS count, f.total AS total
      FROM (SELECT seq, id, start FROM traces WHERE outside = 0 AND expires > ? ORDER BY start DESC LIMIT ?) AS t
      CROSS JOIN figures AS f INDEXED BY figures_trace ON f.trace = t.seq
      WHERE f.subject = (SELECT id FROM subjects WHERE key = ?) ORDER BY t.start, t.seq, f.bucket`;
    return this.#queryAll<HistorySlice>(sql, this.now(), newest, key);
  }

  source(hash: string): SourceText | undefined {
    return this.#connection.read((statements) => {
      const row = statements.source.get(hash);
      return row && { file: row.file, text: unpack(row.body) };
    });
  }

  /** Duration (ms), N+1 and failure of the newest requests, for the header's statistics, without routine ticks. */
  newestMeasures(limit: number): { duration: number | null; repeated: number; failed: number }[] {
    const sql = `SELECT duration, ${REPEATED_SQL} AS repeated, ${FAILED_SQL} AS failed
      FROM traces WHERE outside = 0 AND expires > ? AND ${LISTED_SQL} ORDER BY start DESC LIMIT ?`;
    return this.#queryAll(sql, this.now(), limit);
  }

  close(): void {
    this.#connection.close();
  }
}
