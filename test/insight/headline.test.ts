/** Headlines of requests. */

import { test } from 'tap';
import type { Finding } from '../../src/domain/trace.js';
import { headlineOf } from '../../src/insight/headline.js';
import { traceAt } from '../tui/fake.js';

const ORDERS = traceAt(1);
const found = (...findings: Partial<Finding>[]) =>
  headlineOf({ ...ORDERS, findings: findings.map((finding) => ({ ...ORDERS.findings[0]!, ...finding })) });

test('the line of a loop, and how many calls it made', (t) => {
  t.same(headlineOf(ORDERS), { severity: 'high', site: 'src/orders.js:15', text: 'ran 48 queries' });
  t.match(found({ kind: 'n+1-cache', spans: [0] }), { text: 'ran 1 cache call' });
  t.equal(headlineOf(traceAt(0)), undefined);
  t.end();
});

test('other kinds', (t) => {
  t.match(found({ kind: 'duplicate', spans: [1, 2, 3] }), { text: 'ran the same query 3 times' });
  t.match(found({ kind: 'slow', spans: [2], ms: 810 }), { text: 'waited 810ms for a query' });
  t.match(found({ kind: 'slow', spans: [2, 3], ms: 810 }), { text: 'waited 810ms for 2 queries' });
  t.match(found({ kind: 'over-fetching', spans: [2], message: 'read 9 columns' }), {
    text: 'OVER-FETCHING: read 9 columns',
  });
  t.match(found({ kind: 'event-loop', spans: [], message: 'blocked for 90ms' }), {
    text: 'blocked for 90ms',
  });
  t.end();
});

test('the worst of several: by severity, then by time', (t) => {
  t.match(
    found(
      { severity: 'low', ms: 900, site: 'a.js:1' },
      { severity: 'medium', ms: 1, site: 'b.js:1' },
      { severity: 'medium', ms: 2, site: 'c.js:1' },
    ),
    { site: 'c.js:1' },
  );
  t.end();
});

test('an error that failed the request is worse than any finding', (t) => {
  const error = {
    name: 'TypeError',
    message: 'x is\nnot',
    stack: [],
    site: 'src/a.js:3',
    at: 1,
    by: 'express',
  };
  t.same(headlineOf({ ...ORDERS, status: 500, errors: [error] }), {
    severity: 'high',
    site: 'src/a.js:3',
    text: 'TypeError: x is',
  });
  t.match(headlineOf({ ...ORDERS, status: 404, errors: [error] }), { text: 'ran 48 queries' });
  t.end();
});
