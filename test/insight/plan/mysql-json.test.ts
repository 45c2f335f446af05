import { test } from 'tap';
import { jsonFactsOf } from '../../../src/insight/plan/mysql-json.js';

test('MariaDB: rows before the sort, the condition of a join buffer, and passes of sorts', (t) => {
  const table = {
    ...{ table_name: 'o', access_type: 'ALL', r_loops: 1, rows: 29_998, r_rows: 30_000 },
    ...{ filtered: 100, r_filtered: 0.34, attached_condition: "o.total = 5 and o.`status` = 'a'" },
  };
  const buffered = { table_name: 'b', access_type: 'ALL', r_loops: 2, rows: 10, r_rows: 40, r_filtered: 50 };
  const plan = {
    query_block: {
      nested_loop: [
        { read_sorted_file: { r_rows: 10, filesort: { r_sort_passes: 2, table } } },
        { 'block-nl-join': { table: buffered, attached_condition: 'b.total = o.user_id' } },
        { table: { table_name: 'c', access_type: 'const', r_loops: 0, rows: 1, r_rows: null } },
        { table: { table_name: '<derived2>', materialized: { filesort: { r_sort_passes: 1 } } } },
      ],
    },
  };
  const facts = jsonFactsOf(JSON.stringify(plan));
  t.same(
    [...facts.conditions],
    [
      ['o', ["o.total = 5 and o.`status` = 'a'"]],
      ['b', ['b.total = o.user_id']],
    ],
  );
  t.same(
    [...facts.figures],
    [
      ['o', { read: 30_000, fit: 102, expected: 29_998, found: 30_000 }],
      ['b', { read: 80, fit: 40, expected: 10, found: 40 }],
    ],
  );
  t.equal(facts.sortPasses, 3);
  t.end();
});

test('MySQL tells conditions, and nothing that it has not measured', (t) => {
  const attached_condition = '((`shop`.`o`.`total` = 5) and (`shop`.`o`.`made` > 3))';
  const table = { table_name: 'o', rows_examined_per_scan: 5, filtered: '33.33', attached_condition };
  const facts = jsonFactsOf({ query_block: { ordering_operation: { using_filesort: true, table } } });
  t.same([...facts.conditions], [['o', [attached_condition]]]);
  t.same([...facts.figures], []);
  t.end();
});

test('what is no plan has no facts', (t) => {
  let deep: object = {};
  for (let n = 0; n < 100_000; n++) deep = { deep };
  for (const plan of [undefined, 'no JSON', 7, null, [], deep, { table: { table_name: 3 } }]) {
    const { conditions, figures, sortPasses } = jsonFactsOf(plan);
    t.same([conditions.size, figures.size, sortPasses], [0, 0, 0]);
  }
  t.end();
});
