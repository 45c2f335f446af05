import { test } from 'tap';
import { planTables, planTree, type SqliteStep, sqliteRemarks } from '../../../src/insight/plan/sqlite.js';

/** Steps of the outermost level. */
const stepsOf = (...details: string[]): SqliteStep[] =>
  details.map((detail, n) => ({ id: n + 2, parent: 0, detail }));
const facts = (name: string, rows: number, ...indexes: string[][]) => ({
  ...{ name, rows, indexes },
  indexed: indexes.map(([first]) => first!),
});

test('a plan is printed as a tree', (t) => {
  const steps = [
    { id: 2, parent: 0, detail: 'CO-ROUTINE own' },
    { id: 5, parent: 2, detail: 'SCAN items' },
    { id: 9, parent: 0, detail: 'SCAN own' },
  ];
  t.same(planTree(steps), ['|--CO-ROUTINE own', '|  `--SCAN items', '`--SCAN own']);
  t.end();
});

test('tables are known by their aliases, in each form that versions write', (t) => {
  const sql = 'select 1 from main.items as i join orders o on o.id = i.order_id, "big table" where i.a = 1';
  t.same(
    planTables(stepsOf('SCAN i', 'SEARCH o USING INTEGER PRIMARY KEY (rowid=?)', 'SCAN CONSTANT ROW'), sql),
    ['items', 'orders'],
  );
  t.same(planTables(stepsOf('SCAN TABLE items AS i'), sql), ['items'], 'before 3.36');
  t.same(planTables(stepsOf('SCAN 3 CONSTANT ROWS', 'SCAN t VIRTUAL TABLE INDEX 0:'), sql), []);
  t.end();
});

test('remarks on what is read whole, sorted, or indexed at each run', (t) => {
  const remarks = (details: string[], sql: string, ...tables: ReturnType<typeof facts>[]) =>
    sqliteRemarks(stepsOf(...details), sql, tables).map(({ kind, text, index }) => [kind, text, index]);
  const sql = 'select * from items where order_id = ? and price > 3 order by name';
  t.same(remarks(['SCAN items', 'USE TEMP B-TREE FOR ORDER BY'], sql, facts('items', 20_000)), [
    [
      'scan',
      'All of items is read, about 20,000 rows. An index on items (order_id, price) would find them. A guess: CREATE INDEX items_order_id_name ON items (order_id, name);',
      'CREATE INDEX items_order_id_name ON items (order_id, name)',
    ],
    [
      'sort',
      'The rows are put into a temporary B-tree for ORDER BY. An index that ends in its columns may give them in order.',
      undefined,
    ],
  ]);
  t.same(remarks(['SCAN items'], sql, facts('items', 20)), [], 'small tables are read whole');
  t.same(remarks(['SCAN items'], 'select * from items', facts('items', 20_000)), []);
  t.match(remarks(['SCAN items'], sql, facts('items', 20_000, ['order_id', 'price'])), [
    [
      'scan',
      /An index on items \(price\) would find them/,
      'CREATE INDEX items_order_id_name ON items (order_id, name)',
    ],
  ]);
  const join = 'select * from orders o join items i on i.order_id = o.id';
  t.same(
    remarks(['SCAN o', 'SCAN i'], join, facts('items', 500), facts('orders', 10)).map(([, text]) => text),
    [
      'All of items is read, about 500 rows, once for each row of the tables before it. An index on items (order_id) would find them. A guess: CREATE INDEX items_order_id ON items (order_id);',
    ],
  );
  const automatic = 'SEARCH i USING AUTOMATIC COVERING INDEX (order_id=?)';
  t.match(remarks(['SCAN o', automatic], join, facts('items', 500), facts('orders', 10)), [
    ['scan', /is put into an index at each run/, 'CREATE INDEX items_order_id ON items (order_id)'],
  ]);
  t.end();
});
