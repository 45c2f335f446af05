import { test } from 'tap';
import type { Trace } from '../../src/domain/trace.js';
import { maxConcurrent } from '../../src/screens/timeline-extent.js';
import { lineText } from '../../src/terminal/cells.js';
import { tabText, tabTitles } from '../../src/tui/panels/as-text.js';
import { PANELS, panelsOf } from '../../src/tui/panels/index.js';
import type { Panel, PanelContext } from '../../src/tui/panels/panel.js';
import { codeRows, stackLines } from '../../src/tui/panels/stack-detail.js';
import { timelineBar } from '../../src/tui/panels/timeline.js';
import { aFrame, atFirstFrame } from '../factory.js';
import { ORDERS_SOURCE, traceAt } from './fake.js';

const ORDERS = traceAt(1);

function reading(trace: Trace, more: Partial<PanelContext> = {}): PanelContext {
  const source = (file: string) => (file === 'src/orders.js' ? ORDERS_SOURCE : undefined);
  return { trace, source, grouped: true, sorted: 'total', libraries: false, columns: 80, ...more };
}

const panel = (title: string, trace = ORDERS): Panel => panelsOf(trace).find((one) => one.title === title)!;

function table(title: string, trace = ORDERS, more: Partial<PanelContext> = {}): string[] {
  const page = panel(title, trace).page(reading(trace, more));
  return [...page.headLines(80), ...page.entries.map((entry) => entry.line(80))].map((line) =>
    lineText(line).trimEnd(),
  );
}

function text(title: string, row: number, trace = ORDERS, more: Partial<PanelContext> = {}): string[] {
  return panel(title, trace).page(reading(trace, more)).text!(row).map(({ line }) =>
    lineText(line).trimEnd(),
  );
}

test('the overview has each finding with its line and suggestion', (t) => {
  t.same(table('Overview').slice(0, 3), [
    ' route   GET /api/orders',
    ' handler listOrders src/orders.js:5',
    ' calls   1 cache call 0.6ms, 50 queries 554ms, 1 log line',
  ]);
  t.equal(
    table('Overview')[7],
    ' N+1      521ms  src/orders.js:15  48 queries ran one after the other, one for each row of the query at src/orders.js:7.',
  );
  t.same(text('Overview', 0).slice(0, 8), [
    ' 48 queries ran one after the other, one for each row of the query at src/orders.js:7.',
    ' try   Load them at once: WHERE order_id = ANY($1), then group them by order_id.',
    '',
    ' at loadItems src/orders.js:15   e opens it',
    '    13 │ for (const order of orders) {',
    '    14 │   // one query per order',
    '  > 15 │   const items = await db.query(ITEMS, [order.id]);',
    '    16 │   order.items = items.rows;',
  ]);
  t.end();
});

test('only a request that went well has nothing suspicious', (t) => {
  const verdict = (more: Partial<Trace>) => {
    const { findings: _, spans: __, totals: ___, ...trace } = ORDERS;
    const page = panel('Overview').page(reading({ ...trace, findings: [], spans: [], totals: {}, ...more }));
    return page.headLines(80).at(-1)![0];
  };
  t.same(verdict({}), [' nothing suspicious found', 'ok']);
  t.same(verdict({ status: 404 }), [' nothing suspicious found', 'ok']);
  t.same(verdict({ state: 'open' }), [' nothing suspicious so far', 'dim']);
  for (const failed of [{ state: 'died' }, { state: 'failed' }, { status: 500 }] as const)
    t.same(verdict(failed), [' no finding besides the failure', 'warn']);
  t.end();
});

test('queries are grouped by shape, with the slowest of each group', (t) => {
  t.same(table('SQL').slice(0, 2), [
    ' COUNT  TOTAL↓     AVG  QUERY  v: one by one',
    '   48×   521ms    11ms  SELECT id, sku, amount FROM items WHERE order_id = ? N+1',
  ]);
  t.same(text('SQL', 0).slice(0, 12), [
    ' SELECT id, sku, amount',
    ' FROM items',
    ' WHERE order_id = $1',
    '',
    ' took 16ms   rows 3   at +105ms   by pg',
    ' the slowest of 48 calls, all from one line',
    ' params [23]',
    '',
    ' at loadItems src/orders.js:15:11',
    '    12 │ async function loadItems(orders) {',
    '    13 │   for (const order of orders) {',
    '    14 │     // one query per order',
  ]);
  t.equal(text('SQL', 0).at(-1), ' … 4 library frames hidden (i shows them)');
  t.equal(
    text('SQL', 0, ORDERS, { libraries: true }).at(-1),
    ' at next node_modules/router/lib/route.js:157:13',
  );
  t.end();
});

