import { test } from 'tap';
import { mouseAction } from '../../../src/tui/input/mouse.js';
import type { ViewModel } from '../../../src/tui/view/view-model.js';

/** View model of 10 requests, scrolled by 3, below column heads, and of a text of two lines. */
const viewModel = (more: object = {}) =>
  ({
    layout: {
      compact: false,
      list: { x: 0, y: 1, width: 40, height: 6 },
      text: { x: 41, y: 1, width: 20, height: 6 },
    },
    state: { list: { cursor: { top: 3 } }, detail: { text: { top: 0 }, table: { top: 0 } }, ...more },
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
