import { test } from 'tap';
import { shownStatement, trialSummary } from '../../../src/insight/rewrite/trial-summary.js';

test('what a trial would win, in one line', (t) => {
  t.equal(
    trialSummary({ loop: { calls: 50, ms: 59 }, one: { ms: 1.9, rows: 50 } }),
    '50 queries, 59ms → 1 query, 1.9ms, 50 rows, measured on your database',
  );
  t.end();
});

test('of calls that are joined by UNION ALL the first ones are shown', (t) => {
  const part = (n: number) =>
    `SELECT scooby_rows_${n}.*, ${n} AS call_number FROM (select ?) AS scooby_rows_${n}`;
  const joined = (...numbers: number[]) => numbers.map(part).join(' UNION ALL ');
  t.equal(
    shownStatement({ kind: 'union', statement: joined(1, 2, 3, 4, 5) }),
    `${joined(1, 2)} UNION ALL … (3 more calls)`,
  );
  t.equal(shownStatement({ kind: 'union', statement: joined(1, 2, 3) }), joined(1, 2, 3));
  t.equal(shownStatement({ kind: 'list', statement: joined(1, 2, 3, 4) }), joined(1, 2, 3, 4));
  t.end();
});
