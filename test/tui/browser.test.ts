import { test } from 'tap';
import { aSpan } from '../factory.js';
import { NOW, traceAt } from './fake.js';
import { rowsOf } from './frame.js';
import { MemoryFeed } from './memory-feed.js';
import { createBrowser, waitUntil } from './terminal.js';

/** Trace that starts after all traces of the feed. */
const laterTrace = (n: number) => ({
  ...traceAt(n),
  id: `${'0'.repeat(7)}${n}-0000-4000-8000-000000000000`,
  start: traceAt(0).start + 2000 + n,
});

test('the newest request is selected while following, and new ones take its place', async (t) => {
  const { browser, feed } = createBrowser(20);
  t.equal(browser.state.list.selected, traceAt(0).id);
  feed.add(laterTrace(1));
  await waitUntil(() => browser.state.list.selected === laterTrace(1).id);
  t.equal(browser.state.list.cursor.at, 0);
  browser.close();
});

test('moving holds the list: new requests are counted and the visible rows stay', async (t) => {
  const { browser, feed, press } = createBrowser(20);
  press('j', 'j');
  t.equal(browser.state.list.selected, traceAt(2).id);
  const before = rowsOf(browser).slice(3, 12);
  feed.add({ ...laterTrace(1), start: traceAt(0).start + 9000 });
  await waitUntil(() => browser.list.fresh === 1);
  t.equal(browser.state.list.selected, traceAt(2).id);
  t.same(rowsOf(browser).slice(3, 12), before);
  t.match(rowsOf(browser)[1], /1 new, F follows/);
  press('F');
  t.equal(browser.state.list.selected, laterTrace(1).id);
  browser.close();
});

test('what the newest run has not kept is said beside the filter', (t) => {
  const feed = new MemoryFeed(20);
  feed.losses = [{ run: 3, requests: 12, reason: 'the disk is full' }];
  const { browser } = createBrowser(feed);
  t.match(rowsOf(browser)[1], /^ \/ filter {2}12 requests not kept {2}the disk is full /);
  browser.close();
  t.end();
});

test('a frozen list does not move at all', async (t) => {
  const { browser, feed, press } = createBrowser(20);
  press('p');
  const before = rowsOf(browser);
  feed.add(laterTrace(1));
  await new Promise((resolve) => setImmediate(resolve));
  t.same(rowsOf(browser), before);
  t.match(before[1], /frozen/);
  press('p', 'F');
  t.equal(browser.state.list.selected, laterTrace(1).id);
  browser.close();
});

test('a filter applies while typed: complete terms filter, the incomplete term is reported', (t) => {
  const { browser, press } = createBrowser(40);
  press('/', ...'n1');
  t.equal(browser.list.count, 4);
  t.match(rowsOf(browser)[1], /^ \/ n1 .*4 of 40/);
  press(...' status>so');
  t.equal(browser.list.count, 4);
  t.match(rowsOf(browser)[1], /^ \/ n1 status>so {3}status wants a number, not "so"$/);
  press('ctrl+u', ...'time>');
  t.equal(browser.list.count, 40, 'the word `time` alone has found nothing');
  t.match(rowsOf(browser)[1], /^ \/ time> {3}time> wants a value$/);
  press(...'100ms');
  t.equal(browser.list.count, 12);
  press('ctrl+u', ...'(n1 or died');
  t.equal(browser.list.count, 8);
  press(...') sql:"');
  t.equal(browser.list.count, 8);
  press('esc');
  t.equal(browser.state.list.filter, '');
  t.equal(browser.list.count, 40);
  press('/', ...'n1', 'enter', '/', 'ctrl+u', ...'died', 'enter', '/', 'up', 'up');
  t.equal(browser.state.prompt?.text, 'n1');
  press('enter', 'esc');
  t.equal(browser.list.count, 40);
  browser.close();
  t.end();
});

