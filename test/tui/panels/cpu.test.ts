import { test } from 'tap';
import { ORDERS_PROFILE } from '../../profile.js';
import { traceAt } from '../fake.js';
import { rowsOf } from '../frame.js';
import { createBrowser, waitUntil } from '../terminal.js';

/** Browser whose newest request has a CPU profile, in its CPU tab. */
async function profiled() {
  const { browser, feed, press } = createBrowser(3);
  const newest = { ...traceAt(0), duration: 100, profiles: { cpu: ORDERS_PROFILE } };
  feed.traces[0] = newest;
  browser.detail.show(newest.id, true);
  await waitUntil(() => browser.detail.trace?.profiles !== undefined);
  press('enter', '7');
  return { browser, press, rows: () => rowsOf(browser).map((row) => row.trimEnd()) };
}

test('a profile is a table; enter reads callers and hot lines, S and v order it', async (t) => {
  const { browser, press, rows } = await profiled();
  t.match(rows().join('\n'), /▌ {4}30ms {2}60% {4}35ms {2}hydrate {2}src\/orders\.js:12/);
  press('enter');
  t.equal(browser.state.focus, 'text');
  press('left', 'S');
  t.equal(browser.state.focus, 'table');
  t.match(rows().join('\n'), /▌ {3}4\.0ms {3}8% {4}47ms {2}list/);
  press('S', 'v');
  t.match(rows().join('\n'), /8\.0ms {2}16% {3}8\.0ms {2}pad {2}moment/);
  press('i');
  t.match(rows().join('\n'), /0\.0ms {3}0% {4}45ms {2}emit {2}node:events:5/);
  browser.close();
});

test('f is an icicle: arrows move by frame, enter zooms, esc comes back', async (t) => {
  const { browser, press, rows } = await profiled();
  press('f');
  const drawn = () => rows().filter((row) => /^ ▏/.test(row));
  t.match(drawn(), [
    /^ ▏all 50ms ▓+$/,
    /^ ▏… 3 × express 45ms ─+▏GC ▒▏▓▓$/,
    /^ ▏list 45ms/,
    /^ ▏hydrate/,
    /^ ▏parse/,
  ]);
  press('down', 'right');
  t.match(rows().join('\n'), /^ GC {2}3\.0ms 6% {2}here$/m);
  press('left', 'j', 'j', 'enter');
  t.match(rows().join('\n'), /ICICLE of hydrate 35ms 70% {2}esc: back/);
  t.match(drawn(), [/^ ▏hydrate 35ms ▓+$/, /^ ▏parse/]);
  press('enter');
  t.equal(browser.state.focus, 'text', 'what fills the width cannot be zoomed');
  press('esc', 'esc');
  t.equal(drawn().length, 5);
  t.equal(browser.state.focus, 'table');
  press('enter', 'J');
  t.equal(drawn().length, 0, 'another request');
  press('f');
  t.match(browser.state.notice?.text, /only a profile has an icicle/);
  press('K');
  t.equal(drawn().length, 2, 'and back');
  browser.close();
});

test('a click selects the frame under it', async (t) => {
  const { browser, press, rows } = await profiled();
  press('f');
  const row = rows().findIndex((each) => /^ ▏… 3/.test(each));
  const column = rows()[row]!.indexOf('GC');
  browser.dispatch({
    type: 'at',
    pane: 'table',
    index: browser.viewModel().page.canvas!.frameAt(1, column - 1, 78)!,
  });
  t.match(rows().join('\n'), /^ GC {2}3\.0ms/m);
  browser.close();
});
