/** Measures of a request, compared between memory and SQL. */

import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import { BUCKET_SQL, binsOf, TOTAL_SQL } from '../../src/domain/histogram.js';
import {
  ERRORS_SQL,
  FAILED_SQL,
  hasErrors,
  hasRepeatedCalls,
  isFailed,
  QUERIES_SQL,
  QUERY_TIME_SQL,
  queriesOf,
  queryTimeOf,
  REPEATED_SQL,
  statusTextOf,
} from '../../src/domain/request.js';
import { routeNameOf } from '../../src/domain/route.js';
import type { Trace } from '../../src/domain/trace.js';
import { summaryOf } from '../../src/store/filter-match.js';
import { addFunctions, ROUTE_SQL } from '../../src/store/sql-functions.js';
import { SqliteStore } from '../../src/store/sqlite.js';
import { aSpan, aTrace } from '../factory.js';

const finding = (kind: string) => ({
  ...{ id: kind, kind, severity: 'high' as const, message: '', spans: [], ms: 1, confidence: 1, reasons: [] },
});
const omit = (trace: Trace, ...names: ('route' | 'status' | 'duration')[]) => {
  for (const name of names) delete trace[name];
  return trace;
};
const failing = aSpan({ error: 'no' });
const named = aSpan({ kind: 'errors' });

/** Requests with their expected `isFailed` and `hasErrors`. */
const REQUESTS: [name: string, failed: boolean, wrong: boolean, trace: Trace][] = [
  ['done', false, false, aTrace()],
  ['404', false, false, aTrace({ status: 404 })],
  ['499', false, false, aTrace({ status: 499 })],
  ['500', true, true, aTrace({ status: 500 })],
  ['503, and still open', true, true, aTrace({ status: 503, state: 'open' })],
  ['died', true, true, omit(aTrace({ state: 'died' }), 'status', 'duration')],
  ['died after its 200', true, true, aTrace({ state: 'died' })],
  ['open', false, false, omit(aTrace({ state: 'open' }), 'status', 'duration')],
  ['aborted', false, false, omit(aTrace({ aborted: true }), 'status')],
  ['a call failed', false, true, aTrace({ spans: [aSpan(), failing] })],
  ['a kind called errors', false, false, aTrace({ spans: [named] })],
  ['a kind called errors, one of which failed', false, true, aTrace({ spans: [{ ...named, error: 'no' }] })],
  ['a kind with that text', false, false, aTrace({ spans: [aSpan({ kind: '"errors":1' })] })],
  ['repeated', false, false, aTrace({ findings: [finding('slow'), finding('N+1-cache')] })],
  ['slow', false, false, aTrace({ findings: [finding('slow'), finding('1')] })],
  ['no route', false, false, omit(aTrace({ url: '/orders/7/items?page=2' }), 'route')],
];

test('measures of a request are equal in TypeScript and SQL', (t) => {
  const path = join(t.testdir(), 'scooby.db');
  const connect = (file: string, options: Sqlite.Options) => new Sqlite(file, options);
  const store = new SqliteStore({ connect, path, ttl: 1e9, maxSize: 1e9, warn: t.fail });
  const times = [0, 0.001, 0.0011, 0.5, 1.05, 1.1, 1.21, 999.9995, 1000, 86_400_000];
  const grid = Array.from({ length: 400 }, (_, n) => Math.round(1.1 ** (n / 3) * 1000) / 1e6);
  const timed = [...times, ...grid].map((duration) => aTrace({ duration }));
  const traces = [...REQUESTS.map(([, , , trace]) => trace), ...timed];
  store.saveAll(traces);
  store.close();
  const db = new Sqlite(path);
  addFunctions(db);
  const sql = `SELECT ${FAILED_SQL} AS failed, ${ERRORS_SQL} AS wrong, ${QUERIES_SQL} AS queries, ${QUERY_TIME_SQL} AS qtime,
    ${REPEATED_SQL} AS repeated, ${ROUTE_SQL} AS route, ${BUCKET_SQL} AS bucket, ${TOTAL_SQL} AS total FROM traces ORDER BY seq`;
  t.same(
    db.prepare(sql).all(),
    traces.map((trace) => {
      const summary = summaryOf(trace);
      const [{ bucket, total } = { bucket: 0, total: 0 }] = binsOf([summary.duration]);
      return {
        ...{
          failed: Number(isFailed(summary)),
          wrong: Number(hasErrors(summary)),
          queries: queriesOf(summary),
        },
        ...{
          qtime: queryTimeOf(summary),
          repeated: Number(hasRepeatedCalls(summary)),
          route: routeNameOf(summary),
        },
        ...{ bucket, total },
      };
    }),
  );
  db.close();
  t.end();
});

test('a request failed when its status is 500 or more, or it died; it has errors also when a call failed', (t) => {
  for (const [name, failed, wrong, trace] of REQUESTS) {
    t.equal(isFailed(trace), failed, name);
    t.equal(hasErrors(trace), wrong, name);
  }
  t.end();
});

test('the status as text is how a request without a response ended', (t) => {
  t.equal(statusTextOf({ status: 200, state: 'done' }), '200');
  t.equal(statusTextOf({ status: 502, state: 'died' }), '502');
  t.equal(statusTextOf({ state: 'died' }), 'died');
  t.equal(statusTextOf({ state: 'done' }), 'aborted');
  t.equal(statusTextOf({ state: 'open' }), 'open');
  t.equal(statusTextOf({ state: 'done', method: 'GET' }), 'aborted');
  t.equal(statusTextOf({ state: 'done', method: 'job' }), 'done');
  t.equal(statusTextOf({ state: 'failed', method: 'job' }), 'failed');
  t.end();
});
