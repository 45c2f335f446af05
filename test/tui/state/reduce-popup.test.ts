/** Find in a popup with text. */

import { test } from 'tap';
import { rowsOf } from '../frame.js';
import { createBrowser } from '../terminal.js';

test('/ finds in a popup, n and N go on, esc ends the search and then closes', (t) => {
  const { browser, press } = createBrowser(20);
  const lines = Array.from({ length: 200 }, (_, n) => [`line ${n}${n % 60 === 50 ? ' Wanted' : ''}`]);
  browser.dispatch({ type: 'show', title: 'a text', lines });
  press('/', ...'wanted');
  t.match(rowsOf(browser).at(-1), /find wanted {2,}3 found/);
  press('enter');
  const seen = () => rowsOf(browser).find((row) => row.includes('Wanted'));
  t.match(seen(), /line 50 Wanted/);
  press('n');
  t.match(seen(), /line 110 Wanted/);
  press('n', 'n');
  t.match(seen(), /line 50 Wanted/, 'after the last comes the first');
  press('N');
  t.match(seen(), /line 170 Wanted/);
  press('esc');
  t.equal(browser.state.popup?.kind, 'text');
  press('n');
  t.equal(browser.state.notice?.text, 'nothing is searched for: / finds');
  press('/', ...'zzz', 'enter');
  t.equal(browser.state.notice?.text, '"zzz" is not in it');
  press('esc', 'esc');
  t.equal(browser.state.popup, undefined);
  t.equal(browser.state.detail.find, '', 'the tab is not searched');
  browser.close();
  t.end();
});

test('a sentence that is wider than the popup is wrapped, not cut', (t) => {
  const { browser } = createBrowser(20);
  const sentence = `the query ${'asked again and '.repeat(12)}asked a last time`;
  browser.dispatch({ type: 'show', title: 'a text', lines: [[' new   ', sentence]] });
  t.match(rowsOf(browser).join('\n'), /asked a last time/);
  browser.close();
  t.end();
});
