/** Serialized values are bounded, whatever they reference. */

import { test } from 'tap';
import { serialize } from '../../../src/agent/record/serialize.cjs';

test('an object that references much has at most a thousand values', (t) => {
  const rows = Array.from({ length: 20 }, (_, n) => ({ n, cells: Array(150).fill(n) }));
  const copy = serialize({ rows, last: 1 }) as { rows: (typeof rows)[number][] };
  // A row is 153 values; two values precede the first row.
  t.equal(copy.rows.length, 8);
  t.equal(copy.rows[5]?.cells.length, 150);
  t.same(copy.rows[6]?.cells.slice(75), [6, 6, '… (150 items)']);
  t.equal(copy.rows[7], '… (20 items)');
  t.same(Object.entries(copy)[1], ['…', '2 keys']);
  t.same(serialize([1, 2]), [1, 2], 'the limit is that of one copy');
  t.end();
});

test('long arrays and texts are cut', (t) => {
  t.same((serialize(Array(300).fill(0)) as unknown[]).slice(199), [0, '… (300 items)']);
  t.equal(serialize('x'.repeat(9000)), `${'x'.repeat(8192)}… (9000 characters)`);
  t.end();
});
