import { test } from 'tap';
import type { Finding } from '../../../src/domain/trace.js';
import { baselineOf, siftBreaches } from '../../../src/insight/metrics/baseline.js';
import {
  type Breach,
  type Budget,
  breachesOf,
  fitsRoute,
  limitsFor,
  type RequestFacts,
  requestFactsOf,
} from '../../../src/insight/metrics/budget.js';
import { aFrame, aSpan, aTrace } from '../../factory.js';

const finding = (more: Partial<Finding> = {}): Finding => ({
  id: 'f1',
  kind: 'n+1',
  severity: 'high',
  message: 'ran 50 times',
  suggestion: 'Ask once.',
  spans: [],
  site: 'src/orders.js:47',
  function: 'loadItems',
  ms: 9,
  confidence: 1,
  reasons: [],
  ...more,
});
const facts = (more: Partial<RequestFacts> = {}): RequestFacts => ({
  id: 'r1',
  route: 'GET /orders',
  duration: 10,
  queries: 3,
  findings: [],
  dropped: 0,
  ...more,
});
const told = (budget: Budget, ...all: RequestFacts[]) =>
  breachesOf(budget, all).map(({ rule, route, message, site, value, limit, requests, worst }) => [
    ...[rule, route, message, site, value, limit, requests, worst],
  ]);

test('what a budget may ask of a request: the line that asked most, and the query that took longest', (t) => {
  const spans = [
    aSpan({ name: 'select 1 from a', duration: 1 }),
    aSpan({ name: 'select 2 from a', duration: 2 }),
    aSpan({ name: 'select b', duration: 40, stack: [aFrame({ function: 'slow', line: 9 })] }),
    aSpan({ kind: 'cache', library: 'redis', name: 'get x', duration: 900 }),
  ];
  const { id, ...rest } = requestFactsOf(
    aTrace({ url: '/orders/7', route: '/orders/:id', spans, dropped: 4 }),
  );
  t.same(rest, {
    route: 'GET /orders/:id',
    duration: 12.5,
    queries: 3,
    findings: [],
    dropped: 4,
    most: { text: 'SELECT ? FROM a', value: 2, site: 'src/orders.js:47', function: 'listOrders' },
    slowest: { text: 'SELECT b', value: 40, site: 'src/orders.js:9', function: 'slow' },
  });
  t.end();
});

test('without a budget, a severe N+1 of any sort is one too many, and nothing else', (t) => {
  for (const [kind, severity, breaks] of [
    ['n+1', 'high', 1],
    ['n+1-cache', 'high', 1],
    ['n+1', 'medium', 0],
    ['slow', 'high', 0],
  ] as const) {
    t.equal(
      breachesOf({}, [facts({ findings: [finding({ kind, severity })] })]).length,
      breaks,
      `${kind} ${severity}`,
    );
  }
  t.end();
});

test('a finding is told once for all requests that have it, of the one in which it cost most', (t) => {
  const all = [
    facts({ id: 'r1', findings: [finding()] }),
    facts({ id: 'r2', findings: [finding({ ms: 20, message: 'ran 90 times' })] }),
    facts({ id: 'r3', findings: [finding({ ms: 15 })] }),
  ];
  t.same(breachesOf({}, all), [
    {
      id: 'f1',
      rule: 'finding',
      kind: 'n+1',
      severity: 'high',
      route: 'GET /orders',
      message: 'ran 90 times',
      suggestion: 'Ask once.',
      site: 'src/orders.js:47',
      function: 'loadItems',
      worst: 'r2',
      requests: 3,
    },
  ]);
  t.end();
});

test('kinds and severities are what the budget says', (t) => {
  const all = [
    finding({ id: '1', kind: 'duplicate', severity: 'low' }),
    finding({ id: '2', kind: 'slow', severity: 'medium' }),
    finding({ id: '3', kind: 'n+1', severity: 'medium' }),
  ];
  const ids = (budget: Budget) => breachesOf(budget, [facts({ findings: all })]).map(({ id }) => id);
  t.same(ids({ severity: 'medium' }), ['3']);
  t.same(ids({ findings: ['*'], severity: 'info' }), ['1', '2', '3']);
  t.same(ids({ findings: ['*'], severity: 'info', allow: ['dup', 'n+1'] }), ['2']);
  t.same(ids({ findings: [] }), []);
  t.end();
});

