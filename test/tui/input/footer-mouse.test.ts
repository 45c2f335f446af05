import { test } from 'tap';
import { BINDINGS } from '../../../src/tui/input/bindings.js';
import { footerAction } from '../../../src/tui/input/footer-mouse.js';
import { rowsOf } from '../frame.js';
import { createBrowser } from '../terminal.js';

test('a click on a key in the footer does it, from the first cell to the last', (t) => {
  const { browser, press } = createBrowser(20);
  const row = browser.state.rows - 1;
  const at = (column: number) =>
    footerAction(browser.viewModel(), BINDINGS, { column, row, button: 0, press: true });
  const found = (text: string) => {
    const column = rowsOf(browser)[row]!.indexOf(text);
    return [column - 1, column, column + text.length - 1, column + text.length].map(at);
  };
  t.same(found('s sort'), [
    undefined,
    { type: 'menu', menu: 'sort' },
    { type: 'menu', menu: 'sort' },
    undefined,
  ]);
  t.same(found('q quit').slice(0, 3), [undefined, { type: 'quit' }, { type: 'quit' }]);
  t.equal(
    footerAction(browser.viewModel(), BINDINGS, { column: 2, row: 3, button: 0, press: true }),
    undefined,
  );
  press('s');
  t.equal(at(2), undefined, 'a popup is in the way');
  browser.close();
  t.end();
});

test('a click ends a message, as a key does', (t) => {
  const { browser } = createBrowser(20);
  browser.notify('done');
  browser.point({ column: 2, row: browser.state.rows - 1, button: 0, press: true });
  t.equal(browser.state.notice, undefined);
  t.equal(browser.state.focus, 'list', 'what the message hid is not done');
  browser.close();
  t.end();
});
