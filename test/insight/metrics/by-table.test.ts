import { test } from 'tap';
import { byTableJson, byTableLines } from '../../../src/cli/print/by-table.js';
import { totalsByTable } from '../../../src/insight/metrics/by-table.js';
import { plainStyle } from '../../../src/terminal/style.js';

const of = (text: string, ms: number, more = {}) => ({
  ...{ kind: 'sql', text, parts: 1, ms, count: 10, errors: 0, worst: { id: `${text.length}`, ms: ms / 2 } },
  ...more,
});

const totals = totalsByTable([
  of('SELECT * FROM items AS i JOIN orders AS o ON o.id = i.order_id WHERE o.id = ?', 40, {
    site: 'a.js:1',
    parts: 3,
  }),
  of('SELECT * FROM `items` WHERE id = ?', 20.5, { errors: 2 }),
  of('WITH c AS (SELECT * FROM users) INSERT INTO audit SELECT * FROM c', 7),
  of('COMMIT', 1),
  of('get orders:#', 999, { kind: 'cache' }),
]);

test('statements add up by the tables that they name', (t) => {
  t.same(
    totals.map(({ table, ms, count, errors, statements }) => [table, ms, count, errors, statements]),
    [
      ['items', 60.5, 20, 2, 2],
      ['orders', 40, 10, 0, 1],
      ['users', 7, 10, 0, 1],
      ['audit', 7, 10, 0, 1],
      ['', 1, 10, 0, 1],
    ],
  );
  t.equal(totals[0]?.costliest.site, 'a.js:1');
  t.equal(totals[0]?.worst.ms, 20);
  t.end();
});

test('as a table and as JSON', (t) => {
  const lines = byTableLines(totals.slice(0, 1), (id) => id, { width: 200, style: plainStyle, now: 0 });
  t.match(lines[0], /^TOTAL {2}COUNT {2}ERRORS {2}TABLE +STATEMENTS {2}COSTLIEST +LINE +WORST$/);
  t.match(lines[1], /^ 61ms +20 +2 {2}items +2 {2}SELECT \* FROM items AS i JOIN .* {2}a\.js:1 \+2 +\d+ *$/);
  t.match(byTableLines(totals, (id) => id, { width: 200, style: plainStyle, now: 0 }).at(-1), / no table /);
  t.same(JSON.parse(byTableJson(totals.slice(3, 4))[0]!), {
    ...{ table: 'audit', ms: 7, count: 10, errors: 0, statements: 1 },
    costliest: { text: 'WITH c AS (SELECT * FROM users) INSERT INTO audit SELECT * FROM c', ms: 7 },
    worst: { id: '65', ms: 3.5 },
  });
  t.end();
});
