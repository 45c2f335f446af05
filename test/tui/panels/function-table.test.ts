import { test } from 'tap';
import { lineText } from '../../../src/terminal/cells.js';
import { functionTable } from '../../../src/tui/panels/function-table.js';
import type { PanelContext } from '../../../src/tui/panels/panel.js';
import { aTrace } from '../../factory.js';
import { ORDERS_PROFILE } from '../../profile.js';
import { ORDERS_SOURCE } from '../fake.js';

const context = (more: Partial<PanelContext> = {}): PanelContext => ({
  ...{ trace: aTrace(), source: (file) => (file === 'src/orders.js' ? ORDERS_SOURCE : undefined) },
  ...{ grouped: true, sorted: 'total', libraries: false, columns: 72 },
  ...more,
});

function rows(columns: number, more: Partial<PanelContext> = {}): string[] {
  const page = functionTable(ORDERS_PROFILE, context(more));
  const lines = [...page.headLines(columns), ...page.entries.map((entry) => entry.line(columns))];
  return lines.map((line) => lineText(line).trimEnd());
}

test('functions by their own time, those of the project first', (t) => {
  t.same(rows(72), [
    '   SELF↓        TOTAL  FUNCTION  v: own first, f: icicle',
    '    30ms  60%    35ms  hydrate  src/orders.js:12',
    '   4.0ms   8%    47ms  list  src/orders.js:5',
    '   8.0ms  16%   8.0ms  pad  moment',
    '   5.0ms  10%   5.0ms  parse',
    '   3.0ms   6%   3.0ms  (garbage collector)',
  ]);
  t.same(rows(40, { sorted: 'start', grouped: false, libraries: true }).slice(0, 4), [
    '    SELF  TOTAL↓  FUNCTION',
    '   4.0ms    47ms  list  src/orders.js:5',
    '   0.0ms    45ms  emit  node:events:5',
    '   0.0ms    45ms  handle  express',
  ]);
  t.end();
});

test('a function has its callers and its hottest lines with their code', (t) => {
  const page = functionTable(ORDERS_PROFILE, context());
  const text = (row: number) => page.text!(row).map(({ line }) => lineText(line).trimEnd());
  t.same(text(0).slice(0, 9), [
    ' hydrate  src/orders.js:12',
    ' self 30ms 60%   with all that it called 35ms 70%',
    '',
    ' called by',
    '    35ms  list  src/orders.js:5',
    '',
    ' hottest lines',
    '    20ms  src/orders.js:15',
    '    14 │ // one query per order',
  ]);
  t.same(text(2).slice(3, 5), [
    ' called by',
    '   8.0ms  list  src/orders.js:5  through 1 frame of libraries',
  ]);
  t.match(text(4), [/./, /./, / the garbage collector: what is allocated/]);
  t.match(page.entries[0]!.position, { file: 'src/orders.js', line: 12 });
  t.match(page.text!(0)[7]!.position, { file: 'src/orders.js', line: 15 });
  t.end();
});
