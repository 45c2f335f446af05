/** Rows of a tree of requests. */

import { test } from 'tap';
import { treeRows } from '../../../../src/web/page/parts/tree-rows.js';
import { traceAt } from '../../../tui/fake.js';

test('each request with its depth, over the time of them all', (t) => {
  const at = (start: number, duration: number) => ({ ...traceAt(6), id: `${start}`, start, duration });
  const leaf = (start: number, more = 0) => ({ trace: at(start, 10), children: [], more });
  const { rows, window } = treeRows({
    trace: at(100, 50),
    children: [{ ...leaf(110), children: [leaf(120)] }, leaf(190, 3)],
    more: 0,
  });
  t.same(
    rows.map(({ trace, depth, more }) => [trace.id, depth, more]),
    [
      ['100', 0, 0],
      ['110', 1, 0],
      ['120', 2, 0],
      ['190', 1, 3],
    ],
  );
  t.same(window, { from: 100, to: 200 });
  t.end();
});
