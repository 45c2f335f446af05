/** Values made fit to be told: bounded, whatever they lead to. */

import { test } from 'tap';
import { serialize } from '../../../src/agent/record/serialize.cjs';

test('what leads to the whole of an app is told up to a thousand values', (t) => {
  const rows = Array.from({ length: 20 }, (_, n) => ({ n, cells: Array(150).fill(n) }));
  const told = serialize({ rows, last: 1 }) as { rows: (typeof rows)[number][] };
  // A row is 153 values, and two are before the first.
  t.equal(told.rows.length, 8);
  t.equal(told.rows[5]?.cells.length, 150);
  t.same(told.rows[6]?.cells.slice(75), [6, 6, '… (150 items)']);
  t.equal(told.rows[7], '… (20 items)');
  t.same(Object.entries(told)[1], ['…', '2 keys']);
  t.same(serialize([1, 2]), [1, 2], 'the next one has all its values again');
  t.end();
});

test('what is long is cut where it is told', (t) => {
  t.same((serialize(Array(300).fill(0)) as unknown[]).slice(199), [0, '… (300 items)']);
  t.equal(serialize('x'.repeat(9000)), `${'x'.repeat(8192)}… (9000 characters)`);
  t.end();
});
