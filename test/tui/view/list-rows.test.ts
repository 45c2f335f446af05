import { test } from 'tap';
import { lineText } from '../../../src/terminal/cells.js';
import { listColumns, requestRow } from '../../../src/tui/view/list-rows.js';
import { summaryOf, traceAt } from '../fake.js';

const row = (totals: object, cells: number, more: object = {}) => {
  const summary = { ...summaryOf(traceAt(0)), url: '/', findings: [], ...more, totals };
  const display = { selected: false, marked: false, now: summary.start };
  return lineText(requestRow(summary as never, listColumns(cells), display));
};
const total = (count: number) => ({ count, ms: 3, union: 3 });

test('a request without queries has the number of its other calls', (t) => {
  t.match(row({ cache: total(12) }, 66), / 12 cache /);
  t.match(row({ http: total(2), log: total(9) }, 66), / 2 http /);
  t.match(row({ rpc: total(1200000), cache: total(1) }, 66), / 1\.2M rpc /);
  t.match(row({ cache: total(12) }, 90), / - +- +12 /, 'where a column has the cache');
  t.match(row({ cache: total(12) }, 50), / - /, 'without room for a word');
  t.match(row({ log: total(3) }, 66), / 0 +- /);
  t.match(row({ sql: total(4), cache: total(1) }, 66), / 4 +3\.0ms /);
  t.end();
});

test('ERR leaves room for N+1 in the list of a screen of 104 columns and more', (t) => {
  const failed = { status: 500, findings: ['n+1'] };
  for (const columns of [104, 120, 160]) t.match(row({}, Math.floor(columns * 0.55), failed), /ERR N\+1/);
  t.end();
});