test('matches are shown with a plus while the feed is still counting', async (t) => {
  const feed = new MemoryFeed(40);
  let resolveCount = (_: number) => {};
  feed.count = ({ query }) => (query.length === 0 ? 40 : new Promise((resolve) => (resolveCount = resolve)));
  const { browser, press } = createBrowser(feed);
  press('/', ...'n1', 'enter');
  t.match(rowsOf(browser)[1], / 4\+ of 40 /);
  resolveCount(4);
  await waitUntil(() => browser.list.counted);
  t.match(rowsOf(browser)[1], / 4 of 40 /);
  browser.close();
});

test('the selection stays with its request when the filter changes', (t) => {
  const { browser, press } = createBrowser(40);
  press(...'jjjjjjjjjjj');
  const { selected } = browser.state.list;
  t.equal(selected, traceAt(11).id);
  press('/', ...'n1', 'enter');
  t.equal(browser.state.list.selected, selected);
  t.equal(browser.state.list.cursor.at, 1);
  press('esc');
  t.equal(browser.state.list.selected, selected);
  t.equal(browser.state.list.cursor.at, 11);
  browser.close();
  t.end();
});

test('an order starts at its first row', (t) => {
  const { browser, feed, press } = createBrowser(40);
  const slowest = [...feed.traces].sort((a, b) => b.duration! - a.duration!)[0]!.id;
  press(...'jjjjjjjjjjj', 's', 'd');
  t.same(browser.state.list.cursor, { at: 0, top: 0 });
  t.equal(browser.state.list.selected, slowest);
  press(...'jjj', 'S');
  t.same(browser.state.list.cursor, { at: 0, top: 0 });
  t.not(browser.state.list.selected, slowest);
  browser.close();
  t.end();
});

test('an order that loads later starts at its first row as well', async (t) => {
  const feed = new MemoryFeed(40);
  const page = feed.page.bind(feed);
  feed.page = async (...query) => page(...query);
  const { browser, press } = createBrowser(feed);
  await waitUntil(() => browser.list.count === 40);
  press(...'jjjjjjjjjjj', 's', 'd');
  await waitUntil(() => !browser.list.stale);
  t.same(browser.state.list.cursor, { at: 0, top: 0 });
  t.equal(
    browser.state.list.selected,
    (await page({ query: [] }, { by: 'duration', reverse: false }, 0, 1))[0]!.id,
  );
  browser.close();
});

test('following and freezing do not go back to a row that was selected before', (t) => {
  const { browser, press } = createBrowser(40);
  press(...'jjjjjjjjjjj', 'F', 'F');
  t.equal(browser.state.list.cursor.at, 0);
  press(...'jjjjj', 'F', 'p');
  t.equal(browser.state.list.cursor.at, 0);
  t.equal(browser.state.list.selected, traceAt(0).id);
  browser.close();
  t.end();
});

test('escape goes from the requests of a route back to its row', async (t) => {
  const feed = new MemoryFeed(40);
  const routes = feed.routes.bind(feed);
  feed.routes = async (query) => routes(query);
  const { browser, press } = createBrowser(feed);
  press('/', ...'!health', 'enter', 'v');
  await waitUntil(() => !browser.list.stale);
  press(...'jjj');
  const { route, count } = browser.list.routes[3]!;
  press('enter');
  t.equal(browser.state.list.view, 'all');
  t.match(browser.state.list.filter, /^\(!health\) method=/);
  t.equal(browser.list.count, count);
  press('enter', 'esc', 'esc');
  await waitUntil(() => !browser.list.stale);
  t.equal(browser.state.list.view, 'routes');
  t.equal(browser.state.list.filter, '!health');
  t.equal(browser.list.routes[browser.state.list.cursor.at]!.route, route);
  browser.close();
});

