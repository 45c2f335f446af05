/** Points of a statement's history. */

import { test } from 'tap';
import { binsOf } from '../../src/domain/histogram.js';
import { statementPoints } from '../../src/feed/statement-points.js';

test('a point for each request, of all its calls', (t) => {
  const slices = (id: string, at: number, times: number[]) =>
    binsOf(times).map((bin) => ({ id, at, ...bin }));
  t.same(statementPoints([...slices('a', 1, [2, 2, 2, 50]), ...slices('b', 2, [4])]), [
    { id: 'a', at: 1, calls: 4, p50: 2, p95: 50 },
    { id: 'b', at: 2, calls: 1, p50: 4, p95: 4 },
  ]);
  t.same(statementPoints([]), []);
  t.end();
});
