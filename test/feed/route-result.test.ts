/** The list by route over a store that is written to. */

import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import type { RouteRow } from '../../src/feed/feed.js';
import { StoreFeed } from '../../src/feed/store-feed.js';
import { Connection } from '../../src/store/connection.js';
import { PageReader } from '../../src/store/page-reader.js';
import { SqliteStore } from '../../src/store/sqlite.js';
import { until } from '../scooby.js';
import { traceAt } from '../tui/fake.js';

test('the list by route is kept up to date by its newest requests, and goes on while they come', async (t) => {
  const connect = (path: string, more: Sqlite.Options) => new Sqlite(path, more);
  const options = { connect, path: join(t.testdir(), 'scooby.db'), ttl: 1e13, maxSize: 1e9, warn: t.fail };
  const store = new SqliteStore(options);
  store.saveAll(Array.from({ length: 60 }, (_, n) => traceAt(n)));
  const feed = new StoreFeed(new PageReader(new Connection({ ...options, readonly: true })), '');
  t.teardown(() => {
    feed.close();
    store.close();
  });
  const all = { query: [] };
  let rows: RouteRow[] = [];
  const load = async () => {
    rows = await feed.routes(all);
  };
  const countOf = (route: string) => rows.find((row) => row.route === route)?.count ?? 0;
  const total = () => rows.reduce((sum, { count }) => sum + count, 0);
  const stop = feed.subscribe(load);
  await load();
  await until(() => total() === 60, 'every request');
  const aLate = (n: number) => ({
    ...{ ...traceAt(0), route: '/late', url: '/late' },
    ...{ id: `e${n}000000-0000-4000-8000-000000000000`, start: Date.now() },
  });
  store.saveAll([aLate(1)]);
  await until(() => countOf('/late') === 1, 'the first');
  store.saveAll([aLate(2), aLate(3)]);
  await until(() => countOf('/late') === 3, 'all three');
  t.equal(total(), 63);
  stop();
});
