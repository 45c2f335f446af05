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
      'All of orders is read, about 50,000 rows. An index on orders (status) would find them. A guess: CREATE INDEX orders_status_id ON orders (status, id);',
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

test('what is measured is said as measured, and the index is in the order that is asked for', (t) => {
  const statement = 'select * from orders o where o.status = ? order by o.made desc';
  const scan = { table: 'o', r_rows: '20000.00', r_filtered: '0.01' };
  const facts = { indexes: new Map(), conditions: new Map(), figures: new Map(), sortPasses: 3 };
  t.same(mysqlRemarks([row(scan)], statement, facts), [
    {
      kind: 'scan',
      table: 'o',
      text: 'All of o is read, 20,000 rows, for the 2 that fit. An index on orders (status) would find them. A guess: CREATE INDEX orders_status_made ON orders (status, made);',
      index: 'CREATE INDEX orders_status_made ON orders (status, made)',
    },
    {
      kind: 'sort',
      text: 'The sort did not fit in memory and was written to disk, in 3 merge passes. Sort less, by way of an index or a LIMIT, or raise sort_buffer_size.',
    },
  ]);
  const indexes = new Map([['o', [['status', 'made']]]]);
  t.match(mysqlRemarks([row(scan)], statement, { ...facts, indexes, sortPasses: 0 }), [
    { text: /status begins an index already/ },
  ]);
  const ofJoin = { ...scan, possible_keys: 'PRIMARY' };
  t.match(mysqlRemarks([row(ofJoin)], statement, { ...facts, indexes: new Map([['o', [['id']]]]) }), [
    { index: 'CREATE INDEX orders_status_made ON orders (status, made)' },
    {},
  ]);
  const figures = new Map([['o', { read: 50_000, fit: 3, expected: 5, found: 50_000 }]]);
  t.match(
    mysqlRemarks([row({ table: 'o' })], statement, { ...facts, figures, sortPasses: 0 }).map(
      ({ text }) => text,
    ),
    [
      /^All of o is read, 50,000 rows, for the 3 that fit\./,
      'o was expected to give 5 rows and gave 50,000, 10,000 times as many. Run ANALYZE TABLE o.',
    ],
  );
  t.end();
});

test('the conditions of a JSON plan tell whose a bare column is, and its figures what a sorted table gave', (t) => {
  const statement =
    'select * from orders o join users u on u.id = o.user_id where city = 3 order by made limit 5';
  const rows = [
    row({ table: 'o', r_rows: '5.00', r_filtered: 100, Extra: 'Using where; Using filesort' }),
    row({ table: 'u', type: 'eq_ref', rows: 1, r_rows: '1.00', Extra: '' }),
  ];
  const remarks = (facts: object) =>
    mysqlRemarks(rows, statement, {
      ...{ indexes: new Map(), conditions: new Map(), figures: new Map(), sortPasses: 0, ...facts },
    }).map(({ kind, text }) => [kind, text]);
  t.same(
    remarks({}).map(([kind]) => kind),
    ['sort'],
    'of the rows alone it looks as if five were read',
  );
  t.same(
    remarks({
      conditions: new Map([['o', ["o.city = 3 and o.`status` > 'a'"]]]),
      figures: new Map([['o', { read: 30_000, fit: 12, expected: 29_998, found: 30_000 }]]),
    })[0],
    [
      'scan',
      'All of o is read, 30,000 rows, for the 12 that fit. An index on orders (city, status) would find them. A guess: CREATE INDEX orders_city_status ON orders (city, status);',
    ],
  );
  t.end();
});