test('find in a tab searches the whole table, its head and the text', (t) => {
  const { browser, press } = createBrowser(40, { columns: 120, rows: 40 });
  press('j', 'enter', '2', '/', ...'update');
  t.match(rowsOf(browser).at(-1), /0 found/);
  press('ctrl+u', ...'from items');
  const { rowMatches, matches } = browser.viewModel();
  t.ok(rowMatches.length > 0);
  const found = rowMatches.length + matches.length;
  t.match(rowsOf(browser).at(-1), new RegExp(`from items.* ${found} found`));
  press('ctrl+u', ...'total');
  t.equal(browser.viewModel().headMatches, 1, 'the head of a column');
  t.match(rowsOf(browser).at(-1), / [1-9] found/);
  browser.close();
  t.end();
});

test('n goes from match to match, through rows and their texts, and N back', (t) => {
  const { browser, press } = createBrowser(40, { columns: 120, rows: 40 });
  press('j', 'enter', '2');
  const { entries } = browser.viewModel().page;
  t.ok(entries.length > 2);
  press('/', ...'sessions', 'enter');
  const [row] = browser.viewModel().rowMatches;
  t.equal(browser.state.detail.table.at, row);
  t.equal(browser.state.focus, row === 0 ? 'text' : 'table');
  press('n');
  t.equal(browser.state.focus, 'text');
  t.ok(browser.viewModel().matches.includes(browser.state.detail.text.at));
  const first = browser.state.detail.text.at;
  for (const _ of browser.viewModel().matches) press('N');
  t.equal(browser.state.focus, 'table');
  press('n');
  t.equal(browser.state.detail.text.at, browser.viewModel().matches[0]);
  t.ok(browser.state.detail.text.at <= first);
  browser.close();
  t.end();
});

test('the wheel moves the pane under the pointer, and the focus stays', (t) => {
  const { browser, press } = createBrowser(40, { columns: 120, rows: 40 });
  press('j', 'enter', '2');
  browser.dispatch({ type: 'wheel', pane: 'list', n: 1 });
  t.equal(browser.state.list.cursor.at, 2);
  t.equal(browser.state.list.selected, traceAt(2).id);
  t.equal(browser.state.focus, 'table');
  t.equal(browser.state.detail.table.at, 0);
  press('q', 'k');
  browser.dispatch({ type: 'wheel', pane: 'text', n: 1 });
  t.equal(browser.state.list.cursor.at, 1);
  t.equal(browser.state.detail.text.at, 1);
  t.equal(browser.state.focus, 'list');
  browser.close();
  t.end();
});

test('the delete key deletes the character after the caret', (t) => {
  const { browser, press } = createBrowser(40);
  press('/', ...'n12', 'left', 'left', 'delete');
  t.equal(browser.state.prompt?.text, 'n2');
  t.equal(browser.state.prompt?.caret, 1);
  press('delete', 'delete', 'backspace');
  t.equal(browser.state.prompt?.text, '');
  browser.close();
  t.end();
});

test('a filter without matches says so, with the key that clears it', (t) => {
  const { browser, press } = createBrowser(40);
  press('/', ...'foo', 'enter');
  t.equal(rowsOf(browser)[4], '  0 of 40 match "foo"   esc clears');
  browser.close();
  t.end();
});

test('from the list to the line of an N+1 in the editor takes five keys', async (t) => {
  const { browser, terminal, press } = createBrowser(40);
  press('/', 'n', '1', 'enter', 'e');
  await waitUntil(() => terminal.calls.length > 0);
  t.same(terminal.calls, ['edit /home/ann/shop/src/orders.js:15']);
  browser.close();
});

test('the detail opens the line of the row, and of the frame under the cursor', async (t) => {
  const { browser, terminal, press } = createBrowser(40);
  press('j', 'enter', '2', 'j', 'e');
  await waitUntil(() => terminal.calls.length === 1);
  press('enter', '/', ...':8:9', 'enter', 'e');
  await waitUntil(() => terminal.calls.length === 2);
  t.same(terminal.calls, ['edit /home/ann/shop/src/orders.js:7', 'edit /home/ann/shop/src/orders.js:8']);
  browser.close();
});

