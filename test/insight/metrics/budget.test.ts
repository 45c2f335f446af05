import { test } from 'tap';
import { breachesOf } from '../../../src/insight/metrics/breaches.js';
import { type Budget, fitsRoute, limitsFor } from '../../../src/insight/metrics/budget.js';

test('a route has its own limits, of the last pattern that matches; a route can be skipped', (t) => {
  const budget: Budget = {
    maxQueries: 10,
    routes: {
      '/api/*': { maxQueries: 20 },
      'GET /api/orders': { severity: 'low' },
      '/health': { skip: true },
    },
  };
  const health = { id: 'r1', route: 'GET /health', queries: 99, findings: [], dropped: 0 };
  t.match(limitsFor(budget, 'GET /api/orders'), { maxQueries: 20, severity: 'low', findings: ['n+1'] });
  t.match(limitsFor(budget, 'POST /api/orders'), { maxQueries: 20, severity: 'high' });
  t.match(limitsFor(budget, 'GET /'), { maxQueries: 10, severity: 'high' });
  t.match(limitsFor(budget, 'GET /health'), { skip: true });
  t.same(breachesOf(budget, [health]), []);
  t.same(
    ['/orders/:id', 'GET /orders/:id', 'POST /orders/:id', '/orders/*', '*', '/order', '/orders/.id'].map(
      (pattern) => fitsRoute(pattern, 'GET /orders/:id'),
    ),
    [true, true, false, true, true, false, false],
  );
  t.end();
});
