import { test } from 'tap';
import { OutputLog } from '../../src/terminal/output-log.js';
import { rowsOf } from './frame.js';
import { MemoryFeed } from './memory-feed.js';
import { createBrowser } from './terminal.js';

function withOutput(lines: number, rows = 24) {
  const feed = new MemoryFeed(40);
  feed.output = new OutputLog();
  feed.output.write(Array.from({ length: lines }, (_, n) => `printed ${n}\n`).join(''), 'out');
  return createBrowser(feed, { columns: 80, rows });
}

const printedRows = (rows: string[]) =>
  rows.filter((row) => row.startsWith(' printed ')).map((row) => row.trim());

test('the output is below the list, with its newest rows visible', (t) => {
  const { browser } = withOutput(100);
  const rows = rowsOf(browser);
  t.match(rows[17], /^─ output ─+$/);
  t.same(printedRows(rows), ['printed 96', 'printed 97', 'printed 98', 'printed 99']);
  browser.close();
  t.end();
});

test('scrolling stops following, and reaching the end resumes it', (t) => {
  const { browser, press } = withOutput(100);
  press('O', 'g');
  t.equal(printedRows(rowsOf(browser))[0], 'printed 0');
  t.match(
    rowsOf(browser).find((row) => row.startsWith('─ output')),
    / 89 more below, F follows ─$/,
  );
  press('j', 'pagedown');
  t.equal(printedRows(rowsOf(browser))[0], 'printed 11');
  press('F');
  t.equal(printedRows(rowsOf(browser)).at(-1), 'printed 99');
  press('k', 'j');
  t.equal(browser.state.output?.follow, true);
  browser.close();
  t.end();
});

test('the scroll position stays when the oldest rows are dropped', (t) => {
  const { browser, press, feed } = withOutput(5900);
  press('O', 'g');
  for (let page = 0; page < 200; page++) press('pagedown');
  const before = printedRows(rowsOf(browser))[0];
  t.equal(before, 'printed 2000');
  feed.output?.write(Array.from({ length: 200 }, (_, n) => `more ${n}\n`).join(''), 'out');
  press('k', 'j');
  t.equal(printedRows(rowsOf(browser))[0], before);
  browser.close();
  t.end();
});

test('n and N go through the matches, and escape ends the search', (t) => {
  const { browser, press } = withOutput(300);
  press('O', '/', ...'printed 15', 'enter');
  const matchRow = () => rowsOf(browser).find((row) => row.startsWith('▌printed'));
  t.equal(matchRow(), '▌printed 15');
  press('n');
  t.equal(matchRow(), '▌printed 150');
  press('N');
  t.equal(matchRow(), '▌printed 15');
  press('esc');
  t.equal(browser.state.output?.find, '');
  t.equal(browser.state.focus, 'output');
  press('n');
  t.equal(browser.state.notice?.text, 'nothing is searched for: / finds');
  press('esc');
  t.equal(browser.state.focus, 'list');
  browser.close();
  t.end();
});

test('O shows, focuses and hides the output, which has a small screen for itself', (t) => {
  const { browser, press } = withOutput(100, 20);
  t.same(printedRows(rowsOf(browser)), []);
  press('O');
  t.equal(printedRows(rowsOf(browser)).length, 8);
  press('z');
  t.equal(printedRows(rowsOf(browser)).length, 15);
  press('O');
  t.same(printedRows(rowsOf(browser)), []);
  t.equal(browser.state.zoom, false);
  press('O', 'tab');
  t.equal(browser.state.focus, 'list');
  press('tab', 'tab', 'tab');
  t.not(browser.state.focus, 'output');
  browser.close();
  t.end();
});

test("a typed line goes to the app's standard input", (t) => {
  const { browser, press, feed } = withOutput(3);
  const sent: string[] = [];
  feed.tell = (line) => sent.push(line);
  press('O', 'i', 'r', 's', 'enter');
  t.same(sent, ['rs']);
  browser.close();
  t.end();
});

test('the message of a crash is cut so that its key stays visible', (t) => {
  const { browser, feed } = withOutput(3);
  feed.state = {
    ...feed.state,
    live: false,
    exit: { signal: 'SIGKILL', stderr: ['Error: '.padEnd(200, 'x')] },
  };
  browser.dispatch({ type: 'redraw' });
  t.match(rowsOf(browser)[0], /^ the app ended by SIGKILL: Error: x+… {3}r starts it again$/);
  browser.close();
  t.end();
});
