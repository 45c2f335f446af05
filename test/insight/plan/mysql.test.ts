import { test } from 'tap';
import { mysqlRemarks, planTable } from '../../../src/insight/plan/mysql.js';

const row = (more: object) => ({
  id: 1,
  select_type: 'SIMPLE',
  table: 'orders',
  type: 'ALL',
  possible_keys: null,
  key: null,
  rows: 50_000,
  Extra: 'Using where',
  ...more,
});

test('rows are aligned as in the mysql client, a tree is unchanged', (t) => {
  t.same(
    planTable([
      { id: 1, table: 'orders', key: null },
      { id: 2, table: 'a', key: 'k' },
    ]),
    ['id  table   key', '1   orders  NULL', '2   a       k'],
  );
  t.same(planTable([{ EXPLAIN: '-> Sort\n    -> Scan\n' }]), ['-> Sort', '    -> Scan']);
  t.same(planTable([]), ['']);
  t.end();
});

test('remarks on a plan', (t) => {
  const statement = 'select * from orders where status = ? order by id';
  const remarks = (...rows: object[]) =>
    mysqlRemarks(rows.map(row), statement).map(({ kind, text }) => [kind, text]);
  t.same(remarks({}), [
    [
      'scan',
      'All of orders is read, about 50,000 rows. An index on orders (status) would find them. A guess: CREATE INDEX orders_status ON orders (status);',
    ],
  ]);
  t.same(remarks({ rows: 20 }), [], 'a small table');
  t.same(remarks({ type: 'ref' }), [], 'an index is used');
  t.same(remarks({ possible_keys: 'k', filtered: 5 }), [
    [
      'scan',
      'All of orders is read, about 50,000 rows, of which some 5 % fit. The index k was not worth it: most rows fit, or the comparison cannot use it.',
    ],
  ]);
  t.same(
    remarks({ type: 'ref', Extra: 'Using temporary; Using filesort' }).map(([kind]) => kind),
    ['temporary', 'sort'],
  );
  t.same(remarks({ type: 'ref', r_rows: '25.00', Extra: '' }), [
    [
      'estimate',
      'orders was expected to give 50,000 rows and gave 25, 2,000 times fewer. Run ANALYZE TABLE orders.',
    ],
  ]);
  t.same(
    remarks({ type: 'ref', r_rows: '25.00', Extra: 'Using filesort' }).length,
    1,
    'counted after the sort',
  );
  t.end();
});
