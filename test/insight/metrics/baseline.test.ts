import { test } from 'tap';
import { applyBaseline, baselineOf } from '../../../src/insight/metrics/baseline.js';
import type { Breach } from '../../../src/insight/metrics/breaches.js';

test('a baseline accepts known breaches, but not more queries than it records', (t) => {
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
  const known: Breach = {
    id: 'f1',
    rule: 'finding',
    kind: 'n+1',
    severity: 'high',
    route: 'GET /orders',
    message: 'ran 50 times',
    suggestion: 'Ask once.',
    site: 'src/orders.js:47',
    function: 'loadItems',
    worst: 'r1',
    requests: 1,
  };
  const baseline = baselineOf([many, known]);
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
  const same = applyBaseline([many, { ...known, site: 'src/orders.js:99' }], baseline);
  t.same([ids(same.broken), ids(same.accepted), ids(same.stale)], [[], ['q1', 'f1'], []]);
  const worse = applyBaseline([{ ...many, value: 53 }], baseline);
  t.same([ids(worse.broken), ids(worse.accepted), ids(worse.stale)], [['q1'], [], ['f1']]);
  t.same(applyBaseline([many], undefined), { broken: [many], accepted: [], stale: [] });
  t.end();
});
