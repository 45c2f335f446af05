/** Runs of rows: sorted, merged and cut as arrays of objects would be. */

import fc from 'fast-check';
import { test } from 'tap';
import { type KeyOrder, mergedRun, type RowRun, rowsBefore, runOf } from '../../src/feed/row-run.js';
import { holds } from '../property.js';

interface Row {
  seq: number;
  start: number;
  key: number | string;
}

function finished<T>(work: Generator<void, T>): T {
  for (let step = work.next(); ; step = work.next()) if (step.done) return step.value;
}

const seqsOf = ({ seqs }: RowRun) => [...seqs];

/** What a stable sort of the rows in the order in which they are found gives. */
function expected(rows: Row[], order: KeyOrder): number[] {
  const sign = order === 'descending' ? -1 : 1;
  const compared = (a: Row, b: Row) => (a.key < b.key ? -sign : a.key > b.key ? sign : 0);
  return (order === undefined ? rows : [...rows].sort(compared)).map(({ seq }) => seq);
}

const numbers = fc.constantFrom(0, 1, 2, 5.5);
const texts = fc.constantFrom('/a', '/b', '/A', '/ä', '');

for (const order of ['descending', 'ascending', undefined] as const) {
  const key: fc.Arbitrary<number | string> = order === 'ascending' ? texts : numbers;
  test(`slices in ${order ?? 'time'} order are merged as one sorted list`, async () => {
    await holds(
      fc.property(fc.array(fc.array(key, { maxLength: 8 }), { maxLength: 9 }), (slices) => {
        let seq = 0;
        const rows = slices.map((keys) =>
          keys.map((value) => ({ seq: ++seq, start: 1000 - seq, key: value })),
        );
        const wanted = expected(rows.flat(), order);
        const merged = finished(
          mergedRun(
            rows.map((slice) => runOf([...slice], order)),
            order,
          ),
        );
        if (seqsOf(merged).join() !== wanted.join()) return false;
        const older = finished(rowsBefore(merged, 1000 - seq / 2, order));
        return seqsOf(older).join() === wanted.filter((n) => 1000 - n < 1000 - seq / 2).join();
      }),
      100,
    );
  });
}

test('a merge of many rows pauses', (t) => {
  const rows = (from: number) =>
    Array.from({ length: 30_000 }, (_, n) => ({ seq: from + n, start: 0, key: n % 100 }));
  const work = mergedRun([runOf(rows(0), 'descending'), runOf(rows(30_000), 'descending')], 'descending');
  let pauses = 0;
  let step = work.next();
  for (; !step.done; step = work.next()) pauses++;
  t.equal(pauses, 6);
  t.equal(step.value.seqs.length, 60_000);
  t.end();
});
