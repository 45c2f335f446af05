import { test } from 'tap';
import { lineText } from '../../../src/terminal/cells.js';
import { columnHeads, listColumns, requestRow } from '../../../src/tui/view/list-rows.js';
import { summaryOf, traceAt } from '../fake.js';

const row = (totals: object, cells: number, more: object = {}) => {
  const summary = { ...summaryOf(traceAt(0)), url: '/', findings: [], ...more, totals };
  const display = { selected: false, marked: false, now: summary.start };
  return lineText(requestRow(summary as never, listColumns(cells, false), display));
};
const total = (count: number) => ({ count, ms: 3, union: 3 });

test('a request without queries has the number of its other calls', (t) => {
  t.match(row({ cache: total(12) }, 66), / 12 cache /);
  t.match(row({ http: total(2), log: total(9) }, 66), / 2 http /);
  t.match(row({ rpc: total(1200000), cache: total(1) }, 66), / 1\.2M rpc /);
  t.match(row({ cache: total(12) }, 100), / - +- +12 /, 'where a column has the cache');
  t.match(row({ cache: total(12) }, 50), / - /, 'without room for a word');
  t.match(row({ log: total(3) }, 66), / 0 +- /);
  t.match(row({ sql: total(4), cache: total(1) }, 66), / 4 +3\.0ms /);
  t.end();
});

test('wins have a column in wide lists, and in narrow ones in their order', (t) => {
  const heads = (cells: number, by: 'time' | 'win', routes = false) =>
    lineText(columnHeads(listColumns(cells, routes, by), { by, reverse: false }, routes));
  t.match(heads(86, 'time'), /QRY {2}Q\.TIME {13}WIN AGE↓$/);
  t.notMatch(heads(85, 'time'), 'WIN');
  t.match(heads(66, 'win'), /TIME {2}QRY {11}WIN↓$/);
  t.match(heads(88, 'win', true), /P95 {2}QRY {2}Q\.TIME {4}MEAN {12}WIN↓$/);
  t.match(row({}, 86, { win: 61.4 }), / 61ms {2,}\S+$/);
  t.end();
});

test('ERR leaves room for N+1 in the list of a screen of 104 columns and more', (t) => {
  const failed = { status: 500, findings: ['n+1'] };
  for (const columns of [104, 120, 160]) t.match(row({}, Math.floor(columns * 0.55), failed), /ERR N\+1/);
  t.end();
});
