import { test } from 'tap';
import { cellWidth } from '../../src/terminal/cells.js';
import { colouredStyle, plainStyle } from '../../src/terminal/style.js';
import { type Column, tableLines } from '../../src/terminal/table.js';

const columns: Column[] = [
  { head: 'AGE', align: 'right', dropOrder: 1 },
  { head: 'PATH', minWidth: 10 },
  { head: 'N', align: 'right', dropOrder: 2 },
  { head: 'NOTE' },
];
const formatOf = (width: number) => ({ width, style: plainStyle, now: 0 });

test('columns are as wide as their content; an empty column is left out', (t) => {
  t.same(
    tableLines(
      columns,
      [
        [['1s'], ['/a'], ['5'], ['']],
        [['10m'], ['/long'], ['1,234'], ['']],
      ],
      formatOf(Infinity),
    ),
    ['AGE  PATH       N', ' 1s  /a         5', '10m  /long  1,234'],
  );
  t.end();
});

test('on a narrow terminal the path is cut in the middle, then columns are dropped', (t) => {
  const row = [['1s'], ['/0123456789012345678901234567890123456789'], ['5'], ['N+1']] as const;
  const at = (cells: number) => tableLines(columns, [[...row]], formatOf(cells))[1];
  t.equal(at(40), ' 1s  /012345678901…890123456789  5  N+1 ');
  t.equal(at(24), ' 1s  /0123…6789  5  N+1 ');
  t.equal(at(20), '/0123…56789  5  N+1 ');
  t.equal(at(16), '/0123…6789  N+1 ');
  t.equal(at(5), '/0123…6789  N+1 ', 'no narrower than that');
  t.end();
});

test('characters of two cells are counted as two', (t) => {
  const lines = tableLines(
    columns,
    [
      [['1s'], ['/日本語'], ['5'], ['x']],
      [['1s'], ['/abcdef'], ['5'], ['x']],
    ],
    formatOf(Infinity),
  );
  t.same(lines, ['AGE  PATH     N  NOTE', ' 1s  /日本語  5  x   ', ' 1s  /abcdef  5  x   ']);
  const narrow = tableLines(columns, [[['1s'], [`/${'日本語'.repeat(20)}`], ['5'], ['x']]], formatOf(40));
  t.ok(cellWidth(narrow[1]!) <= 40);
  t.end();
});

test('colours do not change the layout', (t) => {
  const rows = [[['1s', 'dim'], ['/a'], ['5', 'error'], ['x', 'warn']]] as const;
  const [, line] = tableLines(
    columns,
    rows.map((row) => [...row]),
    { width: 80, style: colouredStyle, now: 0 },
  );
  t.equal(line, ' \x1b[2m1s\x1b[0m  /a    \x1b[31m5\x1b[0m  \x1b[33mx\x1b[0m   ');
  t.end();
});
