import { test } from 'tap';
import { tableFigures, treeNodes } from '../../../src/insight/plan/mysql-tree.js';

// As MySQL 8.0.36 prints it.
const TREE = `-> Limit: 10 row(s)  (cost=2014 rows=10) (actual time=12.1..12.1 rows=10 loops=1)
    -> Sort: o.made DESC, limit input to 10 row(s) per chunk  (cost=2014 rows=19872) (actual time=12.1..12.1 rows=10 loops=1)
        -> Nested loop inner join  (cost=2014 rows=1987) (actual time=0.1..11.2 rows=42 loops=1)
            -> Filter: ((o.\`status\` = 'open') and (o.id is not null))  (cost=2014 rows=1987) (actual time=0.04..9.8 rows=42 loops=1)
                -> Table scan on o  (cost=2014 rows=19872) (actual time=0.03..7.2 rows=20000 loops=1)
            -> Index lookup on i using items_order_id (order_id=o.id)  (cost=0.25 rows=1) (actual time=0.01..0.02 rows=250 loops=42)
        -> Covering index scan on \`u\` using name  (cost=1 rows=1e+6) (never executed)`.split('\n');

test('nodes of EXPLAIN ANALYZE, with what was expected and found', (t) => {
  t.same(treeNodes(TREE).slice(3), [
    { depth: 12, type: 'Filter', expected: 1987, found: 42, loops: 1 },
    { depth: 16, type: 'Table scan', table: 'o', expected: 19_872, found: 20_000, loops: 1 },
    { depth: 12, type: 'Index lookup', table: 'i', expected: 1, found: 250, loops: 42 },
    { depth: 8, type: 'Covering index scan', table: 'u', expected: 1_000_000 },
  ]);
  t.end();
});

test('what each table gave: rows read, and those that a filter above it let pass', (t) => {
  t.same(
    [...tableFigures(TREE)],
    [
      ['o', { read: 20_000, fit: 42, expected: 19_872, found: 20_000 }],
      ['i', { read: 10_500, fit: 10_500, expected: 1, found: 250 }],
    ],
  );
  t.end();
});
