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

function aFinding(id: string): Finding {
  return {
    ...{ id, kind: 'n+1', severity: 'high', message: 'a loop', spans: [], ms: 4, confidence: 1, reasons: [] },
  };
}

/** Saves traces, and waits until they can be read. */
function save(store: Store, ...traces: Trace[]): Promise<void> {
  store.saveAll(traces);
  return store.flushed();
}

/** Runs the contract; `open` creates an empty store with a time to live of a day. */
export function contract(name: string, open: (t: Test, clock: Clock) => Store | Promise<Store>): void {
  const clock = aClock();
  const start = clock.now();
  const fresh = (t: Test) => open(t, clock);

  test(`${name}: runs are removed, and nothing else is`, async (t) => {
    const store = await fresh(t);
    await save(store, aTrace({ start }), aTrace({ start, outside: true }), aTrace({ start: start + 1 }));
    const [run] = await store.runs(10);
    const [bytes] = await store.runBytes([run!.number, 999]);
    t.ok(bytes! > 100, `${bytes}`);
    t.equal((await store.runBytes([999]))[0], 0);
    t.equal(await store.remove([999]), 0);
    t.equal((await store.recent({}, 10)).length, 2);
    t.equal(await store.remove([run!.number]), 2);
    t.same([...(await store.recent({}, 10)), ...(await store.outside(10)), ...(await store.runs(10))], []);
    t.same(await store.aggregates('route', {}), []);
    await save(store, aTrace({ start }));
    t.equal((await store.runs(10))[0]?.requests, 1, 'what comes later is stored');
    const hash = store.saveSource({ file: 'a.js', text: 'a' });
    await store.flushed();
    t.equal(await store.remove('all'), 1);
    t.same(await store.source(hash), { file: 'a.js', text: 'a' }, 'its run has saved it once');
    t.same([...(await store.recent({}, 10)), ...(await store.runs(10))], []);
  });

  test(`${name}: a saved trace is found again, whole`, async (t) => {
    const store = await fresh(t);
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
    await save(store, trace);
    t.same(await store.find(trace.id), trace);
    t.equal(await store.find('unknown'), undefined);
  });

  test(`${name}: traces are copied when they are saved and when they are read`, async (t) => {
    const store = await fresh(t);
    const trace = aTrace({ start, method: 'GET' });
    await save(store, trace);
    trace.method = 'PUT';
    (await store.find(trace.id))!.method = 'PATCH';
    t.equal((await store.find(trace.id))?.method, 'GET');
    t.equal((await store.recent({}, 1))[0]?.method, 'GET');
  });

  test(`${name}: a trace saved again replaces itself`, async (t) => {
    const store = await fresh(t);
    const trace = aTrace({ start, state: 'open', spans: [aSpan()] });
    await save(store, trace);
    await save(store, { ...trace, state: 'done', status: 500, spans: [aSpan(), aSpan()] });
    t.equal((await store.find(trace.id))?.state, 'done');
    t.same(
      (await store.recent({}, 10)).map(({ state, status, spans }) => ({ state, status, spans })),
      [{ state: 'done', status: 500, spans: 2 }],
    );
  });

  test(`${name}: the list is newest first, and has pages`, async (t) => {
    const store = await fresh(t);
    const at = (n: number) => aTrace({ start: start + n, url: `/${n}` });
    await save(store, at(2), at(5), at(1));
    await save(store, at(4), at(3));
    t.same(
      (await store.recent({}, 2)).map(({ url }) => url),
      ['/5', '/4'],
    );
    t.same(
      (await store.recent({ before: start + 4 }, 2)).map(({ url }) => url),
      ['/3', '/2'],
    );
    t.same(await store.recent({}, 0), []);
    await save(store, ...['/first', '/second'].map((url) => aTrace({ start: start + 9, url })));
    t.equal((await store.recent({}, 1))[0]?.url, '/second', 'of two at one instant, the one that came last');
  });

  test(`${name}: the list shows a trace's columns, without its spans`, async (t) => {
    const store = await fresh(t);
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
    await save(store, trace);
    const open = aTrace({ id: 'b', start: start + 1, state: 'open' });
    for (const missing of ['route', 'status', 'duration'] as const) delete open[missing];
    await save(store, open);
    t.same(await store.recent({}, 10), [
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
  });

  test(`${name}: the row has what mending wins, and filters ask for it`, async (t) => {
    const store = await fresh(t);
    const winning = (id: string, ...wins: (number | undefined)[]) =>
      aTrace({
        id,
        start,
        findings: wins.map((win, n) => ({ ...aFinding(`${id} ${n}`), ...(win !== undefined && { win }) })),
      });
    await save(store, winning('a', 12, 61.5, undefined), winning('b', 0.01), winning('c', 3));
    const wins = async (selection: Selection) =>
      (await store.recent(selection, 10)).map(({ id, win }) => `${id} ${win}`).sort();
    t.same(await wins({}), ['a 61.5', 'b undefined', 'c 3']);
    t.same(await wins({ query: query('win>2ms') }), ['a 61.5', 'c 3']);
    t.same(await wins({ query: query('win<1') }), ['b undefined']);
    t.same((await store.summaries(['a']))[0]?.win, 61.5);
  });

  test(`${name}: each field of a selection narrows it, and all together do`, async (t) => {
    const store = await fresh(t);
    await save(
      store,
      aTrace({ id: 'a', start: start + 1, method: 'GET', url: '/Orders?page=2', status: 200, duration: 10 }),
      aTrace({ id: 'b', start: start + 2, method: 'POST', url: '/orders', status: 503, duration: 200 }),
      aTrace({ id: 'c', start: start + 3, method: 'POST', url: '/100%_off', status: 404, duration: 100 }),
    );
    const ids = async (text: string, more: Selection = {}) =>
      (await store.recent({ query: query(text), ...more }, 10)).map(({ id }) => id);
    t.same(await ids('path:orders'), ['b', 'a']);
    t.same(await ids('path:%_'), ['c']);
    t.same(await ids('path:_rders'), []);
    t.same(await ids('method=post'), ['c', 'b']);
    t.same(await ids('status:404'), ['c']);
    t.same(await ids('status:5xx'), ['b']);
    t.same(await ids('slower:100ms'), ['c', 'b']);
    t.same(await ids('method=POST status:4xx slower:100 path:off', { before: start + 4 }), ['c']);
  });

  test(`${name}: ids are found by their prefix`, async (t) => {
    const store = await fresh(t);
    await save(store, ...['ab10', 'ab2', 'a%c', 'b'].map((id, n) => aTrace({ id, start: start + n })));
    t.same(await store.idsWith('ab', 10), ['ab2', 'ab10']);
    t.same(await store.idsWith('ab1', 10), ['ab10']);
    t.same(await store.idsWith('a%', 10), ['a%c']);
    t.same(await store.idsWith('', 2), ['b', 'a%c']);
    t.same(await store.idsWith('x', 10), []);
  });

  test(`${name}: what a request led to is found by it, in order`, async (t) => {
    const store = await fresh(t);
    const cause = aTrace({ start });
    const unit = { method: 'job', url: 'emails welcome', parent: cause.id };
    const later = aTrace({ ...unit, start: start + 20, state: 'failed' });
    const first = aTrace({ ...unit, start: start + 10 });
    await save(store, later, cause, aTrace({ start }), first);
    t.same(
      (await store.children(cause.id, 9)).map(({ id }) => id),
      [first.id, later.id],
    );
    t.same(
      (await store.children(cause.id, 1)).map(({ id }) => id),
      [first.id],
    );
    const found = async (text: string) => (await store.recent({ query: query(text) }, 9)).map(({ id }) => id);
    t.same(await found('unit:job'), [later.id, first.id]);
    t.same(await found('failed'), [later.id]);
    t.equal((await found('unit:request')).length, 2);
    t.equal((await found('errors')).length, 1);
  });

  test(`${name}: traces of calls outside requests have their own list`, async (t) => {
    const store = await fresh(t);
    await save(store, aTrace({ id: 'in', start }), aTrace({ id: 'out', start, outside: true }));
    t.same(
      (await store.recent({}, 10)).map(({ id }) => id),
      ['in'],
    );
    t.same(
      (await store.outside(10)).map(({ id }) => id),
      ['out'],
    );
    t.equal((await store.find('out'))?.outside, true);
  });

  test(`${name}: summaries are read by ids, and what changes is told to those that follow`, async (t) => {
    // A store in memory keeps no process alive.
    const alive = setInterval(() => {}, 1000);
    t.teardown(() => clearInterval(alive));
    const store = await fresh(t);
    const { mark } = await store.changes(undefined, 0);
    t.same(await store.changes(mark, 1), { mark, ids: [] });
    const waiting = store.changes(mark, 10_000);
    await save(store, aTrace({ id: 'a', start }), aTrace({ id: 'b', start }));
    const changes = await waiting;
    t.not(changes.mark, mark);
    await save(store, aTrace({ id: 'out', start, outside: true }));
    const all = [...(changes.ids ?? []), ...((await store.changes(changes.mark, 10_000)).ids ?? [])];
    t.same(all, ['a', 'b', 'out']);
    t.same(
      (await store.summaries(['b', 'none', 'out', 'a'])).map(({ id }) => id),
      ['b', 'a'],
    );
    t.same(await store.summaries([]), []);
  });

  test(`${name}: a source text is saved once, under its hash`, async (t) => {
    const store = await fresh(t);
    const text = `const name = '日本語';\n${'// long\n'.repeat(200)}`;
    const hash = store.saveSource({ file: 'src/orders.js', text });
    await store.flushed();
    t.match(hash, /^[0-9a-f]{32}$/);
    t.equal(store.saveSource({ file: 'src/orders.js', text }), hash);
    t.same(await store.source(hash), { file: 'src/orders.js', text });
    t.not(store.saveSource({ file: 'src/orders.js', text: '' }), hash);
    t.equal(await store.source('0'.repeat(32)), undefined);
  });

  test(`${name}: a trace is gone after its time to live`, async (t) => {
    const passing = aClock();
    const store = await open(t, passing);
    await save(store, aTrace({ id: 'old', start: passing.now() }));
    passing.pass(DAY - 1);
    t.same(await store.idsWith('old', 1), ['old']);
    await save(store, aTrace({ id: 'new', start: passing.now() }));
    passing.pass(1);
    t.equal(await store.find('old'), undefined);
    t.same(await store.idsWith('', 10), ['new']);
    t.same(
      (await store.recent({}, 10)).map(({ id }) => id),
      ['new'],
    );
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

  test(`${name}: requests are aggregated by statement, by line, by route and by finding`, async (t) => {
    const store = await fresh(t);
    await save(store, ...shop());
    const rows = async (by: AggregateBy, selection: Selection = {}) =>
      (await store.aggregates(by, selection)).map(
        ({ kind, text, site, parts, count, requests, ms, p50, p95, errors, worst }) => [
          ...[kind, text, site, parts, count, requests, ms, p50, p95, errors, worst.id, worst.ms],
        ],
      );
    t.same(await rows('statement'), [
      ['sql', 'SELECT * FROM items WHERE id = ?', 'src/orders.js:50', 2, 5, 2, 18, 3, 8, 0, 'b', 8],
      ['sql', 'SELECT ? FROM gone', 'src/orders.js:9', 1, 1, 1, 5, 5, 5, 1, 'c', 5],
    ]);
    t.same(await rows('site'), [
      ['sql', 'SELECT * FROM items WHERE id = ?', 'src/orders.js:50', 1, 2, 2, 12, 4, 8, 0, 'b', 8],
      ['sql', 'SELECT * FROM items WHERE id = ?', 'src/orders.js:47', 1, 3, 1, 6, 2, 3, 0, 'a', 3],
      ['sql', 'SELECT ? FROM gone', 'src/orders.js:9', 1, 1, 1, 5, 5, 5, 1, 'c', 5],
    ]);
    t.same(await rows('call'), await rows('site'));
    t.same(await rows('route'), [
      ['GET', '/orders', undefined, 1, 2, 2, 30, 10, 20, 0, 'a', 20],
      ['GET', '/gone', undefined, 1, 1, 1, 12.5, 12.5, 12.5, 1, 'c', 12.5],
    ]);
    t.same(await rows('finding'), [
      ['n+1', 'it ran 3 times', 'src/orders.js:47', 1, 1, 1, 6, 6, 6, 0, 'a', 3],
    ]);
    t.same(
      (await store.aggregates('route', {})).map(({ queries, mostQueries }) => [queries, mostQueries]),
      [
        [5, 4],
        [1, 1],
      ],
    );
    const [found] = await store.aggregates('finding', {});
    t.same([found?.route, found?.function], ['GET /orders', 'listOrders']);
  });

  test(`${name}: only selected requests are aggregated and listed`, async (t) => {
    const store = await fresh(t);
    await save(store, ...shop());
    const outcomeOf = async (selection: Selection) => [
      (await store.aggregates('call', selection)).reduce((sum, { count }) => sum + count, 0),
      (await store.recent(selection, 9)).map(({ id }) => id),
    ];
    t.same(await outcomeOf({}), [6, ['c', 'b', 'a']]);
    t.same(await outcomeOf({ query: [[{ field: 'age', op: '<=', value: -1, not: false }]] }), [
      2,
      ['c', 'b'],
    ]);
    t.same(await outcomeOf({ before: start + 1 }), [4, ['a']]);
    t.same(await outcomeOf({ query: query('path:ORD') }), [5, ['b', 'a']]);
    t.same(await outcomeOf({ query: query('status:5xx') }), [1, ['c']]);
    t.same(await outcomeOf({ query: query('slower:20') }), [4, ['a']]);
    t.same(await outcomeOf({ query: query('n1') }), [4, ['a']]);
    t.same(await outcomeOf({ query: query('sql:gone') }), [1, ['c']]);
    t.same(await outcomeOf({ query: query('!sql:gone path:/orders') }), [5, ['b', 'a']]);
    t.same(await outcomeOf({ run: 1 }), [6, ['c', 'b', 'a']]);
    t.same(await outcomeOf({ run: 2 }), [0, []]);
    t.match(await store.runs(5), [{ number: 1, start: 7, command: 'node app.js', requests: 3 }]);
  });

  test(`${name}: a trace saved again is aggregated once, as it is now`, async (t) => {
    const store = await fresh(t);
    const trace = aTrace({ start, spans: [aSpan(), aSpan()] });
    await save(store, trace);
    await save(store, { ...trace, spans: [aSpan({ duration: 7 })] });
    t.same(
      (await store.aggregates('statement', {})).map(({ count, requests, ms }) => [count, requests, ms]),
      [[1, 1, 7]],
    );
  });

  test(`${name}: expired traces are not aggregated`, async (t) => {
    const passing = aClock();
    const store = await open(t, passing);
    await save(store, aTrace({ start: passing.now(), spans: [aSpan()] }));
    passing.pass(DAY);
    t.same(await store.aggregates('statement', {}), []);
    t.same(await store.aggregates('route', {}), []);
    t.same(await store.runs(5), []);
  });

  test(`${name}: a request without an end is counted`, async (t) => {
    const store = await fresh(t);
    const { duration: _, status: __, ...trace } = aTrace({ start, state: 'died', spans: [] });
    await save(store, trace);
    t.same(
      (await store.aggregates('route', {})).map(({ count, errors, ms }) => [count, errors, ms]),
      [[1, 1, 0]],
    );
  });
}