test('escape undoes one step at a time, back to the same list', (t) => {
  const { browser, press } = createBrowser(40);
  press(...'jjj');
  const list = rowsOf(browser);
  press('enter', '2', 'enter', 'z', '/', 'x');
  press('esc');
  t.equal(browser.state.prompt, undefined);
  t.equal(browser.state.zoom, true);
  press('esc');
  t.equal(browser.state.zoom, false);
  t.equal(browser.state.focus, 'text');
  press('esc');
  t.equal(browser.state.focus, 'table');
  press('esc');
  t.same(rowsOf(browser), list);
  browser.close();
  t.end();
});

test('q goes back to the list and quits from there; Q quits at once', (t) => {
  const { browser, terminal, press } = createBrowser(40);
  press('enter', 'enter', 'q');
  t.equal(browser.state.focus, 'list');
  t.same(terminal.calls, []);
  press('q', 'enter', 'Q');
  t.same(terminal.calls, ['quit', 'quit']);
  browser.close();
  t.end();
});

test('a request other than GET is replayed only after confirmation', async (t) => {
  const { browser, feed, press } = createBrowser(40);
  press('j', 'j', 'r');
  await waitUntil(() => browser.state.popup?.kind === 'ask');
  t.match(rowsOf(browser).join('\n'), /send POST \/checkout\/confirm again, without cookie\? y\/N/);
  press('n');
  t.same(feed.replayed, []);
  press('r');
  await waitUntil(() => browser.state.popup?.kind === 'ask');
  press('y');
  await waitUntil(() => browser.state.notice?.text === '200 after 12ms');
  press('k', 'r');
  await waitUntil(() => feed.replayed.length === 2);
  t.same(feed.replayed, ['POST /checkout/confirm', 'GET /api/orders?page=2']);
  browser.close();
});

test('P sends the request again with a profile, other than GET only after confirmation', async (t) => {
  const { browser, feed, press } = createBrowser(40);
  press('j', 'P');
  await waitUntil(() => browser.state.notice?.text === '200 after 12ms; its profile is in the tab CPU');
  press('j', 'P');
  await waitUntil(() => browser.state.popup?.kind === 'ask');
  press('y');
  await waitUntil(() => feed.replayed.length === 2);
  t.same(feed.replayed, ['GET /api/orders?page=2 (cpu)', 'POST /checkout/confirm (cpu)']);
  browser.close();
});

test('a URL can be edited before a replay', async (t) => {
  const { browser, feed, press } = createBrowser(40);
  press('j', 'R');
  t.equal(browser.state.prompt?.text, '/api/orders?page=2');
  press('backspace', '7', 'enter');
  await waitUntil(() => feed.replayed.length === 1);
  t.same(feed.replayed, ['GET /api/orders?page=7']);
  browser.close();
});

test('d compares the marked with the selected request', async (t) => {
  const { browser, press } = createBrowser(40);
  press('d');
  t.match(browser.state.notice?.text, /mark a request with m/);
  press('m', 'j', 'd');
  await waitUntil(() => browser.state.popup?.kind === 'text');
  const frame = rowsOf(browser).join('\n');
  t.match(frame, /before {2}GET \/api\/users\/0/);
  t.match(frame, /after {3}GET \/api\/orders\?page=2/);
  t.match(frame, /sql time {21}7\.7ms {5}554ms {2}\+547ms/);
  t.match(frame, /sql {30}3 {8}50 {2}\+47/);
  t.match(frame, /new {3}48 queries ran one after the other/);
  browser.close();
});

test('copying shows a message, also when the request has nothing to copy', async (t) => {
  const { browser, terminal, press } = createBrowser(40);
  press('y', 'u');
  await waitUntil(() => terminal.calls.length === 1);
  press('j', 'y', 's');
  await waitUntil(() => terminal.calls.length === 2);
  t.same(terminal.calls, [
    'copy http://localhost:4000/api/users/0',
    "copy SELECT id, sku, amount FROM items WHERE order_id = '17';",
  ]);
  t.equal(browser.state.notice?.text, 'copied 56 characters (a fake)');
  press('g', ...'jjjjjj', 'y', 's');
  await waitUntil(() => browser.state.notice?.text === 'this request has nothing of that kind');
  browser.close();
});

