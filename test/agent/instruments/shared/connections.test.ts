/** What the instruments of SQL clients tell of connections: queues, pools, bytes, ids, pauses, sources. */

import { join } from 'node:path';
import { test } from 'tap';
import type { Span, Trace } from '../../../../src/domain/trace.js';
import { mariadb, postgres, redis } from '../../../servers/index.js';
import { ask, ROOT, runRecorded } from '../../app.js';

interface Counts {
  max: number;
  open: number;
  idle: number;
  waiting: number;
}

const QUEUES = ['pgQueue', 'mysql2Queue', 'mysqlQueue'];
const FULL = {
  pgFull: 2,
  mysql2Full: 2,
  mysqlFull: 1,
  knexFull: 1,
  sequelizeFull: 1,
  genericFull: 1,
};
const BYTES = ['pgBytes', 'mysql2Bytes', 'postgresBytes', 'sqliteBytes'];
const INSERTS = { pgInsert: 1, postgresInsert: 2, sqliteInsert: 1 };
const STREAMS = ['pgStream', 'pgCursor', 'mysql2Stream', 'postgresCursor', 'sqliteIterate'];
/** Streams whose reader is as fast as the server: rows come one by one all the same. */
const FLOWING = ['mysql2Flowing', 'mysqlFlowing', 'mariadbFlowing', 'postgresEach'];
const WHOLE = ['mysql2Whole', 'mysqlWhole'];

test('facts of connections', async (t) => {
  const [pg, mysql, cache] = await Promise.all([postgres(t), mariadb(t), redis()]);
  const servers = { pgUrl: pg.url, mysqlUrl: mysql.url, redisUrl: cache.url };
  const shapes = [
    ...QUEUES,
    'redisQueue',
    ...Object.keys(FULL),
    ...BYTES,
    ...Object.keys(INSERTS),
    ...STREAMS,
    ...FLOWING,
    ...WHOLE,
  ];
  const { traces, stderr, code } = await runRecorded([join(ROOT, 'test/fixtures/connections.cjs')], {
    env: { SERVERS: JSON.stringify(servers), NODE_NO_WARNINGS: '1' },
    drive: async (url) => {
      for (const shape of [...shapes, 'sources', 'changeUser', 'end']) await ask(`${url}/${shape}`);
    },
  });
  t.equal(code, 0, stderr);
  t.equal(stderr, '');
  const spans = (shape: string) => spansOf(traces, shape);

  for (const shape of QUEUES) {
    const [first, second] = spans(shape).filter(({ name }) => name.includes('sleep'));
    t.ok(Number(first!.detail?.queue ?? 0) < Number(second!.detail?.queue), shape);
    t.ok(Number(second!.detail?.queue) > 0, `${shape}: the second query waited for the first`);
    t.equal(second!.wait, second!.detail?.queue, shape);
    t.ok(
      first!.duration! + second!.duration! <= traceOf(traces, shape).duration!,
      `${shape}: their times fit into the request`,
    );
  }
  t.ok(Number(spans('redisQueue')[0]!.detail?.queue) > 0, 'a command before the connection');

  for (const [shape, max] of Object.entries(FULL)) {
    const waited = spans(shape).filter(({ name }) => name.includes('sleep'));
    const pools = waited.map(({ detail }) => detail?.pool as Counts | undefined);
    const full = pools.find((pool) => pool && pool.max - pool.open + pool.idle <= pool.waiting);
    t.equal(full?.max, max, `${shape}: one asked while all were in use or wanted`);
  }

  for (const shape of BYTES) {
    const [span] = spans(shape);
    t.ok(Number(span!.detail?.bytes) >= 2_000_000 && Number(span!.detail?.bytes) < 2_001_000, shape);
  }
  for (const [shape, id] of Object.entries(INSERTS))
    t.equal(spans(shape).find(({ name }) => name.startsWith('insert'))?.detail?.insertId, id, shape);
  for (const shape of STREAMS) {
    const [span] = spans(shape);
    t.ok(Number(span!.detail?.paused) > 0, shape);
    t.ok(Number(span!.detail?.paused) <= span!.duration!, shape);
  }
  for (const shape of FLOWING) t.type(spans(shape)[0]?.detail?.paused, 'number', shape);
  for (const shape of WHOLE) t.equal(spans(shape)[0]?.detail?.paused, undefined, shape);

  const sources = spans('sources').map(({ detail }) => detail?.source);
  t.equal(new Set(sources).size, 6, 'two pools, postgres.js, a database without a pool, two of SQLite');
  t.equal(sources[3], sources[4], 'clients without a pool lead to the same database');
  t.equal(spans('changeUser')[0]?.name, 'CHANGE USER');
});

function traceOf(traces: Trace[], shape: string): Trace {
  return traces.find(({ url }) => url === `/${shape}`)!;
}

function spansOf(traces: Trace[], shape: string): Span[] {
  return traceOf(traces, shape).spans.filter(
    ({ kind, name }) => kind !== 'log' && kind !== 'dns' && name !== '',
  );
}
