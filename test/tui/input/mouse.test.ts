import { test } from 'tap';
import { mouseAction } from '../../../src/tui/input/mouse.js';
import { listColumns } from '../../../src/tui/view/list-rows.js';
import type { ViewModel } from '../../../src/tui/view/view-model.js';

/** View model of 10 requests, scrolled by 3, below column heads, and of a text of two lines. */
const viewModel = (more: object = {}) =>
  ({
    layout: {
      compact: false,
      list: { x: 0, y: 1, width: 40, height: 6 },
      text: { x: 41, y: 1, width: 20, height: 6 },
    },
    state: {
      list: { cursor: { top: 3 }, sort: { by: 'time' } },
      detail: { text: { top: 0 }, table: { top: 0 } },
      ...more,
    },
    list: { count: 10 },
    page: { entries: [] },
    text: [['one'], ['two']],
  }) as unknown as ViewModel;
const report = (column: number, row: number, button = 0, press = true) => ({ column, row, button, press });

test('a click selects the row under it', (t) => {
  t.same(mouseAction(viewModel(), report(5, 2)), { type: 'at', pane: 'list', index: 3 });
  t.same(mouseAction(viewModel(), report(39, 6)), { type: 'at', pane: 'list', index: 7 });
  t.same(mouseAction(viewModel(), report(41, 2)), { type: 'at', pane: 'text', index: 1 });
  t.end();
});

test('a click on a column head sorts, and turns the order around', (t) => {
  const sorted = (by: string, reverse: boolean, view = 'all') => {
    const model = viewModel();
    Object.assign(model.layout, { list: { x: 0, y: 1, width: 100, height: 6 } });
    Object.assign(model.state.list, { sort: { by, reverse }, view });
    return model;
  };
  const columns = listColumns(100, false);
  const time = 2 + columns.method + 1 + columns.path + 1 + columns.status + 3;
  t.same(mouseAction(sorted('time', false), report(time, 1)), {
    type: 'sort',
    by: 'duration',
    reverse: false,
  });
  t.same(mouseAction(sorted('duration', false), report(time, 1)), {
    type: 'sort',
    by: 'duration',
    reverse: true,
  });
  t.same(mouseAction(sorted('time', false, 'routes'), report(20, 1)), {
    type: 'sort',
    by: 'path',
    reverse: false,
  });
  t.equal(mouseAction(sorted('time', false), report(3, 1)), undefined, 'METHOD has no order');
  t.end();
});

test('a click on a tab opens it', (t) => {
  const model = viewModel({ focus: 'list' });
  const panels = [
    { title: 'Overview', short: 'Over', key: '1', canBeEmpty: false, badge: () => '' },
    { title: 'SQL', short: 'SQL', key: '2', canBeEmpty: true, badge: () => '12' },
  ];
  Object.assign(model, { panels, trace: {} });
  Object.assign(model.layout, { title: { x: 41, y: 1, width: 40, height: 2 } });
  model.state.detail.tab = 'Overview';
  // [1 Overview] 2 SQL(12)
  t.same(mouseAction(model, report(41 + 13, 2)), { type: 'tab', to: 'SQL' });
  t.same(mouseAction(model, report(41 + 3, 2)), { type: 'tab', to: 'Overview' });
  t.not(mouseAction(model, report(41 + 30, 2))?.type, 'tab', 'beside the tabs');
  t.end();
});

test('a click on heads, borders and empty rows has no action', (t) => {
  const far = viewModel();
  far.state.list.cursor.top = 8;
  t.equal(mouseAction(far, report(5, 6)), undefined, 'below the last row');
  t.equal(mouseAction(viewModel(), report(40, 3)), undefined, 'between the panes');
  t.equal(mouseAction(viewModel(), report(45, 5)), undefined, 'below the text');
  t.equal(mouseAction(viewModel(), report(5, 7)), undefined, 'below the list');
  t.end();
});

test('the wheel moves the pane under it by rows; releases, other buttons and open popups have no action', (t) => {
  t.same(mouseAction(viewModel(), report(5, 2, 64)), { type: 'wheel', pane: 'list', n: -1 });
  t.same(mouseAction(viewModel(), report(45, 5, 65)), { type: 'wheel', pane: 'text', n: 1 });
  t.same(mouseAction(viewModel({ focus: 'table' }), report(40, 3, 65)), {
    type: 'wheel',
    pane: 'table',
    n: 1,
  });
  t.equal(mouseAction(viewModel(), report(5, 2, 0, false)), undefined);
  t.equal(mouseAction(viewModel(), report(5, 2, 2)), undefined);
  t.equal(mouseAction(viewModel({ popup: {} }), report(5, 2)), undefined);
  t.equal(mouseAction(viewModel({ prompt: {} }), report(5, 2)), undefined);
  t.end();
});