test('y p copies a prompt: what is wrong, the code of then, how to verify', async (t) => {
  const { browser, terminal, press } = createBrowser(40);
  press('j', 'y', 'p');
  await waitUntil(() => terminal.calls.length === 1);
  const [copied = ''] = terminal.calls;
  t.match(copied, /^copy This request of a Node\.js app does what it should not/);
  t.match(copied, '>   15 |     const items = await db.query(ITEMS, [order.id]);');
  t.match(
    copied,
    /### How to verify\n\n1\. Start the app with the change: `scooby run -- node app\.js`\n2\. `scooby verify /,
  );
  browser.close();
});

test('a statement with masked values is copied as a comment, with a warning', async (t) => {
  const feed = new MemoryFeed(3);
  const span = aSpan({ name: 'select $1, $2', detail: { params: [1, 'REDACTED'] } });
  feed.traces = feed.traces.map((trace) => ({ ...trace, spans: [span], findings: [] }));
  const { browser, terminal, press } = createBrowser(feed);
  press('y', 's');
  await waitUntil(() => terminal.calls.length === 1);
  t.same(terminal.calls, ["copy -- cannot be run as it is: $2 is masked\n-- select '1', $2;"]);
  t.same(browser.state.notice, {
    text: 'copied 58 characters (a fake); cannot be run as it is: $2 is masked',
    role: 'warn',
  });
  browser.close();
});

test('a filter is saved by name and chosen again', (t) => {
  const { browser, terminal, press } = createBrowser(40);
  press('/', ...'n1', 'enter', 'W', ...'loops', 'enter');
  t.same(browser.state.saved, [{ name: 'loops', filter: 'n1' }]);
  t.same(terminal.calls, ['save']);
  press('esc', 'f', '1');
  t.equal(browser.state.list.filter, 'n1');
  browser.close();
  t.end();
});

test('the palette finds a command by some of its letters', (t) => {
  const { browser, press } = createBrowser(40);
  press(':', ...'sldur', 'backspace', 'backspace', 'backspace', 'backspace', 'backspace', ...'slowest');
  t.equal(browser.viewModel().items[0]?.label, 'sort by duration, slowest first');
  press('enter');
  t.equal(browser.state.list.sort.by, 'duration');
  t.equal(browser.list.row(0)?.url, '/checkout/confirm');
  browser.close();
  t.end();
});

test('v cycles through the views', (t) => {
  const { browser, press } = createBrowser(40);
  press('v');
  t.equal(rowsOf(browser)[3], '▌ POST   /checkout/confirm                      4   1.26s    4    87ms ERR');
  press('v');
  t.equal(browser.list.count, 8);
  press('v');
  t.equal(browser.list.count, 4);
  press('v');
  t.equal(browser.list.count, 40);
  browser.close();
  t.end();
});

test('all keys of one read are processed', (t) => {
  const { browser } = createBrowser(100);
  for (const key of 'jjjjjjjjjjkk') browser.press(key);
  t.equal(browser.state.list.cursor.at, 8);
  browser.close();
  t.end();
});

test('pasted text goes to the prompt and is ignored elsewhere', (t) => {
  const { browser, terminal, press } = createBrowser(40);
  browser.paste('qQ');
  t.same(terminal.calls, []);
  press('/');
  browser.paste('n1\n');
  t.equal(browser.state.prompt?.text, 'n1 ');
  browser.close();
  t.end();
});

