import { test } from 'tap';
import { comparedCallsOf } from '../../../src/insight/metrics/compare.js';
import { requestFactsAway, requestFactsOf } from '../../../src/insight/metrics/request-facts.js';
import { samplesOf } from '../../../src/insight/metrics/samples.js';
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

test('further away a request takes longer, and a loop that then costs much is severe', (t) => {
  const spans = Array.from({ length: 11 }, (_, n) =>
    aSpan({ start: 1 + n, duration: 0.5, detail: { params: [n] } }),
  );
  const loop = { id: 'a', kind: 'n+1', severity: 'medium' as const, message: '', ms: 5 };
  const finding = { ...loop, spans: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], confidence: 1, reasons: [] };
  const trace = aTrace({ spans, findings: [finding] });
  const { duration, findings, queries } = requestFactsAway(trace, { sql: 10 });
  t.same([duration, findings[0]!.severity, findings[0]!.win, queries], [122.5, 'high', 105.5, 11]);
  t.same(requestFactsAway(trace, { cache: 10 }).findings[0]!.severity, 'medium');
  const { duration: _, ...open } = trace;
  t.same(requestFactsAway(open, { sql: 10 }), requestFactsOf(open));
  t.end();
});

test('calls after the response count in no budget, rollup or comparison', (t) => {
  const late = { name: 'select late', duration: 900, start: 20, afterResponse: true as const };
  const trace = aTrace({ spans: [aSpan({ name: 'select a', duration: 1 }), aSpan(late), aSpan(late)] });
  const { queries, mostQueries, slowestQuery } = requestFactsOf(trace);
  t.equal(queries, 1);
  t.match(
    [mostQueries, slowestQuery],
    [
      { text: 'SELECT a', value: 1 },
      { text: 'SELECT a', value: 1 },
    ],
  );
  t.same(
    samplesOf(trace).flatMap(({ of, text }) => (of === 'call' ? [text] : [])),
    ['SELECT a'],
  );
  t.same(
    comparedCallsOf(trace).map(({ text }) => text),
    ['SELECT a'],
  );
  t.end();
});
