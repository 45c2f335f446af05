/** Contract of all stores, run against each of them. */

import { type Test, test } from 'tap';
import { type FilterQuery, parseFilter } from '../../src/domain/filter.js';
import type { Finding, Trace } from '../../src/domain/trace.js';
import { samplesOf } from '../../src/insight/metrics/samples.js';
import type { Clock } from '../../src/store/clock.js';
import type { AggregateBy, Selection, Store } from '../../src/store/store.js';
import { aFrame, aSpan, aTrace } from '../factory.js';

/** Sampling of the stores of the contract. */
export const sampling = { samplesOf, run: { key: 'k', start: 7, command: 'node app.js' } };

const DAY = 24 * 3600 * 1000;

/** A clock that is set by the test. */
export function aClock(
  now = Date.parse('2026-11-22T12:00:00Z'),
): Clock & { pass(ms: number): void; jump(ms: number): void } {
  let steady = 1000;
  return {
    now: () => now,
    steady: () => steady,
    pass: (ms) => {
      now += ms;
      steady += ms;
    },
    jump: (ms) => {
      now += ms;
    },
  };
}

function query(text: string): FilterQuery {
  const parsed = parseFilter(text);
  if ('trouble' in parsed) throw new Error(parsed.trouble);
  return parsed.query;
}