test('the same query from two lines is two rows, each with its line', (t) => {
  const [, first] = ORDERS.spans;
  const elsewhere = { file: 'src/other.js', line: 3 };
  const stack = first!.stack.map((frame) => (frame.application ? { ...frame, ...elsewhere } : frame));
  const again = { ...first!, site: 'src/other.js:3', stack };
  const rows = table('SQL', { ...ORDERS, findings: [], spans: [first!, first!, again] });
  t.equal(rows.length, 3);
  t.match(rows[1], /^ {4}2× .*src\/session\.js:14$/);
  t.match(rows[2], /^ {4}1× .*src\/other\.js:3$/);
  t.end();
});

test('ungrouped calls are in order of time, with rows and wait', (t) => {
  t.equal(table('SQL', ORDERS, { grouped: false }).length, 51);
  t.equal(
    table('SQL', traceAt(2), { grouped: false })[3],
    '  +9.0ms    84ms     1  UPDATE stock SET amount = amount - $1 WHERE sku = $2',
  );
  t.equal(
    text('SQL', 2, traceAt(2), { grouped: false })[4],
    ' took 84ms   waited 41ms   rows 1   at +9.0ms   by pg',
  );
  t.end();
});

test('a failed call is marked in its row and its text', (t) => {
  t.match(table('HTTP', traceAt(2))[1], /POST https:\/\/pay\.example\/charge +ERR$/);
  t.ok(text('HTTP', 0, traceAt(2)).includes(' 502 Bad Gateway'));
  t.end();
});

test('a tab without data has the reason', (t) => {
  const health = traceAt(6);
  for (const title of ['SQL', 'Cache', 'RPC', 'HTTP', 'Logs', 'CPU', 'Timeline']) {
    t.match(table(title, health)[0], /made no|no CPU profile/, title);
  }
  t.equal(
    table('SQL', { ...health, state: 'open', notes: ['pg 9.1: Client#query not found'] }).join('|'),
    ' no queries so far: the request is still running| not captured: pg 9.1: Client#query not found',
  );
  t.equal(
    table('Headers', { ...health, headers: undefined } as unknown as Trace)[0],
    ' the headers of this request were not recorded',
  );
  t.end();
});

test('without a CPU profile the tab has where the time went, and how to record a profile', (t) => {
  t.same(table('CPU', ORDERS), [
    ' no CPU profile was taken of this request',
    ` ${'█'.repeat(71)}${'·'.repeat(7)}`,
    ' █ sql 554ms 89%   █ cache 0.6ms <1%   · unaccounted 66ms 11%',
    ' 66ms are unaccounted: own code, or waits that are not recorded (timers, files)',
    '',
    ' to see which functions take the time:',
    ' P sends the request again with a profiler, as does',
    '   scooby profile a0000001',
  ]);
  const span = { ...ORDERS.spans[0]!, start: 1, duration: 98 };
  t.same(table('CPU', { ...ORDERS, duration: 100, spans: [span] }), [
    ' no CPU profile was taken of this request',
    ` ${'█'.repeat(76)}··`,
    ' █ cache 98ms 98%   · unaccounted 2.0ms 2%',
    ' there is little to find; its calls are where the time went',
  ]);
  t.end();
});

test('a kind without a panel gets a generic panel', (t) => {
  const trace = {
    ...ORDERS,
    spans: [
      atFirstFrame({ ...ORDERS.spans[0]!, kind: 'queue', name: 'publish mail 42' }),
      atFirstFrame({ ...ORDERS.spans[0]!, kind: 'queue', name: 'publish mail 43' }),
    ],
  };
  t.same(
    panelsOf(trace).map((one) => one.title),
    [...PANELS.map((one) => one.title), 'Queue'],
  );
  t.equal(panel('Queue', trace).badge(trace), '2');
  t.equal(table('Queue', trace)[1], '    2×   1.2ms   0.6ms  publish mail #');
  t.equal(text('Queue', 0, trace)[0], ' publish mail 42');
  t.end();
});

