import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { type FilterQuery, parseFilter } from '../../src/domain/filter.js';
import { queryTimeOf } from '../../src/domain/request.js';
import { LISTED_QUERY } from '../../src/domain/routine.js';
import type { Trace } from '../../src/domain/trace.js';
import type { ListQuery, RouteRow, Sort, SortKey, StatementPoint } from '../../src/feed/feed.js';
import { END_OF_TIME, FilterResult } from '../../src/feed/filter-result.js';
import { StoreFeed } from '../../src/feed/store-feed.js';
import { callKey, samplesOf } from '../../src/insight/metrics/samples.js';
import type { Clock } from '../../src/store/clock.js';
import { Connection } from '../../src/store/connection.js';
import { databaseFiles } from '../../src/store/files.js';
import { PageReader } from '../../src/store/page-reader.js';
import { SqliteStore } from '../../src/store/sqlite.js';
import { traceAt } from '../tui/fake.js';
import { MemoryFeed } from '../tui/memory-feed.js';

const connect = (path: string, options: Sqlite.Options) => new Sqlite(path, options);
const warn = (message: string) => {
  throw new Error(message);
};

function storeOptions(path: string) {
  return { connect, path, ttl: 1e13, maxSize: 1e9, warn, samplesOf };
}

const connection = (path: string) => new Connection({ ...storeOptions(path), readonly: true });

/** A store with the newest of the generated requests, the same in memory, and a feed over each. */
function bothFeeds(t: Test, count: number, more: { ttl?: number; clock?: Clock } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'scooby-feed-'));
  const path = join(folder, 'scooby.db');
  const options = { ...storeOptions(path), ...more };
  const store = new SqliteStore(options);
  const traces = Array.from({ length: count }, (_, n) => traceAt(n));
  store.saveAll(traces.toReversed());
  const feed = new StoreFeed(new PageReader(new Connection({ ...options, readonly: true })), path);
  t.teardown(() => {
    feed.close();
    store.close();
    rmSync(folder, { recursive: true });
  });
  return { store, feed, memory: new MemoryFeed(traces), path };
}

/** Waits, from change to change that the feed tells of, until a count is as expected. */
function follow(t: Test, feed: StoreFeed): (list: ListQuery, expected: number) => Promise<void> {
  let notify = () => {};
  t.teardown(feed.subscribe(() => notify()));
  return async (list, expected) => {
    while ((await feed.count(list)) !== expected) await new Promise<void>((resolve) => (notify = resolve));
  };
}

function query(text: string): FilterQuery {
  const parsed = parseFilter(text);
  if ('trouble' in parsed) throw new Error(parsed.trouble);
  return parsed.query;
}

