import { test } from 'tap';
import { createIndexText, hasIndexFor } from '../../../src/insight/plan/index-text.js';
import { postgresRemarks } from '../../../src/insight/plan/postgres.js';

test('fixed columns come first, then the order, else one range', (t) => {
  const wish = { table: 'orders', equal: ['user_id', 'status'], range: ['created'] };
  t.equal(createIndexText(wish, 'pg'), 'CREATE INDEX ON orders (user_id, status, created)');
  t.equal(
    createIndexText({ ...wish, order: ['id'] }, 'mysql'),
    'CREATE INDEX orders_user_id_status_id ON orders (user_id, status, id)',
  );
  t.equal(
    createIndexText({ table: 'Order Items', equal: ['userId', 'group'], range: [] }, 'mysql'),
    'CREATE INDEX `OrderItems_userId_group` ON `Order Items` (`userId`, `group`)',
  );
  t.equal(
    createIndexText({ table: 'app."Order"', equal: ['a"b'], range: [] }, 'pg'),
    'CREATE INDEX ON app."Order" ("a""b")',
  );
  t.equal(createIndexText({ table: 't', equal: [], range: [] }, 'sqlite'), undefined);
  t.ok(hasIndexFor(wish, [['status', 'user_id', 'created', 'id']]));
  t.notOk(hasIndexFor(wish, [['user_id'], ['created', 'user_id', 'status']]));
  t.end();
});

test('PostgreSQL: the index has the order of the sort above, and a hash on disk is said', (t) => {
  const plan = [
    'Limit  (cost=0.00..99.00 rows=10 width=4) (actual time=0.1..9.1 rows=10 loops=1)',
    '  ->  Sort  (cost=0.00..99.00 rows=10 width=4) (actual time=0.1..9.1 rows=10 loops=1)',
    '        Sort Key: orders.created DESC',
    '        ->  Seq Scan on orders  (cost=0.00..99.00 rows=10 width=4) (actual time=0.1..9.0 rows=10 loops=1)',
    "              Filter: ((user_id = 7) AND (status <> 'new'::text))",
    '              Rows Removed by Filter: 49990',
  ];
  const tables = [{ name: 'orders', rows: 50_000, indexed: ['id'], indexes: [['id']] }];
  t.match(postgresRemarks(plan, tables), [
    { kind: 'scan', index: 'CREATE INDEX ON orders (user_id, created)' },
  ]);
  const known = [{ ...tables[0]!, indexed: ['user_id'], indexes: [['user_id', 'created']] }];
  t.notOk('index' in postgresRemarks(plan, known)[0]!);
  const hash = [
    'Hash  (cost=1.00..2.00 rows=10 width=4) (actual time=0.1..9.1 rows=500000 loops=1)',
    '  Buckets: 131072  Batches: 16  Memory Usage: 3073kB',
  ];
  t.match(postgresRemarks(hash, []), [
    { kind: 'hash', text: /^Hash did not fit in memory and was written to disk in 16 parts/ },
  ]);
  t.end();
});
