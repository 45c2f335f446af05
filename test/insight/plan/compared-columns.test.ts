import { test } from 'tap';
import { comparedByKind, orderColumnsOf, tableAliases } from '../../../src/insight/plan/compared-columns.js';

test('the columns that a statement compares, by how', (t) => {
  const sql = 'select a from orders where `b` = ? and c in (1) and d = b and e > 3';
  t.same(comparedByKind(sql, 'orders', true, 'mysql'), { equal: ['b', 'c', 'd'], range: ['e'] });
  const join = 'select 1 from t o join u on u.x = o.y where o.a > 1 and b = 2';
  t.same(comparedByKind(join, 'o', false, 'mysql'), { equal: [], range: ['a'] });
  const condition =
    'o.y = u.x and o.z = u.a + 1 and 3 = u.b and 4 = lower(u.c) and `d`.`u`.`e` > 2 and o.w = u.d';
  t.same(comparedByKind(condition, 'u', false, 'mysql', true), { equal: ['x', 'b', 'd'], range: ['e'] });
  t.same(comparedByKind('update t set a = 1 where b = 2', 't', true, 'sqlite'), { equal: ['b'], range: [] });
  t.same(comparedByKind('select 1 from t where "from" = ?', 't', true, 'sqlite'), {
    equal: ['from'],
    range: [],
  });
  t.end();
});

test('the columns that a statement sorts its rows by', (t) => {
  const orderOf = (sql: string, table = 't', isOnly = true) => orderColumnsOf(sql, table, isOnly, 'mysql');
  t.same(orderOf('select a from t where b = ? order by c desc, `d` DESC limit 3'), ['c', 'd']);
  t.same(orderOf('select a from t order by t.c, e'), ['c', 'e']);
  t.same(orderOf('select a from t order by c, d desc'), [], 'in two directions');
  t.same(orderOf('select a from t order by lower(c)'), []);
  t.same(orderOf('select (select b from u order by b) from t'), []);
  t.same(orderOf('select 1 from t join u on u.a = t.a order by t.c', 't', false), ['c']);
  t.same(orderOf('select 1 from t join u on u.a = t.a order by u.c', 't', false), []);
  t.end();
});

test('tables by their aliases', (t) => {
  const sql = 'select 1 from shop.orders as o join `items` i on i.a = o.a join users on 1 = 1';
  t.same(
    [...tableAliases(sql, 'mysql')],
    [
      ['o', 'orders'],
      ['i', 'items'],
      ['users', 'users'],
    ],
  );
  t.end();
});
