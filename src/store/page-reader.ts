/** Reads for a browser: pages out of any number of requests, and slices of them for what no index answers. */

import type { BucketCounts } from '../domain/aggregate.js';
import { BUCKET_SQL, TOTAL_SQL } from '../domain/histogram.js';
import { FAILED_SQL, QUERIES_SQL, QUERY_TIME_SQL, REPEATED_SQL } from '../domain/request.js';
import type { SourceText } from '../domain/site.js';
import type { Summary, Trace } from '../domain/trace.js';
import { unpack } from './body.js';
import type { Connection } from './connection.js';
import { type Describe, undescribed, unpackTrace } from './document.js';
import type { SqlCondition } from './filter-sql.js';
import { ROUTE_SQL } from './sql-functions.js';
import { cachedStatement } from './statement-cache.js';
import { SUMMARY_COLUMNS, summaryOfRow, type TraceRow } from './statements.js';

/** Where a request stands in time: its start (epoch ms), then its number. */
export interface TimePosition {
  start: number;
  seq: number;
}

/** What a slice tells of a request: its place, and what it is sorted by. */
export interface SliceRow extends TimePosition {
  key: number | string;
}

/** What requests of one route and one bucket of time add up to. */
export interface RouteSlice extends BucketCounts {
  method: string;
  route: string;
  /** ms. */
  qtime: number;
  repeated: number;
}

export class PageReader {
  readonly #connection: Connection;
  readonly #describe: Describe;

  constructor(connection: Connection, describe: Describe = undescribed) {
    this.#connection = connection;
    this.#describe = describe;
  }

