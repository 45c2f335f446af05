import { test } from 'tap';
import {
  filterColumns,
  planNodes,
  postgresRemarks,
  scannedTables,
} from '../../../src/insight/plan/postgres.js';

const lines = (text: string) => text.trim().split('\n');

test('nodes are parsed with their details', (t) => {
  const plan = lines(`
Sort  (cost=1.00..2.00 rows=25 width=9) (actual time=26.965..26.968 rows=25 loops=1)
  Sort Key: o.id
  Sort Method: external merge  Disk: 9000kB
  ->  Nested Loop  (cost=0.29..938.54 rows=25 width=9) (actual rows=25.00 loops=1)
        ->  Parallel Seq Scan on public.users u  (cost=0.00..36.00 rows=1 width=9) (actual time=0.007..0.077 rows=3 loops=1)
              Filter: (name = 'u7'::text)
              Rows Removed by Filter: 1999
        ->  Index Scan using orders_user_id on orders o  (cost=0.29..8.30 rows=1 width=8) (never executed)
              Index Cond: (user_id = u.id)
Planning Time: 0.610 ms`);
  t.same(planNodes(plan), [
    {
      depth: 0,
      type: 'Sort',
      estimated: 25,
      actual: 25,
      loops: 1,
      sortKeys: ['o.id'],
      onDisk: 'external merge  Disk: 9000kB',
    },
    { depth: 6, type: 'Nested Loop', estimated: 25, actual: 25, loops: 1 },
    {
      depth: 12,
      type: 'Seq Scan',
      table: 'public.users',
      alias: 'u',
      estimated: 1,
      actual: 3,
      loops: 1,
      filter: "(name = 'u7'::text)",
      removed: 1999,
    },
    {
      depth: 12,
      type: 'Index Scan',
      table: 'orders',
      alias: 'o',
      index: 'orders_user_id',
      estimated: 1,
    },
  ]);
  t.same(scannedTables(plan), ['public.users']);
  t.end();
});

test('the columns that a filter compares', (t) => {
  t.same(filterColumns("((user_id = 7) AND ((status)::text = 'open'::text))"), ['user_id', 'status']);
  t.same(filterColumns(`(("userId" = $1) AND (created_at >= '2024-01-01'::date))`), ['userId', 'created_at']);
  t.same(filterColumns("((id = ANY ('{1,2}'::integer[])) AND (name ~~ 'a%'::text))"), ['id', 'name']);
  t.same(filterColumns('(deleted_at IS NULL)'), []);
  t.end();
});

const users = { name: 'users', rows: 50_000, indexed: ['id'] };
const remarks = (plan: string, tables = [users]) =>
  postgresRemarks(lines(plan), tables).map(({ kind, text }) => [kind, text]);

test('a scan for few rows of a large table, and the missing index', (t) => {
  const scan = (rows: number) => `
Seq Scan on users  (cost=0.00..36.00 rows=${rows} width=9)
  Filter: ((id > 3) AND (name = 'u7'::text))`;
  t.same(remarks(scan(12)), [
    [
      'scan',
      "All of users is read, about 50,000 rows, for the 12 that fit ((id > 3) AND (name = 'u7'::text)). An index on users (name) would find them. A guess: CREATE INDEX ON users (name);",
    ],
  ]);
  t.same(
    remarks(scan(12), [{ ...users, indexed: ['id', 'name'] }])[0]![1]!.replace(/.*\. /, ''),
    ['id, name begin an index already: most rows fit, or the comparison cannot use it.'].join(),
  );
  t.same(remarks(scan(40_000)), [], 'most rows match');
  t.same(remarks(scan(12), [{ ...users, rows: 500 }]), [], 'a small table');
  t.same(remarks(scan(12), []), [], 'a table without facts');
  t.end();
});

test('actual rows count before estimated rows', (t) => {
  t.same(
    remarks(
      `
Seq Scan on users  (cost=0.00..36.00 rows=49000 width=9) (actual time=0.007..0.077 rows=3 loops=1)
  Filter: (name = 'u7'::text)
  Rows Removed by Filter: 1999`,
      [],
    ),
    [
      [
        'scan',
        "All of users is read, about 2,002 rows, for the 3 that fit (name = 'u7'::text). An index on users (name) would find them. A guess: CREATE INDEX ON users (name);",
      ],
      [
        'estimate',
        'Seq Scan on users was expected to find 49,000 rows and found 3, 16,333 times fewer. Run ANALYZE users; if that does not help, columns depend on each other: CREATE STATISTICS.',
      ],
    ],
  );
  t.end();
});

test('joins that scan a large table, nested loops, and sorts on disk', (t) => {
  t.same(
    remarks(`
Hash Join  (cost=36.01..938.54 rows=25 width=9)
  Hash Cond: (u.account_id = a.id)
  ->  Seq Scan on users u  (cost=0.00..771.00 rows=50000 width=8)
  ->  Hash  (cost=36.00..36.00 rows=1 width=9)
        ->  Index Scan using a on accounts a  (cost=0.00..36.00 rows=1 width=9)`),
    [
      [
        'join',
        'All of users is read, about 50,000 rows, to join 25 by (u.account_id = a.id). An index on users (account_id) would find them.',
      ],
    ],
  );
  t.same(
    remarks(`
Nested Loop  (cost=0.29..938.54 rows=25 width=9)
  ->  Index Scan using b on orders o  (cost=0.00..36.00 rows=5000 width=9)
  ->  Seq Scan on tiny  (cost=0.00..1.00 rows=1 width=8)`),
    [
      [
        'loops',
        'Seq Scan on tiny is run 5,000 times, once for each row beside it. An index on the columns that join them would spare that.',
      ],
    ],
  );
  t.same(remarks('Nested Loop  (cost=0.29..938.54 rows=25 width=9)'), []);
  t.match(
    remarks(`
Sort  (cost=1.00..2.00 rows=25 width=9) (actual time=1..2 rows=25 loops=1)
  Sort Method: external merge  Disk: 9000kB`),
    [['sort', /^Sort did not fit in memory and wrote 9000kB to disk/]],
  );
  t.end();
});
