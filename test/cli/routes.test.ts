/** Count, errors and p95 of a route: the same in every command and in the browser. */

import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { routeAggregates } from '../../src/cli/print/by-route-and-run.js';
import { diffRuns } from '../../src/cli/select/difference.js';
import { queryFromOptions } from '../../src/cli/select/filter-options.js';
import type { Trace } from '../../src/domain/trace.js';
import { StoreFeed } from '../../src/feed/store-feed.js';
import { breachesOf } from '../../src/insight/metrics/breaches.js';
import { requestFactsOf } from '../../src/insight/metrics/request-facts.js';
import { samplesOf } from '../../src/insight/metrics/samples.js';
import { Connection } from '../../src/store/connection.js';
import { MemoryStore } from '../../src/store/memory.js';
import { PageReader } from '../../src/store/page-reader.js';
import { SqliteStore } from '../../src/store/sqlite.js';
import type { Store } from '../../src/store/store.js';
import { resolveAction } from '../../src/tui/input/resolve-action.js';
import { initialState } from '../../src/tui/state/state.js';
import { aSpan, aTrace } from '../factory.js';

const run = { key: 'k', start: 7, command: 'node app.js' };

function without(trace: Trace, ...names: ('route' | 'status' | 'duration')[]): Trace {
  for (const name of names) delete trace[name];
  return trace;
}

/** Requests in every state, most of one route; 30 of them differ within one bucket of durations. */
function requests(): Trace[] {
  const pattern = { route: '/orders/:id', url: '/orders/7' };
  return [
    ...Array.from({ length: 30 }, (_, n) => aTrace({ ...pattern, duration: 100 + n / 10 })),
    aTrace({ ...pattern, duration: 480, spans: [aSpan(), aSpan({ error: 'no' })] }),
    aTrace({ ...pattern, duration: 490, status: 503 }),
    aTrace({ ...pattern, duration: 900, status: 404 }),
    without(aTrace({ ...pattern, state: 'died' }), 'status', 'duration'),
    without(aTrace({ ...pattern, state: 'open' }), 'status', 'duration'),
    without(aTrace({ ...pattern, aborted: true, duration: 15.25 }), 'status'),
    without(aTrace({ url: '/users/42/mail?page=2', duration: 3.333 }), 'route'),
    without(aTrace({ url: '/users/43/mail', duration: 3.334, status: 500 }), 'route'),
    without(aTrace({ url: '/users/x/mail', duration: 0, state: 'died' }), 'route'),
    without(aTrace({ url: '/gone', status: 404, state: 'died' }), 'route', 'duration'),
    aTrace({ method: 'POST', url: '/gone', route: '/gone', duration: 1e5, status: 200 }),
    aTrace({ method: 'POST', url: '/say?"', route: '/say"', duration: 2 }),
    aTrace({ outside: true, duration: 5, state: 'died' }),
  ];
}

/** Count, errors, p95 (ms). */
const EXPECTED = {
  'GET /orders/:id': [36, 2, 485],
  'GET /users/#/mail': [2, 1, 3.334],
  'GET /users/x/mail': [1, 1, 0],
  'GET /gone': [1, 1, 0],
  'POST /gone': [1, 0, 1e5],
  'POST /say"': [1, 0, 2],
};

function openStores(t: Test) {
  const path = join(t.testdir(), 'scooby.db');
  const connect = (file: string, options: Sqlite.Options) => new Sqlite(file, options);
  const options = { connect, path, ttl: 1e9, maxSize: 1e9, warn: t.fail, samplesOf, run };
  const store = new SqliteStore(options);
  const memory = new MemoryStore(options);
  for (const each of [store, memory]) each.saveAll(requests());
  const feed = new StoreFeed(new PageReader(new Connection({ ...options, readonly: true })), path);
  t.teardown(() => {
    feed.close();
    store.close();
  });
  return { store, memory, feed };
}

const routesOf = async (store: Store) =>
  Object.fromEntries(
    (await routeAggregates(store, {})).map(({ kind, text, count, errors, p95 }) => [
      `${kind} ${text}`,
      [count, errors, p95],
    ]),
  );

test('list, top and the browser show the same count, errors and p95 of each route', async (t) => {
  const { store, memory, feed } = openStores(t);
  t.same(await routesOf(store), EXPECTED);
  t.same(await routesOf(memory), EXPECTED);
  t.same(
    Object.fromEntries(
      (await store.aggregates('route', {})).map(({ kind, text, count, errors, p95 }) => [
        `${kind} ${text}`,
        [count, errors, p95],
      ]),
    ),
    EXPECTED,
  );
  t.same(
    Object.fromEntries(
      (await feed.routes({ query: [] })).map(({ method, route, count, errors, p95 }) => [
        `${method} ${route}`,
        [count, errors, p95],
      ]),
    ),
    EXPECTED,
  );
});

test('check judges the same routes by the same p95', (t) => {
  const facts = requests()
    .filter(({ outside }) => !outside)
    .map(requestFactsOf);
  const count = (route: string) => facts.filter((request) => request.route === route).length;
  const broken = breachesOf({ p95: -1 }, facts).filter(({ rule }) => rule === 'p95');
  t.same(
    Object.fromEntries(broken.map(({ route, value }) => [route, [count(route), value]])),
    Object.fromEntries(Object.entries(EXPECTED).map(([route, [all, , p95]]) => [route, [all, p95]])),
  );
  t.end();
});

test('diff --runs and the header show the same errors and p95', async (t) => {
  const { store, feed } = openStores(t);
  const [only] = await store.runs(1);
  const { metrics } = await diffRuns(store, only!, only!);
  const after = (name: string) => metrics.find((metric) => metric.name === name)?.after;
  const stats = await feed.stats();
  t.same([after('requests'), after('errors'), after('p95'), after('p50')], [42, 5, stats.p95, stats.p50]);
  t.equal(stats.errors, 5 / 42);
});

test('enter on a route lists as many requests as the route counts', async (t) => {
  const { feed } = openStores(t);
  const routes = await feed.routes({ query: [] });
  for (const [at, route] of routes.entries()) {
    const state = initialState(80, 24);
    const list = { ...state.list, view: 'routes' as const, cursor: { at, top: 0 } };
    const viewModel = {
      state: { ...state, focus: 'list' as const, list },
      list: { routes },
      page: { entries: [] },
    };
    const action = resolveAction({ type: 'open' }, viewModel as never);
    if (action.type !== 'route') return t.fail(`${route.route} lists nothing`);
    t.equal(await feed.count({ query: queryFromOptions([action.filter], {}) }), route.count, action.filter);
  }
});

test('the filter finds the requests that count as errors', async (t) => {
  const { store } = openStores(t);
  const countOf = async (filter: string) =>
    (await store.recent({ query: queryFromOptions([filter], {}) }, 100)).length;
  t.equal(await countOf('status>=500 or died'), 5);
  t.equal(await countOf('errors'), 6, 'and one in which a call failed');
});
