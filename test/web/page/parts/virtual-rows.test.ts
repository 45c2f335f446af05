/** Rows of a long list that are drawn. */

import { test } from 'tap';
import { scrollTo, virtualRows } from '../../../../src/web/page/parts/virtual-rows.js';

const LIST = { count: 1000, rowHeight: 40, height: 400, scrollTop: 0 };

test('the rows of the window and six more on each side', (t) => {
  t.same(virtualRows(LIST), { from: 0, to: 16, offset: 0, total: 40_000 });
  t.same(virtualRows({ ...LIST, scrollTop: 4010 }), { from: 94, to: 117, offset: 3760, total: 40_000 });
  t.same(virtualRows({ ...LIST, scrollTop: 1e9 }), { from: 984, to: 1000, offset: 39_360, total: 40_000 });
  t.same(virtualRows({ ...LIST, count: 0 }), { from: 0, to: 0, offset: 0, total: 0 });
  t.end();
});

test('a million rows are scrolled through in a box that browsers can lay out', (t) => {
  const million = { ...LIST, count: 1_000_000 };
  t.equal(virtualRows(million).total, 10_000_000);
  const end = virtualRows({ ...million, scrollTop: 10_000_000 });
  t.same([end.from, end.to], [999_984, 1_000_000]);
  t.equal(end.offset + 16 * 40, 10_000_000, 'the last row ends at the end');
  t.end();
});

test('a row is scrolled to only as far as it needs', (t) => {
  t.equal(scrollTo(5, LIST), 0);
  t.equal(scrollTo(10, LIST), 40);
  t.equal(scrollTo(3, { ...LIST, scrollTop: 400 }), 120);
  t.equal(scrollTo(999_999, { ...LIST, count: 1_000_000 }), 9_999_600);
  t.end();
});
