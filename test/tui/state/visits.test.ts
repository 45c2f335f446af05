/** Requests that are shown in place of the list's. */

import { test } from 'tap';
import { traceAt } from '../fake.js';
import { rowsOf } from '../frame.js';
import { createBrowser } from '../terminal.js';

const aWait = (trace: string) => ({
  ...traceAt(0).spans[0]!,
  ...{ kind: 'blocked', name: 'buildCsv', duration: 180, detail: { request: 'GET /report', trace } },
});

function blocked() {
  const setup = createBrowser(20);
  const { feed } = setup;
  feed.traces[2] = { ...traceAt(2), spans: [aWait(traceAt(5).id), ...traceAt(2).spans] };
  feed.traces[5] = { ...traceAt(5), spans: [aWait(traceAt(2).id)] };
  return setup;
}

test('b shows the request that kept this one waiting, which the list may not have; esc comes back', (t) => {
  const { browser, press } = blocked();
  press('j', 'j', 'enter', '2');
  t.equal(browser.detail.trace?.id, traceAt(2).id);
  press('b');
  t.equal(browser.detail.trace?.id, traceAt(5).id);
  t.match([browser.state.detail.tab, browser.state.focus], ['Overview', 'table']);
  t.equal(browser.state.list.selected, traceAt(2).id, 'the list stays');
  t.match(rowsOf(browser).join('\n'), /esc back/);
  press('b');
  t.equal(browser.detail.trace?.id, traceAt(2).id, 'two that blocked each other');
  press('esc');
  t.equal(browser.detail.trace?.id, traceAt(5).id);
  press('esc');
  t.equal(browser.detail.trace?.id, traceAt(2).id);
  t.match([browser.state.detail.tab, browser.state.focus], ['SQL', 'table']);
  press('esc');
  t.equal(browser.state.focus, 'list');
  browser.close();
  t.end();
});

test('esc leaves a visit before it ends the zoom that was there before', (t) => {
  const { browser, press } = blocked();
  press('j', 'j', 'enter', 'z', 'b', 'esc');
  t.equal(browser.detail.trace?.id, traceAt(2).id);
  t.equal(browser.state.zoom, true);
  browser.close();
  t.end();
});

test('the next request, or the list, ends a visit', (t) => {
  const { browser, press } = blocked();
  press('j', 'j', 'enter', 'b', 'J');
  t.equal(browser.detail.trace?.id, traceAt(3).id);
  press('K', 'b', 'q');
  t.equal(browser.state.focus, 'list');
  press('enter');
  t.equal(browser.detail.trace?.id, traceAt(2).id);
  browser.close();
  t.end();
});

test('where nothing blocked, and where what blocked is gone, it is said', (t) => {
  const { browser, feed, press } = blocked();
  press('enter', 'b');
  t.equal(browser.state.notice?.text, 'no other request kept this one waiting');
  press('J', 'J');
  feed.traces.splice(5, 1);
  press('b');
  t.match(rowsOf(browser).join('\n'), /this request is no longer stored/);
  press('esc');
  t.equal(browser.detail.trace?.id, traceAt(2).id);
  browser.close();
  t.end();
});

test('d compares the request that is visited with another one, not with itself', async (t) => {
  const { browser, press } = blocked();
  press('j', 'j', 'm', 'j', 'j', 'j', 'm', 'k', 'k', 'k', 'enter', 'b', 'd');
  await new Promise(setImmediate);
  t.match(rowsOf(browser).join('\n'), new RegExp(`before .*${traceAt(2).id.slice(0, 8)}`));
  browser.close();
  t.end();
});
