/** Buckets of a statement's history. */

import { test } from 'tap';
import { historyBuckets } from '../../../../src/web/page/parts/statement-history.js';

const point = (n: number) => ({ id: `r${n}`, at: n, calls: 2, p50: n, p95: n * 10 });

test('as many requests in each bucket: the median of their p50, the largest p95', (t) => {
  t.same(historyBuckets([1, 2, 3, 4, 5].map(point), 2), [
    { from: 1, ids: ['r1', 'r2', 'r3'], calls: 6, p50: 2, p95: 30 },
    { from: 4, ids: ['r4', 'r5'], calls: 4, p50: 4, p95: 50 },
  ]);
  t.same(historyBuckets([], 5), []);
  t.equal(historyBuckets([1, 2].map(point), 0).length, 1);
  t.end();
});
