import { test } from 'tap';
import type { Finding } from '../../../src/domain/trace.js';
import { breachesOf } from '../../../src/insight/metrics/breaches.js';
import type { Budget } from '../../../src/insight/metrics/budget.js';
import type { RequestFacts } from '../../../src/insight/metrics/request-facts.js';

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
const breachRows = (budget: Budget, ...requests: RequestFacts[]) =>
  breachesOf(budget, requests).map(({ rule, route, message, site, value, limit, requests, worst }) => [
    ...[rule, route, message, site, value, limit, requests, worst],
  ]);

test('without a budget, every kind of N+1 of high severity is a breach, and nothing else', (t) => {
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

test('a finding is one breach for all of its requests, with the text of the most expensive', (t) => {
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

test('the budget decides which kinds and severities are forbidden', (t) => {
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

test('the breach of a limit names the call site and the worst request', (t) => {
  const mostQueries = { text: 'SELECT item', value: 50, site: 'src/orders.js:47', function: 'loadItems' };
  const slowestQuery = { text: 'SELECT slow', value: 812.34, site: 'src/orders.js:9', function: 'find' };
  const all = [
    facts({ id: 'r1', queries: 31, duration: 20, mostQueries: { ...mostQueries, value: 30 } }),
    facts({ id: 'r2', queries: 52, duration: 900, mostQueries, slowestQuery }),
    facts({ id: 'r3', route: 'GET /fine' }),
  ];
  t.same(breachRows({ maxQueries: 30 }, ...all), [
    [
      ...['maxQueries', 'GET /orders', '52 queries, 30 are allowed; 50 of them: SELECT item'],
      ...['src/orders.js:47', 52, 30, 2, 'r2'],
    ],
  ]);
  t.same(breachRows({ maxQueryTime: 100 }, ...all), [
    [
      ...['maxQueryTime', 'GET /orders', 'a query took 812.3ms, 100ms are allowed: SELECT slow'],
      ...['src/orders.js:9', 812.34, 100, 1, 'r2'],
    ],
  ]);
  t.same(breachRows({ maxTime: 500 }, ...all), [
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
  t.same(breachRows({ p95: 899 }, ...all), [
    [
      ...['p95', 'GET /orders', '95 of 100 requests took up to 900ms, 899ms are allowed'],
      ...['src/orders.js:9', 900, 899, 1, 'r2'],
    ],
  ]);
  t.same(breachRows({ maxQueries: 52, maxQueryTime: 813, maxTime: 900, p95: 900 }, ...all), []);
  t.end();
});

test('one slow request of a hundred is within a p95', (t) => {
  const all = Array.from({ length: 100 }, (_, n) => facts({ id: `${n}`, duration: n < 5 ? 900 : 10 }));
  t.same(breachRows({ p95: 10 }, ...all), []);
  t.equal(breachRows({ p95: 10 }, ...all, facts({ duration: 900 })).length, 1);
  t.end();
});
