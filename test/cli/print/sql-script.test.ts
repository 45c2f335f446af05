import { test } from 'tap';
import { sqlLines } from '../../../src/cli/print/sql-script.js';
import { formatDateTime } from '../../../src/terminal/age.js';
import { plainStyle } from '../../../src/terminal/style.js';
import { aSpan, aTrace } from '../../factory.js';

const { duration: _, ...running } = aSpan({ name: 'COMMIT', detail: {}, stack: [] });
delete running.rows;

test('script: each statement on one line, below a comment; a statement that cannot run is commented out', (t) => {
  const spans = [
    aSpan({ name: 'select *\nfrom items where id = $1;', detail: { params: [7] } }),
    aSpan({ kind: 'cache', name: 'get a' }),
    aSpan({
      name: 'UPDATE users SET password = $1 WHERE id = $2',
      detail: { params: ['REDACTED', 7] },
      error: '42P01: no\nsuch\x1b[2J',
    }),
    running,
  ];
  const trace = aTrace({ start: 0, spans, url: '/o\n-- x' });
  t.same(sqlLines(trace, { width: 80, style: plainStyle, now: 0 }), [
    `-- GET /o -- x 200, ${formatDateTime(0)}: 3 statements`,
    '-- 1 statement writes',
    '',
    '-- #1 listOrders (src/orders.js:47), 2.0ms, 1 row',
    "select * from items where id = '7';",
    '',
    '-- #3 listOrders (src/orders.js:47), 2.0ms, 1 row, failed: 42P01: no',
    '-- cannot be run as it is: $1 is masked',
    "-- UPDATE users SET password = $1 WHERE id = '7';",
    '',
    '-- #4 no line of the app, not finished',
    'COMMIT;',
  ]);
  t.end();
});

test('writing statements are counted, wherever they write', (t) => {
  const spans = [
    aSpan({ name: 'with a as (insert into t values (1) returning *) select * from a', detail: {} }),
    aSpan({ name: '/* trace 1 */ delete from t', detail: {} }),
    aSpan({ name: "select 'insert'", detail: {} }),
  ];
  const [, writes] = sqlLines(aTrace({ spans }), { width: 80, style: plainStyle, now: 0 });
  t.equal(writes, '-- 2 statements write');
  t.end();
});
