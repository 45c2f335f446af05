import { test } from 'tap';
import { triedIndexRemark } from '../../../src/insight/plan/tried-index.js';

const index = 'CREATE INDEX ON orders (user_id)';
const remark = {
  kind: 'scan',
  table: 'orders',
  text: `All of orders is read. An index on orders (user_id) would find them. A guess: ${index};`,
  index,
};
const before = ['Seq Scan on orders  (cost=0.00..339.00 rows=1 width=8)', '  Filter: (user_id = 3)'];

test('the plan with an index that was not made stands in the place of the guess', (t) => {
  const after = [
    'Index Scan using "<13556>btree_orders_user_id" on orders  (cost=0.04..8.05 rows=1 width=8)',
  ];
  t.same(triedIndexRemark(remark, before, after), {
    ...remark,
    text: 'All of orders is read. An index on orders (user_id) would find them. Tried with hypopg: CREATE INDEX ON orders (user_id); gives the plan Index Scan, of a cost of 8.1 instead of 339.',
  });
  const bitmap = [
    'Bitmap Heap Scan on orders  (cost=4.00..20.50 rows=9 width=8)',
    '  ->  Bitmap Index Scan on "<13556>btree_orders_user_id"  (cost=0.00..4.00 rows=9 width=0)',
  ];
  t.match(
    triedIndexRemark(remark, before, bitmap).text,
    /gives the plan Bitmap Index Scan, of a cost of 21 instead of 339\.$/,
  );
  t.end();
});

test('an index that the plan does not take is no advice', (t) => {
  t.same(triedIndexRemark(remark, before, before), {
    kind: 'scan',
    table: 'orders',
    text: 'All of orders is read. An index on orders (user_id) would find them. Tried with hypopg: the plan does not take CREATE INDEX ON orders (user_id).',
  });
  t.end();
});
