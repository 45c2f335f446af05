import { test } from 'tap';
import { samplesOf } from '../../../src/insight/metrics/samples.js';
import { aFrame, aSpan, aTrace } from '../../factory.js';

const items = (id: number, line: number, duration: number) =>
  aSpan({ name: `select * from items where id = ${id}`, stack: [aFrame({ line })], duration });

test('samples are of the route, the calls by statement and site, and the findings', (t) => {
  const { duration: _, ...running } = aSpan({
    kind: 'cache',
    library: 'redis',
    name: 'get user:42',
    start: 5,
  });
  const trace = aTrace({
    duration: 30,
    spans: [
      items(1, 47, 1),
      items(2, 47, 2.5),
      items(3, 50, 4),
      { ...items(4, 50, 1), error: 'no' },
      running,
      aSpan({ kind: 'log', library: 'console', name: 'served' }),
    ],
    findings: [
      {
        id: 'f1',
        kind: 'n+1',
        severity: 'high',
        message: 'it ran twice',
        spans: [0, 1],
        ms: 3.5,
        site: 'src/orders.js:47',
        function: 'listOrders',
        confidence: 1,
        reasons: [],
      },
    ],
  });
  t.same(
    samplesOf(trace).map(({ key: _, intervals: __, ...rest }) => rest),
    [
      { of: 'request', kind: 'GET', text: '/orders', times: [30], errors: 0, queries: 4 },
      {
        of: 'call',
        kind: 'sql',
        text: 'SELECT * FROM items WHERE id = ?',
        site: 'src/orders.js:47',
        function: 'listOrders',
        times: [1, 2.5],
        errors: 0,
        queries: 0,
      },
      {
        of: 'call',
        kind: 'sql',
        text: 'SELECT * FROM items WHERE id = ?',
        site: 'src/orders.js:50',
        function: 'listOrders',
        times: [4, 1],
        errors: 1,
        queries: 0,
      },
      {
        of: 'call',
        kind: 'cache',
        text: 'get user:#',
        site: 'src/orders.js:47',
        function: 'listOrders',
        times: [25],
        errors: 0,
        queries: 0,
      },
      {
        of: 'finding',
        kind: 'n+1',
        text: 'it ran twice',
        site: 'src/orders.js:47',
        function: 'listOrders',
        route: 'GET /orders',
        times: [3.5],
        errors: 0,
        queries: 0,
      },
      { of: 'time', kind: 'sql', text: 'SQL', times: [4], errors: 0, queries: 0 },
      { of: 'time', kind: 'cache', text: 'Cache', times: [25], errors: 0, queries: 0 },
      { of: 'time', kind: 'unaccounted', text: 'unaccounted', times: [1], errors: 0, queries: 0 },
    ],
  );
  t.end();
});

test('a request without a route has the shape of its path; a failed request is an error', (t) => {
  const { route: _, ...trace } = aTrace({ url: '/orders/7/items?page=2', status: 503 });
  t.match(samplesOf(trace), [{ text: '/orders/#/items', errors: 1 }]);
  t.match(samplesOf({ ...trace, status: 404 }), [{ errors: 0 }]);
  const { duration: __, ...died } = { ...trace, state: 'died' as const };
  t.match(samplesOf(died), [{ times: [], errors: 1 }]);
  t.equal(samplesOf(died).length, 1);
  t.end();
});

test('calls outside of requests have no samples', (t) => {
  t.same(samplesOf(aTrace({ outside: true, spans: [aSpan()] })), []);
  t.end();
});