test('o opens the page of the run at the selected request, and says no token; U its URL', async (t) => {
  const feed = new MemoryFeed(5);
  const { browser, terminal, press } = createBrowser(feed);
  press('o');
  const { selected } = browser.state.list;
  await waitUntil(() => browser.state.notice !== undefined);
  t.same(terminal.calls, [`open http://127.0.0.1:4870/?token=x&at=/r/${selected}`]);
  t.equal(browser.state.notice?.text, 'opened the page in the web browser');
  press('U');
  await waitUntil(() => terminal.calls.length === 2);
  t.match(terminal.calls[1], /^open http:\/\/localhost:4000\//);
  terminal.openUrl = async (url) => url;
  press('o');
  await waitUntil(() => browser.state.notice?.text.startsWith('http') === true);
  t.match(browser.state.notice?.text, /token=x/, 'without a web browser here the link is shown');
  feed.state = { ...feed.state, live: false };
  feed.changed();
  press('o');
  t.match(
    browser.state.notice?.text,
    /no app runs under scooby in this folder: `scooby open` serves what is stored/,
  );
  browser.close();
});

test('the exit of the app is shown, and r restarts it', async (t) => {
  const feed = new MemoryFeed(5);
  feed.state = { ...feed.state, live: false, exit: { code: 1, stderr: ['Error: no \x1b[31mtable'] } };
  const { browser, press } = createBrowser(feed);
  t.equal(rowsOf(browser)[0], ' the app ended with code 1: Error: no \\x1b[31mtable   r starts it again');
  press('r');
  await waitUntil(() => feed.restarts === 1);
  browser.close();
});

test('t switches the recording, and t t goes through all three', async (t) => {
  const { browser, feed, press } = createBrowser(3);
  const modes: unknown[] = [];
  for (const key of ['t', 't', 't', 'm', 'o', 'a']) {
    const before = feed.status().recording;
    press('t', key);
    await waitUntil(() => feed.status().recording !== before);
    modes.push(feed.status().recording);
  }
  t.same(modes, ['marked', 'off', 'all', 'marked', 'off', 'all']);
  browser.close();
});

test('an empty list has instructions', (t) => {
  const { browser } = createBrowser(0);
  t.same(rowsOf(browser).slice(4, 9), [
    '  waiting for requests …',
    '',
    '  open  http://localhost:4000  in your browser, or  curl http://localhost:4000/',
    '',
    '  seen  pg 8.23.1 ✓',
  ]);
  browser.close();
  t.end();
});

test('an error of the feed is shown in the footer', async (t) => {
  const feed = new MemoryFeed(5);
  feed.find = () => Promise.reject(new Error('the database is locked'));
  const { browser, press } = createBrowser(feed);
  press('e');
  await waitUntil(() => browser.state.notice !== undefined);
  t.equal(rowsOf(browser).at(-1), ' the database is locked');
  browser.close();
});

test('rows far down are loaded when they become visible', (t) => {
  const { browser, press } = createBrowser(3000);
  press('G');
  t.equal(browser.state.list.selected, traceAt(2999).id);
  t.match(rowsOf(browser).at(-3), /^▌ GET {4}\/import\/2999/);
  press('g');
  t.equal(browser.state.list.selected, traceAt(0).id);
  browser.close();
  t.end();
});

test('the list by route is sorted by p95, by errors and by name, and turned around', async (t) => {
  const { browser, press, feed } = createBrowser(200);
  const routes = await feed.routes({ query: [] });
  const shown = () => browser.list.routes.map(({ route }) => route);
  const by = (key: (row: (typeof routes)[number]) => number) =>
    [...routes].sort((a, b) => key(b) - key(a)).map(({ route }) => route);
  press('v', 's', 'd');
  t.same(
    shown(),
    by(({ p95 }) => p95),
  );
  press('s', 's');
  t.same(
    browser.list.routes.map(({ errors }) => errors),
    routes.map(({ errors }) => errors).sort((a, b) => b - a),
  );
  press('s', 'p');
  t.same(shown(), routes.map(({ route }) => route).sort());
  press('S');
  t.same(
    shown(),
    routes
      .map(({ route }) => route)
      .sort()
      .reverse(),
  );
  browser.close();
});

test('] and [ ask what a request would take further away, on every tab', (t) => {
  const { browser, press } = createBrowser(20);
  press('enter');
  const sentence = () =>
    rowsOf(browser)
      .join('\n')
      .replaceAll(/[│\s]+/g, ' ');
  t.notMatch(sentence(), 'away this page takes');
  press(']', ']', ']');
  t.match(sentence(), /with .*2ms away this page takes [\d.]+ (?:ms )?→ [\d.]+ms/);
  press('2');
  t.match(sentence(), '2ms away this page takes');
  press('[', '[', '[', '[');
  t.equal(browser.state.detail.latency, 0);
  t.notMatch(sentence(), 'away this page takes');
  browser.close();
  t.end();
});

test('+ zooms the timeline around the selected call, which the window follows; esc shows all again', (t) => {
  const { browser, press } = createBrowser(20, { columns: 200, rows: 60 });
  press('/', ...'n1', 'enter', 'enter', '9', '-');
  t.match(rowsOf(browser).at(-1), /all of the request is shown: \+ goes closer to the selected call/);
  press('G', '+', '+', '+');
  const { window } = browser.state.detail;
  t.equal(Math.round(((window!.to - window!.from) / browser.viewModel().page.times!.extent) * 8), 1);
  t.match(rowsOf(browser).join('\n'), /\d+ms to \d+ms of \d+ms {3}- further {2}esc all/);
  press('g');
  t.equal(browser.state.detail.window!.from, 0);
  t.match(rowsOf(browser).join('\n'), /→ +\d+ms/, 'calls after it are at its side');
  press('esc');
  t.equal(browser.state.detail.window, undefined);
  t.equal(browser.state.focus, 'table');
  press('+', 'J', '-');
  t.match(rowsOf(browser).at(-1), /all of the request is shown/, 'the window is that of another request');
  press('esc');
  t.equal(browser.state.focus, 'list', 'nothing is left of it that esc would undo first');
  press('enter', '2', '+');
  t.match(rowsOf(browser).at(-1), /only the timeline can be zoomed: 9 shows it/);
  browser.close();
  t.end();
});

test('C v empties the list: what comes is listed, and esc lists all again', async (t) => {
  const { browser, feed, press } = createBrowser(20);
  press('j', 'C', 'v');
  t.equal(browser.list.count, 0);
  t.match(rowsOf(browser)[1], /since \d\d:\d\d:\d\d {2}newest first {2}following/);
  t.match(rowsOf(browser)[4], /nothing has come since .* esc lists all 20 again/);
  feed.add({ ...laterTrace(1), start: NOW + 4000 });
  await waitUntil(() => browser.list.count === 1);
  t.equal(browser.state.list.selected, laterTrace(1).id);
  press('esc');
  t.equal(browser.list.count, 21);
  browser.close();
});

test('C s empties the store after a question', async (t) => {
  const { browser, feed, press } = createBrowser(20);
  Object.assign(feed, { clear: undefined });
  press('C', 's');
  t.match(
    rowsOf(browser).at(-1),
    /these requests are in the memory of the run alone: v clears only the list/,
  );
  Object.assign(feed, { clear: async () => feed.traces.splice(0).length });
  press('C', 's', 'n');
  t.equal(feed.traces.length, 20, 'not agreed to');
  press('m', 'C', 's');
  t.match(
    rowsOf(browser).join('\n'),
    /remove 20 requests from the store, for every screen, page and command/,
  );
  press('y');
  await waitUntil(() => browser.state.notice?.text === '20 requests removed; what comes is recorded');
  t.same(browser.state.list.marks, []);
  browser.close();
});

test('a wide and high screen has the text below the table, with the width of both', (t) => {
  const { browser, press } = createBrowser(20, { columns: 200, rows: 60 });
  press('/', ...'n1', 'enter', 'enter', '2');
  const { layout } = browser.viewModel();
  t.equal(layout.text!.width, 111);
  t.equal(layout.text!.x, layout.table!.x);
  browser.dispatch({ type: 'size', columns: 200, rows: 38 });
  t.equal(browser.viewModel().layout.text!.width, 55, 'beside it where rows are few');
  browser.dispatch({ type: 'size', columns: 120, rows: 40 });
  t.equal(browser.viewModel().layout.title!.width, 71, 'in two panes the focused one is wider');
  press('esc', 'esc');
  t.equal(browser.viewModel().layout.title!.width, 53);
  browser.close();
  t.end();
});

test('esc goes back to the row that has led to a tab, and to the list from there', (t) => {
  const { browser, press } = createBrowser(20, { columns: 120, rows: 40 });
  press('/', ...'n1', 'enter', 'enter', '1', 'G', 'enter');
  t.not(browser.state.detail.tab, 'Overview');
  press('esc');
  t.equal(browser.state.detail.tab, 'Overview');
  t.equal(browser.state.detail.table.at, browser.viewModel().page.entries.length - 1);
  press('enter', '9', 'esc');
  t.equal(browser.state.focus, 'list', 'a tab of its own is no way back');
  browser.close();
  t.end();
});

test('the help has sections, whose names are found, too', (t) => {
  const { browser, press } = createBrowser(20, { columns: 120, rows: 40 });
  press('?');
  t.match(rowsOf(browser).join('\n'), /│▌list +↵ l → +open the request/);
  press(...'badges');
  t.match(rowsOf(browser).join('\n'), /│▌badges +badge +N\+1 +calls repeated in a loop/);
  browser.close();
  t.end();
});

test('beside a route its newest request is shown', async (t) => {
  const { browser, press } = createBrowser(40, { columns: 120, rows: 40 });
  press('v');
  const { route, method } = browser.list.routes[0]!;
  await waitUntil(() => browser.detail.trace?.route === route);
  t.equal(browser.detail.trace?.method, method);
  press('j');
  await waitUntil(() => browser.detail.trace?.route === browser.list.routes[1]!.route);
  press('r');
  t.match(rowsOf(browser).at(-1), /this is a route; ↵ lists its requests/);
  press('tab', 'r');
  t.match(rowsOf(browser).at(-1), /this is a route; ↵ lists its requests/, 'also from its preview');
  browser.close();
});

test('routes that are still being added up say of how many requests', async (t) => {
  const feed = new MemoryFeed(40);
  const all = feed.routes.bind(feed);
  feed.routes = async (selection) => (await all(selection)).slice(0, 1);
  const { browser, press } = createBrowser(feed, { columns: 120, rows: 40 });
  press('v');
  await waitUntil(() => browser.list.routes.length === 1);
  const { count } = browser.list.routes[0]!;
  t.match(rowsOf(browser)[1], new RegExp(`${count} of 40 so far  view routes`));
  browser.close();
});

test('long facts of a request go on in a second row', (t) => {
  const { browser, press } = createBrowser(20, { columns: 100, rows: 40 });
  press('/', ...'checkout', 'enter');
  const rows = rowsOf(browser).map((row) => row.slice(56).trimEnd());
  const at = rows.findIndex((row) => row.includes('calls '));
  t.match(rows[at], /calls {3}1 cache call/);
  t.match(rows[at + 1], /^ {8,}\S/);
  t.notMatch(rows.slice(at, at + 2).join(''), /…/);
  browser.close();
  t.end();
});

test('a text of a file that was not stored is asked for again with the next request', (t) => {
  const feed = new MemoryFeed(20);
  let isStored = false;
  const source = feed.source.bind(feed);
  feed.source = (hash) => (isStored ? source(hash) : undefined);
  const { browser, press } = createBrowser(feed, { columns: 120, rows: 40 });
  press('/', ...'n1', 'enter', 'enter', '2');
  t.notMatch(rowsOf(browser).join('\n'), /> 15 │/);
  isStored = true;
  press('J');
  t.match(rowsOf(browser).join('\n'), /> 15 │ {5}const items = await db\.query/);
  browser.close();
  t.end();
});
