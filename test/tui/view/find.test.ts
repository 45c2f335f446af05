import { test } from 'tap';
import type { PanelPage } from '../../../src/tui/panels/panel.js';
import { matchingLines, matchingRows } from '../../../src/tui/view/find.js';

const page = (...labels: string[]): PanelPage => ({
  headLines: () => [],
  entries: labels.map((label) => ({ line: (columns) => [label.slice(0, columns)] })),
});

test('rows are found by text that the screen cuts, whatever its case', (t) => {
  const rows = page('SELECT 1', `SELECT ${'a'.repeat(200)} FROM users`, 'users');
  t.same(matchingRows(rows, 'Users'), [1, 2]);
  t.same(matchingRows(rows, 'select'), [0, 1]);
  t.same(matchingRows(rows, ''), []);
  t.same(matchingRows(rows, 'orders'), []);
  t.end();
});

test('lines are found across their segments', (t) => {
  t.same(matchingLines([['SEL', ['ECT', 'keyword']], ['other']], 'select'), [0]);
  t.same(matchingLines([['SELECT']], ''), []);
  t.end();
});