test('limits name the line and the worst request', (t) => {
  const most = { text: 'SELECT item', value: 50, site: 'src/orders.js:47', function: 'loadItems' };
  const slowest = { text: 'SELECT slow', value: 812.34, site: 'src/orders.js:9', function: 'find' };
  const all = [
    facts({ id: 'r1', queries: 31, duration: 20, most: { ...most, value: 30 } }),
    facts({ id: 'r2', queries: 52, duration: 900, most, slowest }),
    facts({ id: 'r3', route: 'GET /fine' }),
  ];
  t.same(told({ maxQueries: 30 }, ...all), [
    [
      ...['maxQueries', 'GET /orders', '52 queries, 30 are allowed; 50 of them: SELECT item'],
      ...['src/orders.js:47', 52, 30, 2, 'r2'],
    ],
  ]);
  t.same(told({ maxQueryTime: 100 }, ...all), [
    [
      ...['maxQueryTime', 'GET /orders', 'a query took 812.3ms, 100ms are allowed: SELECT slow'],
      ...['src/orders.js:9', 812.34, 100, 1, 'r2'],
    ],
  ]);
  t.same(told({ maxTime: 500 }, ...all), [
    [
      'maxTime',
      'GET /orders',
      'a request took 900ms, 500ms are allowed',
      'src/orders.js:9',
      900,
      500,
      1,
      'r2',
    ],
  ]);
  t.same(told({ p95: 899 }, ...all), [
    [
      ...['p95', 'GET /orders', '95 of 100 requests took up to 900ms, 899ms are allowed'],
      ...['src/orders.js:9', 900, 899, 1, 'r2'],
    ],
  ]);
  t.same(told({ maxQueries: 52, maxQueryTime: 813, maxTime: 900, p95: 900 }, ...all), []);
  t.end();
});

test('one slow request of a hundred is within a p95', (t) => {
  const all = Array.from({ length: 100 }, (_, n) => facts({ id: `${n}`, duration: n < 5 ? 900 : 10 }));
  t.same(told({ p95: 10 }, ...all), []);
  t.equal(told({ p95: 10 }, ...all, facts({ duration: 900 })).length, 1);
  t.end();
});

test('a route has limits of its own; of several that fit, the last holds; one may be left out', (t) => {
  const budget: Budget = {
    maxQueries: 10,
    routes: {
      '/api/*': { maxQueries: 20 },
      'GET /api/orders': { severity: 'low' },
      '/health': { skip: true },
    },
  };
  t.match(limitsFor(budget, 'GET /api/orders'), { maxQueries: 20, severity: 'low', findings: ['n+1'] });
  t.match(limitsFor(budget, 'POST /api/orders'), { maxQueries: 20, severity: 'high' });
  t.match(limitsFor(budget, 'GET /'), { maxQueries: 10, severity: 'high' });
  t.same(told(budget, facts({ route: 'GET /health', queries: 99 })), []);
  t.same(
    ['/orders/:id', 'GET /orders/:id', 'POST /orders/:id', '/orders/*', '*', '/order', '/orders/.id'].map(
      (pattern) => fitsRoute(pattern, 'GET /orders/:id'),
    ),
    [true, true, false, true, true, false, false],
  );
  t.end();
});

test('a baseline accepts what is known, and not more queries than that', (t) => {
  const many: Breach = {
    id: 'q1',
    rule: 'maxQueries',
    route: 'GET /orders',
    message: '52 queries',
    value: 52,
    limit: 30,
    requests: 2,
    worst: 'r2',
  };
  const [known] = breachesOf({}, [facts({ findings: [finding()] })]);
  const baseline = baselineOf([many, known!]);
  t.same(baseline, {
    version: 1,
    accepted: [
      {
        id: 'f1',
        rule: 'finding',
        kind: 'n+1',
        route: 'GET /orders',
        site: 'src/orders.js:47',
        function: 'loadItems',
        message: 'ran 50 times',
      },
      { id: 'q1', rule: 'maxQueries', route: 'GET /orders', message: '52 queries', value: 52 },
    ],
  });
  const ids = (all: { id: string }[]) => all.map(({ id }) => id);
  const same = siftBreaches([many, { ...known!, site: 'src/orders.js:99' }], baseline);
  t.same([ids(same.broken), ids(same.accepted), ids(same.stale)], [[], ['q1', 'f1'], []]);
  const worse = siftBreaches([{ ...many, value: 53 }], baseline);
  t.same([ids(worse.broken), ids(worse.accepted), ids(worse.stale)], [['q1'], [], ['f1']]);
  t.same(siftBreaches([many], undefined), { broken: [many], accepted: [], stale: [] });
  t.end();
});
