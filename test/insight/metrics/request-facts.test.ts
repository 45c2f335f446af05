import { test } from 'tap';
import { requestFactsOf } from '../../../src/insight/metrics/request-facts.js';
import { aFrame, aSpan, aTrace } from '../../factory.js';

test('the facts of a request name its most frequent and its slowest query', (t) => {
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
    mostQueries: { text: 'SELECT ? FROM a', value: 2, site: 'src/orders.js:47', function: 'listOrders' },
    slowestQuery: { text: 'SELECT b', value: 40, site: 'src/orders.js:9', function: 'slow' },
  });
  t.end();
});
