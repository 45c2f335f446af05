/** Rows of the waterfall. */

import { test } from 'tap';
import { mergedBars, waterfallRows } from '../../../../src/web/page/parts/waterfall-rows.js';
import { traceAt } from '../../../tui/fake.js';

const ORDERS = traceAt(1);

test('a loop is one row until it is opened', (t) => {
  const rows = waterfallRows(ORDERS, new Set());
  t.same(
    rows.map(({ key, kind, folded, bars }) => [key, kind, folded?.length, bars.length]),
    [
      ['span 0', 'cache', undefined, 1],
      ['span 1', 'sql', undefined, 1],
      ['span 2', 'sql', undefined, 1],
      ['loop 3', 'sql', 48, 48],
      ['span 51', 'log', undefined, 1],
    ],
  );
  const open = waterfallRows(ORDERS, new Set(['loop 3']));
  t.equal(open.length, 53);
  t.same([open[4]!.key, open[4]!.isInside, open[51]!.span], ['span 3', true, 50]);
  t.end();
});

test('a call that waited has its wait before it, one that runs reaches the end', (t) => {
  const checkout = traceAt(2);
  const { duration: _, ...running } = checkout.spans[0]!;
  const rows = waterfallRows({ ...checkout, spans: [running, checkout.spans[3]!] }, new Set());
  t.same(rows[0]!.bars, [{ start: 1, began: 1, end: checkout.duration, isFailed: false }]);
  t.same(rows[1]!.bars, [{ start: 9, began: 50, end: 134, isFailed: false }]);
  t.end();
});

test('bars that cannot be told apart are one', (t) => {
  const bar = (start: number, end: number, isFailed = false) => ({ start, began: start, end, isFailed });
  const merged = mergedBars([bar(0, 0.1), bar(0.2, 0.3), bar(5, 6), bar(6.1, 6.2, true)], 1);
  t.same(
    merged.map(({ start, end }) => [start, end]),
    [
      [0, 0.3],
      [5, 6],
      [6.1, 6.2],
    ],
  );
  t.end();
});