test('recorded text is sanitized before it is shown', (t) => {
  const evil = {
    ...ORDERS,
    spans: [
      {
        ...ORDERS.spans[1]!,
        name: 'select \x1b]0;x\x07 1',
        error: '\x1b[2J',
        detail: { params: ['\x1b[31m'] },
      },
    ],
  };
  for (const one of PANELS) {
    const page = one.page(reading(evil));
    const lines = [
      ...page.headLines(80),
      ...page.entries.flatMap((entry, index) => [
        entry.line(80),
        ...(page.text?.(index) ?? []).map(({ line }) => line),
      ]),
    ];
    t.notOk(
      lines.some((line) => lineText(line).includes('\x1b')),
      one.title,
    );
  }
  t.end();
});

test('bars show when a call began, waited and ran', (t) => {
  t.same(timelineBar({ start: 0, duration: 50 }, 100, 10), ['', '', '█████']);
  t.same(timelineBar({ start: 20, wait: 20, duration: 25 }, 100, 10), ['  ', '░░', '██▌']);
  t.same(timelineBar({ start: 99, duration: 0.01 }, 100, 10), ['         ', '', '▉']);
  t.same(timelineBar({ start: 50 }, 100, 10), ['     ', '', '█████']);
  t.equal(maxConcurrent(traceAt(5).spans.slice(2)), 4);
  t.equal(maxConcurrent(ORDERS.spans), 1);
  t.end();
});

test('the code is below the frame of the call site', (t) => {
  const [helper, asker] = [aFrame({ file: 'src/db.js', line: 1 }), aFrame({ line: 2 })];
  const source = () => 'one\ntwo';
  const shown = stackLines({ stack: [helper, asker], frame: asker }, { source, libraries: false });
  t.same(
    shown.map(({ line }) => lineText(line)),
    [' at listOrders src/db.js:1:21', ' at listOrders src/orders.js:2:21', '    1 │ one', '  > 2 │ two'],
  );
  t.end();
});

test('a code frame marks its line; without the text there is none', (t) => {
  t.same(
    codeRows('a\nb\nc', { file: 'x.js', line: 2 }).map(({ line }) => lineText(line)),
    ['    1 │ a', '  > 2 │ b', '    3 │ c'],
  );
  t.same(
    codeRows('a\r\tb\n\n  c', { file: 'x.js', line: 4 }, 2).map(({ line }) => lineText(line)),
    ['    2 │ b', '    3 │ ', '  > 4 │ c'],
    'a lone carriage return ends a line, as in the numbers of a stack',
  );
  t.same(codeRows(undefined, { file: 'x.js', line: 2 }), []);
  t.same(codeRows('a', { file: 'x.js', line: 9 }), []);
  t.end();
});

test('a tab is printed as the browser shows it', (t) => {
  const options = { columns: 80, colour: false, grouped: true, libraries: false, source: () => undefined };
  const lines = tabText(ORDERS, 'sql', options)!;
  t.equal(lines[1], '   48×   521ms    11ms  SELECT id, sku, amount FROM items WHERE order_id = ? N+1');
  t.equal(lines[5], ' SELECT id, sku, amount');
  t.equal(tabText(ORDERS, 'nothing', options), undefined);
  t.equal(tabTitles(ORDERS)[8], 'Timeline');
  t.end();
});

test('the overview begins with what was thrown; an answered 404 is said quietly', (t) => {
  const stack = [aFrame({ function: 'load', file: 'src/orders.js', line: 15 })];
  const error = {
    name: 'TypeError',
    message: 'no name',
    at: 2,
    by: 'express',
    stack,
    site: 'src/orders.js:15',
  };
  const causes = [{ name: 'Error', message: 'of the driver', stack: [] }];
  const trace = { ...ORDERS, status: 500, errors: [{ ...error, causes }] };
  t.equal(table('Overview', trace)[0], ' THREW   TypeError: no name  express answered 500');
  t.equal(table('Overview', trace)[8], ' ERROR TypeError: no name  src/orders.js:15');
  const lines = text('Overview', 0, trace);
  t.same(lines.slice(0, 3), [' TypeError: no name', '', ' at load src/orders.js:15:21']);
  t.same(lines.slice(-3, -1), [' Error: of the driver', '']);
  const quiet = { ...ORDERS, status: 404, errors: [{ ...error, status: 404 }] };
  t.equal(table('Overview', quiet)[0], ' threw   TypeError: no name  express answered 404');
  t.match(text('Overview', 1, quiet)[0], '48 queries ran', 'rows of findings follow');
  t.end();
});
