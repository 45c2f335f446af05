import { test } from 'tap';
import { OutputLog } from '../../src/terminal/output-log.js';
import { rowsOf } from './frame.js';
import { MemoryFeed } from './memory-feed.js';
import { aBrowser } from './terminal.js';

function withOutput(lines: number, rows = 24) {
  const feed = new MemoryFeed(40);
  feed.output = new OutputLog();
  feed.output.write(Array.from({ length: lines }, (_, n) => `printed ${n}\n`).join(''), 'out');
  return aBrowser(feed, { columns: 80, rows });
}

const shown = (rows: string[]) => rows.filter((row) => row.startsWith(' printed ')).map((row) => row.trim());

test('the output stands under the list, its newest rows in sight', (t) => {
  const { browser } = withOutput(100);
  const rows = rowsOf(browser);
  t.match(rows[17], /^─ output ─+$/);
  t.same(shown(rows), ['printed 96', 'printed 97', 'printed 98', 'printed 99']);
  browser.close();
  t.end();
});

test('it is scrolled, and follows again at its end', (t) => {
  const { browser, press } = withOutput(100);
  press('O', 'g');
  t.equal(shown(rowsOf(browser))[0], 'printed 0');
  t.match(
    rowsOf(browser).find((row) => row.startsWith('─ output')),
    / 89 more below, F follows ─$/,
  );
  press('j', 'pagedown');
  t.equal(shown(rowsOf(browser))[0], 'printed 11');
  press('F');
  t.equal(shown(rowsOf(browser)).at(-1), 'printed 99');
  press('k', 'j');
  t.equal(browser.state.output?.follow, true);
  browser.close();
  t.end();
});

test('what is scrolled to stays when the oldest rows go', (t) => {
  const { browser, press, feed } = withOutput(5900);
  press('O', 'g');
  for (let page = 0; page < 200; page++) press('pagedown');
  const before = shown(rowsOf(browser))[0];
  t.equal(before, 'printed 2000');
  feed.output?.write(Array.from({ length: 200 }, (_, n) => `more ${n}\n`).join(''), 'out');
  press('k', 'j');
  t.equal(shown(rowsOf(browser))[0], before);
  browser.close();
  t.end();
});

test('something is found in it, forwards and back, and escape forgets it', (t) => {
  const { browser, press } = withOutput(300);
  press('O', '/', ...'printed 15', 'enter');
  const at = () => rowsOf(browser).find((row) => row.startsWith('▌printed'));
  t.equal(at(), '▌printed 15');
  press('n');
  t.equal(at(), '▌printed 150');
  press('N');
  t.equal(at(), '▌printed 15');
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

test('O shows it and goes there, and hides it from there; a small screen gives it everything', (t) => {
  const { browser, press } = withOutput(100, 20);
  t.same(shown(rowsOf(browser)), []);
  press('O');
  t.equal(shown(rowsOf(browser)).length, 8);
  press('z');
  t.equal(shown(rowsOf(browser)).length, 15);
  press('O');
  t.same(shown(rowsOf(browser)), []);
  t.equal(browser.state.zoom, false);
  press('O', 'tab');
  t.equal(browser.state.focus, 'list');
  press('tab', 'tab', 'tab');
  t.not(browser.state.focus, 'output');
  browser.close();
  t.end();
});

test('a line is typed to the app', (t) => {
  const { browser, press, feed } = withOutput(3);
  const told: string[] = [];
  feed.sendInput = (line) => told.push(line);
  press('O', 'i', 'r', 's', 'enter');
  t.same(told, ['rs']);
  browser.close();
  t.end();
});

test('a crash is told in words, cut so that what to do stays in sight', (t) => {
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
