import { test } from 'tap';
import { popupMouseActions } from '../../../src/tui/input/popup-mouse.js';
import { rowsOf } from '../frame.js';
import { createBrowser } from '../terminal.js';

const report = (column: number, row: number, button = 0) => ({ column, row, button, press: true });

test('in a menu a click does the item under it, the wheel moves, a click beside it closes', (t) => {
  const { browser, press } = createBrowser(20);
  press('s');
  const row = rowsOf(browser).findIndex((text) => text.includes('duration, slowest first'));
  const column = rowsOf(browser)[row]!.indexOf('duration');
  const actions = (mouse: ReturnType<typeof report>) => popupMouseActions(browser.viewModel(), mouse);
  t.same(actions(report(column, row)), [{ type: 'close' }, { type: 'sort', by: 'duration' }]);
  t.same(actions(report(column, row, 65)), [{ type: 'move', by: 'row', n: 1 }]);
  t.same(actions(report(0, row)), [{ type: 'close' }]);
  t.same(actions({ ...report(column, row), press: false }), []);
  press('esc');
  t.same(actions(report(column, row)), []);
  browser.close();
  t.end();
});

test('a long menu is scrolled; a question is answered by a key only', (t) => {
  const { browser, press } = createBrowser(20);
  press('?', 'end');
  const last = rowsOf(browser).findIndex((text) => text.includes('DIED'));
  t.match(popupMouseActions(browser.viewModel(), report(60, last)), [
    { type: 'close' },
    { type: 'filter', text: 'died' },
  ]);
  press('esc', 'C', 's');
  t.equal(browser.state.popup?.kind, 'ask');
  t.same(popupMouseActions(browser.viewModel(), report(60, 10)), []);
  browser.close();
  t.end();
});