/** Routes once every match is added up: until then those so far are shown. */
async function allRoutes(feed: StoreFeed, selection: ListQuery): Promise<RouteRow[]> {
  const matching = await feed.count(selection);
  for (;;) {
    const rows = await feed.routes(selection);
    if (rows.reduce((sum, { count }) => sum + count, 0) === matching) return rows;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const TIME: Sort = { by: 'time', reverse: false };

const FILTERS = [
  '',
  'n1',
  '!n1',
  'status>=400',
  'status:5xx',
  '!status:5xx',
  'slower:100ms',
  'faster:20ms',
  'method:post',
  'path:orders page=3',
  'route:/api/users',
  'queries>4',
  'qtime>500ms',
  'err',
  'died',
  'open',
  'sql:items',
  '!sql:items',
  'log:failed',
  'http:pay',
  'rpc:shipping',
  'cache:session',
  'host:localhost',
  'host:elsewhere',
  'n1 or died',
  'sql:stock or path:health',
  'id:a0000007',
  'age<20s',
  '404',
  'search',
  'stock',
  '!stock',
  'orders.js:15',
  'stock or page=3',
  'nothing-like-that',
  'PATH:Orders',
  '%',
  'api_users',
  'a\\b',
  '(n1 or died) path:orders',
  '!(status:5xx or n1)',
  'errors',
  'status>=4xx',
];

test('a filter matches the same requests as in memory, in the same order', async (t) => {
  const { feed, memory } = bothFeeds(t, 300);
  for (const text of FILTERS) {
    const selection = { query: query(text), until: traceAt(0).start };
    // The feed in memory takes the start of its newest request for now.
    if (text.startsWith('age')) continue;
    const wanted = await memory.page(selection, TIME, 0, 1000);
    let found = await feed.page(selection, TIME, 0, 1000);
    if (found.length < wanted.length) {
      await feed.count(selection);
      found = await feed.page(selection, TIME, 0, 1000);
    }
    t.same(
      found.map((row) => row.id),
      wanted.map((row) => row.id),
      text,
    );
    t.equal(await feed.count(selection), wanted.length, `how many: ${text}`);
  }
});

test('every sort order is the same as in memory, in both directions, page by page', async (t) => {
  const { feed, memory } = bothFeeds(t, 250);
  for (const by of ['time', 'duration', 'queries', 'qtime', 'win', 'status', 'path'] as SortKey[]) {
    for (const reverse of [false, true]) {
      const sort = { by, reverse };
      const selection = { query: [], until: traceAt(0).start };
      await feed.page(selection, sort, 0, 1);
      for (const offset of [0, 100, 200]) {
        const [found, wanted] = [
          await feed.page(selection, sort, offset, 100),
          await memory.page(selection, sort, offset, 100),
        ];
        const key = (row: (typeof found)[number]) =>
          ({
            time: row.start,
            duration: row.duration ?? 0,
            queries: row.totals.sql?.count ?? 0,
            qtime: queryTimeOf(row),
            win: row.win ?? 0,
            status: row.status ?? 0,
            path: row.url,
          })[by];
        t.same(found.map(key), wanted.map(key), `${by} ${reverse} ${offset}`);
      }
    }
  }
});

test('a request is found by its id, whole, and at its offset', async (t) => {
  const { feed } = bothFeeds(t, 300);
  const all = { query: [] };
  t.equal(await feed.position(all, TIME, traceAt(123).id), 123);
  t.equal(await feed.position({ query: query('n1') }, TIME, traceAt(11).id), 1);
  t.equal(await feed.position({ query: query('n1') }, TIME, traceAt(10).id), -1);
  t.equal(await feed.position(all, TIME, 'unknown'), -1);
  t.same(await feed.find(traceAt(7).id), JSON.parse(JSON.stringify(traceAt(7))));
  t.same(
    (await feed.page(all, TIME, 290, 100)).map((row) => row.id),
    Array.from({ length: 10 }, (_, n) => traceAt(290 + n).id),
  );
  t.same(
    (await feed.page({ query: [], ids: [traceAt(5).id, traceAt(99).id] }, TIME, 0, 10)).map((row) => row.id),
    [traceAt(5).id, traceAt(99).id],
  );
});

test('requests that began at the same instant have different offsets', async (t) => {
  const { store, feed } = bothFeeds(t, 5);
  const start = traceAt(0).start + 1;
  const ids = ['c0000001', 'c0000002', 'c0000003'].map((id) => `${id}-0000-4000-8000-000000000000`);
  store.saveAll(ids.map((id) => ({ ...traceAt(0), id, start })));
  const all = { query: [] };
  t.same(await Promise.all(ids.map((id) => feed.position(all, TIME, id))), [2, 1, 0]);
  t.equal(await feed.position(all, TIME, traceAt(0).id), 3);
  t.equal(await feed.position({ query: [], until: traceAt(0).start }, TIME, ids[0]!), -1);
});

test('expired requests are neither shown nor counted, deleted or not', async (t) => {
  let now = 1e12;
  const clock = { now: () => now, steady: () => 0 };
  const { store, feed } = bothFeeds(t, 10, { ttl: 60_000, clock });
  now += 60_001;
  store.saveAll([{ ...traceAt(0), id: 'c0000001-0000-4000-8000-000000000000', start: traceAt(0).start + 1 }]);
  t.equal(await feed.count({ query: [] }), 1);
  t.equal((await feed.page({ query: [] }, TIME, 0, 10)).length, 1);
});

test('totals by route are the same as in memory', async (t) => {
  const { feed, memory } = bothFeeds(t, 200);
  const selection = { query: [], until: traceAt(0).start };
  const rounded = (rows: Awaited<ReturnType<typeof feed.routes>>) =>
    rows.map((row) => ({ ...row, mean: Math.round(row.mean), qtime: Math.floor(row.qtime + 0.25) }));
  t.same(rounded(await allRoutes(feed, selection)), rounded(await memory.routes(selection)));
});

test('totals by route include only requests that match, also for a filter on the calls', async (t) => {
  const { feed, memory } = bothFeeds(t, 200);
  const until = traceAt(0).start;
  for (const text of ['sql:stock', '!sql:items', 'log:failed or n1', 'host:elsewhere']) {
    const selection = { query: query(text), until };
    const counted = (rows: Awaited<ReturnType<typeof feed.routes>>) =>
      rows.map(({ method, route, count, errors, p95 }) => [method, route, count, errors, p95]);
    t.same(counted(await allRoutes(feed, selection)), counted(await memory.routes(selection)), text);
  }
});

test('requests of another process are reported, counted, and shown where the list follows', async (t) => {
  const { store, feed } = bothFeeds(t, 20);
  const counted = follow(t, feed);
  const until = traceAt(0).start;
  const notified = new Promise<void>((resolve) => {
    t.teardown(feed.subscribe(resolve));
  });
  const late = { ...traceAt(1), id: 'b0000000-0000-4000-8000-000000000000', start: until + 500 };
  t.equal(await feed.count({ query: [] }), 20);
  t.equal(await feed.count({ query: query('n1') }), 2);
  store.saveAll([late]);
  await notified;
  t.equal(await feed.count({ query: [] }), 21);
  // What has a filter is not scanned at each change.
  await counted({ query: query('n1') }, 3);
  t.equal((await feed.page({ query: [] }, TIME, 0, 1))[0]?.id, late.id);
  t.equal((await feed.page({ query: query('n1') }, TIME, 0, 1))[0]?.id, late.id);
  t.equal(await feed.countNewer({ query: [], until }), 1);
  t.equal(await feed.countNewer({ query: query('n1'), until }), 1);
  t.equal(await feed.countNewer({ query: query('died'), until }), 0);
  t.equal(await feed.countNewer({ query: query('sql:items'), until }), 1);
  t.equal(
    await feed.countNewer({ query: query('sql:nothing-like-that'), until }),
    0,
    'not all requests with SQL calls',
  );
  t.equal(await feed.count({ query: [], until }), 20);
});

/** Reader whose slices take longer than a turn of the loop may. */
class SlowReader extends PageReader {
  override slice(...args: Parameters<PageReader['slice']>): ReturnType<PageReader['slice']> {
    const rows = super.slice(...args);
    for (const end = performance.now() + 8; performance.now() < end; );
    return rows;
  }
}

const lateTrace = (n: number) => ({ ...traceAt(1), id: `b000000${n}-0000-4000-8000-000000000000` });

test('a change is told at the end of a scan that takes several turns', async (t) => {
  const { store, path } = bothFeeds(t, 20);
  const feed = new StoreFeed(new SlowReader(connection(path)), path);
  t.teardown(() => feed.close());
  const counted = follow(t, feed);
  t.equal(await feed.count({ query: query('n1') }), 2);
  store.saveAll([lateTrace(1)]);
  await counted({ query: query('n1') }, 3);
});

test('a change while the first scan goes on is scanned after it', async (t) => {
  const { store, path } = bothFeeds(t, 20);
  const reader = new SlowReader(connection(path));
  t.teardown(() => reader.close());
  let changed = () => {};
  const result = new FilterResult(reader, query('n1'), TIME, END_OF_TIME, undefined, {
    onError: (error) => t.fail(String(error)),
    onProgress: () => changed(),
  });
  t.equal(result.complete, false);
  store.saveAll([lateTrace(1)]);
  const told = new Promise<void>((resolve) => (changed = resolve));
  result.rescanNewest();
  t.equal(await result.count(), 2);
  await told;
  t.equal(await result.count(), 3);
});

test('what the newest run has not kept is among the figures', async (t) => {
  const { feed, path } = bothFeeds(t, 20);
  t.notOk('losses' in (await feed.stats()));
  const run = (key: string) =>
    new SqliteStore({ ...storeOptions(path), run: { key, start: 1, command: 'node app.js' } });
  const first = run('first');
  first.noteLoss({ requests: 3, reason: 'a lock' });
  await first.finish();
  t.same((await feed.stats()).losses, [{ run: 1, requests: 3, reason: 'a lock' }]);
  const second = run('second');
  second.saveAll([traceAt(40)]);
  t.notOk('losses' in (await feed.stats()), 'an older run');
  first.close();
  second.close();
});

test('a store that is emptied is read anew, also by others', async (t) => {
  const { store, feed } = bothFeeds(t, 20);
  let notify = () => {};
  t.teardown(feed.subscribe(() => notify()));
  t.equal(await feed.count({ query: [] }), 20);
  t.equal(await feed.count({ query: query('n1') }), 2);
  t.equal((await feed.routes({ query: [] })).length > 0, true);
  const isEmpty = async () => (await feed.count({ query: [] })) === 0;
  await store.remove('all');
  while (!(await isEmpty())) await new Promise<void>((resolve) => (notify = resolve));
  t.equal(await feed.count({ query: query('n1') }), 0);
  t.same(await feed.routes({ query: [] }), []);
  t.equal((await feed.stats()).total, 0);
});

test('a store that is emptied and filled again between two looks is read anew', async (t) => {
  const { store, feed } = bothFeeds(t, 20);
  const counts = follow(t, feed);
  t.equal(await feed.count({ query: query('n1') }), 2);
  const unrepeated = Array.from({ length: 60 }, (_, n) => traceAt(100 + n)).filter(
    ({ findings }) => findings.length === 0,
  );
  const removed = store.remove('all');
  store.saveAll(unrepeated);
  await removed;
  t.ok(unrepeated.length > 20, 'more than there were');
  await counts({ query: query('n1') }, 0);
  t.equal(await feed.count({ query: [] }), unrepeated.length);
});

test('a run that is removed from the middle is neither counted nor leaves gaps', async (t) => {
  const { store, feed, path } = bothFeeds(t, 20);
  const saveRun = (key: string, from: number) => {
    const run = { key, start: 1, command: 'node app.js' };
    const other = new SqliteStore({ ...storeOptions(path), run });
    other.saveAll(Array.from({ length: 10 }, (_, n) => traceAt(from + n)));
    other.close();
  };
  saveRun('first', 20);
  saveRun('second', 30);
  const counts = follow(t, feed);
  t.equal(await feed.count({ query: [] }), 40);
  const slowest: Sort = { by: 'duration', reverse: false };
  t.equal((await feed.page({ query: [] }, slowest, 0, 100)).length, 40);
  t.equal(await feed.count({ query: [] }), 40);
  t.equal(await store.remove([1]), 10);
  await counts({ query: [] }, 30);
  t.equal((await feed.page({ query: [] }, slowest, 0, 100)).length, 30);
  t.equal((await feed.page({ query: [] }, TIME, 0, 100)).length, 30);
  t.equal(await feed.count({ query: [] }), 30);
});

test('a file that is another now is read anew', async (t) => {
  const { feed, path } = bothFeeds(t, 20);
  const counts = follow(t, feed);
  t.equal(await feed.count({ query: query('n1') }), 2);
  t.equal(await feed.count({ query: [] }), 20);
  for (const file of databaseFiles(path)) rmSync(file, { force: true });
  const other = new SqliteStore(storeOptions(path));
  t.teardown(() => other.close());
  other.saveAll([{ ...traceAt(1), findings: [] }]);
  await counts({ query: query('n1') }, 0);
  t.equal(await feed.count({ query: [] }), 1);
});

test('the statistics are of the newest requests', async (t) => {
  const { feed, memory, path } = bothFeeds(t, 100);
  t.same(await feed.stats(), { total: 100, p50: 42, p95: 1263, errors: 0.2, repeated: 10 });
  t.equal((await memory.stats()).repeated, 10);
  t.same(feed.status(), { live: feed.status().live, place: path, app: traceAt(0).app });
});

test('SQL in a filter value is only a value', async (t) => {
  const { feed } = bothFeeds(t, 30);
  t.equal(await feed.count({ query: query(`path:"')" sql:"') OR 1=1--"`) }), 0);
  t.equal(await feed.count({ query: query("'") }), 0);
  t.equal(await feed.count({ query: query('%') }), 0);
});

test('an unreadable database is reported in words, and read again once it is readable', async (t) => {
  const { store, feed, path } = bothFeeds(t, 20);
  store.close();
  const whole = new Sqlite(path);
  whole.pragma('wal_checkpoint(TRUNCATE)');
  whole.close();
  copyFileSync(path, `${path}.good`);
  copyFileSync(path, `${path}.newer`);
  const newer = new Sqlite(`${path}.newer`);
  newer.pragma('user_version = 99');
  newer.close();
  let notify = () => {};
  const next = () => new Promise<void>((resolve) => (notify = resolve));
  t.teardown(feed.subscribe(() => notify()));
  renameSync(`${path}.newer`, path);
  await next();
  t.match(feed.status().trouble, /written by a newer scooby/);
  await t.rejects(Promise.resolve(feed.page({ query: [] }, TIME, 0, 10)), /newer scooby/);
  await t.rejects(Promise.resolve(feed.find(traceAt(0).id)), /newer scooby/);
  await t.rejects(Promise.resolve(feed.stats()), /newer scooby/);
  renameSync(`${path}.good`, path);
  await next();
  t.equal(feed.status().trouble, undefined);
  t.equal((await feed.page({ query: [] }, TIME, 0, 10)).length, 10);
});

test('a list without a filter leaves routine ticks out, by pages and in every order', async (t) => {
  const { feed, store } = bothFeeds(t, 30);
  const { status: _, ...request } = traceAt(0);
  const tick = {
    ...request,
    method: 'tick',
    url: 'poll',
    state: 'done' as const,
    findings: [],
    spans: [],
    totals: {},
  };
  const aTick = (n: number, more: Partial<Trace> = {}) => ({
    ...{ ...tick, id: `f${n}000000-0000-4000-8000-000000000000`, start: traceAt(n).start + 0.5 },
    ...more,
  });
  store.saveAll([aTick(1), aTick(2), aTick(3, { state: 'failed' })]);
  const ticksOf = async (selection: ListQuery, sort: Sort) =>
    (await feed.page(selection, sort, 0, 100))
      .filter(({ method }) => method === 'tick')
      .map(({ id }) => id[1]);
  const listed = { query: LISTED_QUERY };
  t.same(await ticksOf(listed, TIME), ['3']);
  t.same(await ticksOf(listed, { by: 'time', reverse: true }), ['3']);
  t.same(await ticksOf({ query: [] }, TIME), ['1', '2', '3']);
  t.same(await ticksOf({ query: query('unit:tick') }, TIME), ['1', '2', '3']);
  t.equal(await feed.count(listed), 31);
  t.equal(await feed.position(listed, TIME, aTick(3).id), 3);
  t.equal(await feed.position(listed, TIME, aTick(1).id), -1);
  t.match(await feed.stats(), { total: 31, routine: 2 });
});

test('headlines of those that have one; a request that is gone has none', (t) => {
  const { feed } = bothFeeds(t, 3);
  const ids = [0, 1, 2].map((n) => traceAt(n).id);
  t.same(feed.headlines([...ids, 'gone']), {
    [ids[1]!]: { severity: 'high', site: 'src/orders.js:15', text: 'ran 48 queries' },
  });
  t.end();
});

test('requests that another led to', (t) => {
  const { feed, store } = bothFeeds(t, 3);
  const [parent, child] = [traceAt(1), { ...traceAt(6), id: 'c', parent: traceAt(1).id }];
  store.saveAll([child]);
  t.same(
    [feed.children(parent.id), feed.children('c')].map((rows) =>
      (rows as { id: string }[]).map(({ id }) => id),
    ),
    [['c'], []],
  );
  t.end();
});

test('history of a statement at a line: its requests, the oldest first', (t) => {
  const { feed } = bothFeeds(t, 20);
  const [span] = traceAt(1).spans.slice(3);
  const { kind, library, site, shape } = span!;
  const points = feed.history(callKey({ kind, library, shape: shape.text, site: site! }));
  t.same(
    (points as StatementPoint[]).map(({ id, at, calls }) => [id, at, calls]),
    [11, 1].map((n) => [traceAt(n).id, traceAt(n).start, 48]),
  );
  t.same(feed.history('nothing'), []);
  t.end();
});