  #all<T>(sql: string, ...values: (string | number)[]): T[] {
    return this.#connection.ask((db) => cachedStatement(db, sql).all(...values) as T[]);
  }

  #one<T>(sql: string, ...values: (string | number)[]): T | undefined {
    return this.#connection.ask((db) => cachedStatement(db, sql).get(...values) as T | undefined);
  }

  now(): number {
    return this.#connection.clock.now();
  }

  /** Answers a number that changes when another process has written. */
  version(): number {
    return this.#connection.ask((db) => db.pragma('data_version', { simple: true }) as number);
  }

  /** Answers requests newest first (or oldest first), from after a mark and past `skip` of them. */
  newest(
    until: number,
    after: TimePosition | undefined,
    skip: number,
    limit: number,
    oldestFirst: boolean,
  ): { row: Summary; mark: TimePosition }[] {
    const [order, sign] = oldestFirst ? ['start, seq', '>'] : ['start DESC, seq DESC', '<'];
    const from = after ? `AND (start, seq) ${sign} (?, ?)` : '';
    // What is passed over is passed over in the index alone: its rows are not read.
    const seqs = `SELECT seq FROM traces WHERE outside = 0 AND start <= ? AND expires > ? ${from} ORDER BY ${order} LIMIT ? OFFSET ?`;
    const sql = `SELECT seq, ${SUMMARY_COLUMNS} FROM traces WHERE seq IN (${seqs}) ORDER BY ${order}`;
    const marks = after ? [after.start, after.seq] : [];
    const rows = this.#all<TraceRow & { seq: number }>(sql, until, this.now(), ...marks, limit, skip);
    return rows.map(({ seq, ...row }) => ({ row: summaryOfRow(row), mark: { start: row.start, seq } }));
  }

  /** Answers how many requests there are. */
  count(): number {
    const kept = this.#one<{ n: number }>('SELECT count(*) AS n FROM traces WHERE outside = 0')!.n;
    // Counting takes a fifth of the time where no instants are compared, and mostly nothing has expired that was not swept.
    const gone = 'SELECT 1 FROM traces WHERE expires <= ? LIMIT 1';
    if (this.#one(gone, this.now()) === undefined) return kept;
    return this.countBetween(Number.NEGATIVE_INFINITY, Number.MAX_SAFE_INTEGER);
  }

  /** Answers how many requests started after an instant and up to another. */
  countBetween(after: number, until: number): number {
    const sql =
      'SELECT count(*) AS n FROM traces WHERE outside = 0 AND start > ? AND start <= ? AND expires > ?';
    return this.#one<{ n: number }>(sql, after, until, this.now())!.n;
  }

  /** Answers the number of the trace that was saved last. */
  last(): number {
    return this.#one<{ seq: number | null }>('SELECT max(seq) AS seq FROM traces')?.seq ?? 0;
  }

  /** Answers how many requests were first saved after a trace, and began up to an instant. */
  countSince(seq: number, until: number): number {
    // By number: the index of starts would have all of them read.
    const sql = 'SELECT count(*) AS n FROM traces NOT INDEXED WHERE outside = 0 AND seq > ? AND start <= ?';
    return this.#one<{ n: number }>(sql, seq, until)!.n;
  }

  /** Answers how many requests come before one when the newest is first; -1 if it is not there. */
  position(id: string, until: number): number {
    const mark = this.markOf(id);
    if (!mark || mark.start > until) return -1;
    const beside =
      'SELECT count(*) AS n FROM traces WHERE outside = 0 AND start = ? AND seq > ? AND expires > ?';
    const same = this.#one<{ n: number }>(beside, mark.start, mark.seq, this.now())!.n;
    return same + this.countBetween(mark.start, until);
  }

  /** Answers where a request stands in time. */
  markOf(id: string): TimePosition | undefined {
    return this.#one<TimePosition>('SELECT start, seq FROM traces WHERE id = ? AND outside = 0', id);
  }

  /** Answers the start (epoch ms) of the request that is `size` before an instant, to slice at; undefined when there are fewer. */
  boundary(before: number, size: number): number | undefined {
    const sql =
      'SELECT start FROM traces WHERE outside = 0 AND start < ? ORDER BY start DESC LIMIT 1 OFFSET ?';
    return this.#one<{ start: number }>(sql, before, size)?.start;
  }

  /** Answers the requests of a slice of time that satisfy a condition, newest first, with what they are sorted by. */
  slice(from: number, before: number, { sql: where, values }: SqlCondition, key: string): SliceRow[] {
    const sql = `SELECT seq, start, ${key} AS key FROM traces WHERE outside = 0 AND start >= ? AND start < ? AND expires > ? AND ${where} ORDER BY start DESC, seq DESC`;
    return this.#all<SliceRow>(sql, from, before, this.now(), ...values);
  }

  /** Answers what the requests of a slice add up to, by route and bucket of time. */
  sliceByRoute(from: number, before: number, { sql: where, values }: SqlCondition): RouteSlice[] {
    const sql = `SELECT method, ${ROUTE_SQL} AS route, ${BUCKET_SQL} AS bucket, count(*) AS count,
      sum(${TOTAL_SQL}) AS total, sum(${FAILED_SQL}) AS errors, sum(${QUERIES_SQL}) AS queries,
      sum(${QUERY_TIME_SQL}) AS qtime, sum(${REPEATED_SQL}) AS repeated
      FROM traces WHERE outside = 0 AND start >= ? AND start < ? AND expires > ? AND ${where} GROUP BY 1, 2, 3`;
    return this.#all<RouteSlice>(sql, from, before, this.now(), ...values);
  }

  /** Answers rows by their numbers, in that order; those that are gone are left out. */
  rows(seqs: number[]): Summary[] {
    if (seqs.length === 0) return [];
    const sql = `SELECT seq, ${SUMMARY_COLUMNS} FROM traces WHERE seq IN (SELECT value FROM json_each(?))`;
    const found = new Map(
      this.#all<TraceRow & { seq: number }>(sql, JSON.stringify(seqs)).map(({ seq, ...row }) => [seq, row]),
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

  source(hash: string): SourceText | undefined {
    return this.#connection.read((statements) => {
      const row = statements.source.get(hash);
      return row && { file: row.file, text: unpack(row.body) };
    });
  }

  /** Answers durations, repetitions and failures of the newest requests, for figures. */
  figures(limit: number): { duration: number | null; repeated: number; failed: number }[] {
    const sql = `SELECT duration, ${REPEATED_SQL} AS repeated, ${FAILED_SQL} AS failed
      FROM traces WHERE outside = 0 AND expires > ? ORDER BY start DESC LIMIT ?`;
    return this.#all(sql, this.now(), limit);
  }

  close(): void {
    this.#connection.close();
  }
}