/** Runs the contract; `open` creates an empty store with a time to live of a day. */
export function contract(name: string, open: (t: Test, clock: Clock) => Store): void {
  const clock = aClock();
  const start = clock.now();
  const fresh = (t: Test) => open(t, clock);

  test(`${name}: a saved trace is found again, whole`, (t) => {
    const store = fresh(t);
    const trace = aTrace({
      start,
      url: '/a?b=日本語',
      params: { __proto__x: '1', id: 'x' },
      spans: Array.from({ length: 200 }, (_, n) => aSpan({ start: n, name: `select '\u0000\ud800 ${n}'` })),
      headers: {
        request: [
          ['Accept', '*/*'],
          ['Accept', 'a'],
        ],
      },
      findings: [
        {
          id: 'f1',
          kind: 'n+1',
          severity: 'high',
          message: 'm',
          spans: [0, 1],
          ms: 4,
          confidence: 0.9,
          reasons: [],
        },
      ],
    });
    store.save(trace);
    t.same(store.find(trace.id), trace);
    t.equal(store.find('unknown'), undefined);
    t.end();
  });

  test(`${name}: traces are copied when they are saved and when they are read`, (t) => {
    const store = fresh(t);
    const trace = aTrace({ start, method: 'GET' });
    store.save(trace);
    trace.method = 'PUT';
    store.find(trace.id)!.method = 'PATCH';
    t.equal(store.find(trace.id)?.method, 'GET');
    t.equal(store.recent({}, 1)[0]?.method, 'GET');
    t.end();
  });

  test(`${name}: a trace saved again replaces itself`, (t) => {
    const store = fresh(t);
    const trace = aTrace({ start, state: 'open', spans: [aSpan()] });
    store.save(trace);
    store.save({ ...trace, state: 'done', status: 500, spans: [aSpan(), aSpan()] });
    t.equal(store.find(trace.id)?.state, 'done');
    t.same(
      store.recent({}, 10).map(({ state, status, spans }) => ({ state, status, spans })),
      [{ state: 'done', status: 500, spans: 2 }],
    );
    t.end();
  });

  test(`${name}: the list is newest first, and has pages`, (t) => {
    const store = fresh(t);
    const at = (n: number) => aTrace({ start: start + n, url: `/${n}` });
    store.saveAll([at(2), at(5), at(1)]);
    store.saveAll([at(4), at(3)]);
    t.same(
      store.recent({}, 2).map(({ url }) => url),
      ['/5', '/4'],
    );
    t.same(
      store.recent({ before: start + 4 }, 2).map(({ url }) => url),
      ['/3', '/2'],
    );
    t.same(store.recent({}, 0), []);
    store.saveAll(['/first', '/second'].map((url) => aTrace({ start: start + 9, url })));
    t.equal(store.recent({}, 1)[0]?.url, '/second', 'of two at one instant, the one that came last');
    t.end();
  });

  test(`${name}: the list shows a trace's columns, without its spans`, (t) => {
    const store = fresh(t);
    const finding = {
      severity: 'high' as const,
      message: 'm',
      spans: [0],
      ms: 1,
      confidence: 1,
      reasons: [],
    };
    const spans = [aSpan({ duration: 2, wait: 3 }), aSpan({ duration: 4, error: 'no' })];
    const trace = aTrace({
      id: 'a',
      start,
      spans,
      findings: [
        { ...finding, id: '1', kind: 'n+1' },
        { ...finding, id: '2', kind: 'n+1' },
        { ...finding, id: '3', kind: 'slow' },
      ],
    });
    store.save(trace);
    const open = aTrace({ id: 'b', start: start + 1, state: 'open' });
    for (const missing of ['route', 'status', 'duration'] as const) delete open[missing];
    store.save(open);
    t.same(store.recent({}, 10), [
      {
        id: 'b',
        method: 'GET',
        url: '/orders',
        start: start + 1,
        state: 'open',
        totals: {},
        findings: [],
        spans: 0,
      },
      {
        id: 'a',
        method: 'GET',
        url: '/orders',
        route: '/orders',
        status: 200,
        start,
        duration: 12.5,
        state: 'done',
        totals: { sql: { count: 2, ms: 6, wait: 3, busy: 5, errors: 1 } },
        findings: ['n+1', 'slow'],
        spans: 2,
      },
    ]);
    t.end();
  });

  test(`${name}: each field of a selection narrows it, and all together do`, (t) => {
    const store = fresh(t);
    store.saveAll([
      aTrace({ id: 'a', start: start + 1, method: 'GET', url: '/Orders?page=2', status: 200, duration: 10 }),
      aTrace({ id: 'b', start: start + 2, method: 'POST', url: '/orders', status: 503, duration: 200 }),
      aTrace({ id: 'c', start: start + 3, method: 'POST', url: '/100%_off', status: 404, duration: 100 }),
    ]);
    const ids = (text: string, more: Selection = {}) =>
      store.recent({ query: query(text), ...more }, 10).map(({ id }) => id);
    t.same(ids('path:orders'), ['b', 'a']);
    t.same(ids('path:%_'), ['c']);
    t.same(ids('path:_rders'), []);
    t.same(ids('method=post'), ['c', 'b']);
    t.same(ids('status:404'), ['c']);
    t.same(ids('status:5xx'), ['b']);
    t.same(ids('slower:100ms'), ['c', 'b']);
    t.same(ids('method=POST status:4xx slower:100 path:off', { before: start + 4 }), ['c']);
    t.end();
  });

  test(`${name}: ids are found by their prefix`, (t) => {
    const store = fresh(t);
    store.saveAll(['ab10', 'ab2', 'a%c', 'b'].map((id, n) => aTrace({ id, start: start + n })));
    t.same(store.idsWith('ab', 10), ['ab2', 'ab10']);
    t.same(store.idsWith('ab1', 10), ['ab10']);
    t.same(store.idsWith('a%', 10), ['a%c']);
    t.same(store.idsWith('', 2), ['b', 'a%c']);
    t.same(store.idsWith('x', 10), []);
    t.end();
  });

  test(`${name}: what a request led to is found by it, in order`, (t) => {
    const store = fresh(t);
    const cause = aTrace({ start });
    const unit = { method: 'job', url: 'emails welcome', parent: cause.id };
    const later = aTrace({ ...unit, start: start + 20, state: 'failed' });
    const first = aTrace({ ...unit, start: start + 10 });
    store.saveAll([later, cause, aTrace({ start }), first]);
    t.same(
      store.children(cause.id, 9).map(({ id }) => id),
      [first.id, later.id],
    );
    t.same(
      store.children(cause.id, 1).map(({ id }) => id),
      [first.id],
    );
    const found = (text: string) => store.recent({ query: query(text) }, 9).map(({ id }) => id);
    t.same(found('unit:job'), [later.id, first.id]);
    t.same(found('failed'), [later.id]);
    t.equal(found('unit:request').length, 2);
    t.equal(found('errors').length, 1);
    t.end();
  });

  test(`${name}: traces of calls outside requests have their own list`, (t) => {
    const store = fresh(t);
    store.saveAll([aTrace({ id: 'in', start }), aTrace({ id: 'out', start, outside: true })]);
    t.same(
      store.recent({}, 10).map(({ id }) => id),
      ['in'],
    );
    t.same(
      store.outside(10).map(({ id }) => id),
      ['out'],
    );
    t.equal(store.find('out')?.outside, true);
    t.end();
  });

  test(`${name}: a source text is saved once, under its hash`, (t) => {
    const store = fresh(t);
    const text = `const name = '日本語';\n${'// long\n'.repeat(200)}`;
    const hash = store.saveSource({ file: 'src/orders.js', text });
    t.match(hash, /^[0-9a-f]{32}$/);
    t.equal(store.saveSource({ file: 'src/orders.js', text }), hash);
    t.same(store.source(hash), { file: 'src/orders.js', text });
    t.not(store.saveSource({ file: 'src/orders.js', text: '' }), hash);
    t.equal(store.source('0'.repeat(32)), undefined);
    t.end();
  });

  test(`${name}: a trace is gone after its time to live`, (t) => {
    const passing = aClock();
    const store = open(t, passing);
    store.save(aTrace({ id: 'old', start: passing.now() }));
    passing.pass(DAY - 1);
    t.same(store.idsWith('old', 1), ['old']);
    store.save(aTrace({ id: 'new', start: passing.now() }));
    passing.pass(1);
    t.equal(store.find('old'), undefined);
    t.same(store.idsWith('', 10), ['new']);
    t.same(
      store.recent({}, 10).map(({ id }) => id),
      ['new'],
    );
    t.end();
  });

  /** Two requests of one route with one statement at two lines, and a request of another route. */
  const shop = (): Trace[] => {
    const items = (line: number, duration: number) =>
      aSpan({ name: `select * from items where id = ${line}`, stack: [aFrame({ line })], duration });
    const failed = aSpan({
      name: 'select 1 from gone',
      error: 'no',
      duration: 5,
      stack: [aFrame({ line: 9 })],
    });
    const finding: Finding = {
      id: 'f1',
      kind: 'n+1',
      severity: 'high',
      message: 'it ran 3 times',
      spans: [0, 1, 2],
      site: 'src/orders.js:47',
      function: 'listOrders',
      ms: 6,
      confidence: 1,
      reasons: [],
    };
    const looping = [items(47, 1), items(47, 2), items(47, 3), items(50, 4)];
    return [
      aTrace({ id: 'a', start, duration: 20, spans: looping, findings: [finding] }),
      aTrace({ id: 'b', start: start + 1, duration: 10, spans: [items(50, 8)] }),
      aTrace({ id: 'c', start: start + 2, route: '/gone', url: '/gone', status: 500, spans: [failed] }),
      aTrace({ id: 'd', start: start + 3, outside: true, spans: [items(47, 100)] }),
    ];
  };

  test(`${name}: requests are aggregated by statement, by line, by route and by finding`, (t) => {
    const store = fresh(t);
    store.saveAll(shop());
    const rows = (by: AggregateBy, selection: Selection = {}) =>
      store
        .aggregates(by, selection)
        .map(({ kind, text, site, parts, count, requests, ms, p50, p95, errors, worst }) => [
          ...[kind, text, site, parts, count, requests, ms, p50, p95, errors, worst.id, worst.ms],
        ]);
    t.same(rows('statement'), [
      ['sql', 'SELECT * FROM items WHERE id = ?', 'src/orders.js:50', 2, 5, 2, 18, 3, 8, 0, 'b', 8],
      ['sql', 'SELECT ? FROM gone', 'src/orders.js:9', 1, 1, 1, 5, 5, 5, 1, 'c', 5],
    ]);
    t.same(rows('site'), [
      ['sql', 'SELECT * FROM items WHERE id = ?', 'src/orders.js:50', 1, 2, 2, 12, 4, 8, 0, 'b', 8],
      ['sql', 'SELECT * FROM items WHERE id = ?', 'src/orders.js:47', 1, 3, 1, 6, 2, 3, 0, 'a', 3],
      ['sql', 'SELECT ? FROM gone', 'src/orders.js:9', 1, 1, 1, 5, 5, 5, 1, 'c', 5],
    ]);
    t.same(rows('call'), rows('site'));
    t.same(rows('route'), [
      ['GET', '/orders', undefined, 1, 2, 2, 30, 10, 20, 0, 'a', 20],
      ['GET', '/gone', undefined, 1, 1, 1, 12.5, 12.5, 12.5, 1, 'c', 12.5],
    ]);
    t.same(rows('finding'), [['n+1', 'it ran 3 times', 'src/orders.js:47', 1, 1, 1, 6, 6, 6, 0, 'a', 3]]);
    t.same(
      store.aggregates('route', {}).map(({ queries, mostQueries }) => [queries, mostQueries]),
      [
        [5, 4],
        [1, 1],
      ],
    );
    const [found] = store.aggregates('finding', {});
    t.same([found?.route, found?.function], ['GET /orders', 'listOrders']);
    t.end();
  });

  test(`${name}: only selected requests are aggregated and listed`, (t) => {
    const store = fresh(t);
    store.saveAll(shop());
    const outcomeOf = (selection: Selection) => [
      store.aggregates('call', selection).reduce((sum, { count }) => sum + count, 0),
      store.recent(selection, 9).map(({ id }) => id),
    ];
    t.same(outcomeOf({}), [6, ['c', 'b', 'a']]);
    t.same(outcomeOf({ query: [[{ field: 'age', op: '<=', value: -1, not: false }]] }), [2, ['c', 'b']]);
    t.same(outcomeOf({ before: start + 1 }), [4, ['a']]);
    t.same(outcomeOf({ query: query('path:ORD') }), [5, ['b', 'a']]);
    t.same(outcomeOf({ query: query('status:5xx') }), [1, ['c']]);
    t.same(outcomeOf({ query: query('slower:20') }), [4, ['a']]);
    t.same(outcomeOf({ query: query('n1') }), [4, ['a']]);
    t.same(outcomeOf({ query: query('sql:gone') }), [1, ['c']]);
    t.same(outcomeOf({ query: query('!sql:gone path:/orders') }), [5, ['b', 'a']]);
    t.same(outcomeOf({ run: 1 }), [6, ['c', 'b', 'a']]);
    t.same(outcomeOf({ run: 2 }), [0, []]);
    t.same(store.runs(5), [{ number: 1, start: 7, command: 'node app.js', requests: 3 }]);
    t.end();
  });

  test(`${name}: a trace saved again is aggregated once, as it is now`, (t) => {
    const store = fresh(t);
    const trace = aTrace({ start, spans: [aSpan(), aSpan()] });
    store.save(trace);
    store.save({ ...trace, spans: [aSpan({ duration: 7 })] });
    t.same(
      store.aggregates('statement', {}).map(({ count, requests, ms }) => [count, requests, ms]),
      [[1, 1, 7]],
    );
    t.end();
  });

  test(`${name}: expired traces are not aggregated`, (t) => {
    const passing = aClock();
    const store = open(t, passing);
    store.save(aTrace({ start: passing.now(), spans: [aSpan()] }));
    passing.pass(DAY);
    t.same(store.aggregates('statement', {}), []);
    t.same(store.aggregates('route', {}), []);
    t.same(store.runs(5), []);
    t.end();
  });

  test(`${name}: a request without an end is counted`, (t) => {
    const store = fresh(t);
    const { duration: _, status: __, ...trace } = aTrace({ start, state: 'died', spans: [] });
    store.save(trace);
    t.same(
      store.aggregates('route', {}).map(({ count, errors, ms }) => [count, errors, ms]),
      [[1, 1, 0]],
    );
    t.end();
  });
}
