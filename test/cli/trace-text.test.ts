import { test } from 'tap';
import { plain } from '../../src/cli/style.js';
import { traceLines } from '../../src/cli/trace-text.js';
import { dayAndTime } from '../../src/cli/when.js';
import { aFrame, aLibraryFrame, aSpan, aTrace } from '../factory.js';

const now = Date.parse('2026-11-22T12:00:00Z');
const screen = { width: 100, style: plain, now };
const start = now - 125_000;
const code = (file: string, line: number) =>
  file === 'src/orders.js' && line === 47 ? '    items = await db.query(sql, [id]);' : undefined;
const showing = { code };

const stack = [
  aLibraryFrame(),
  aFrame({ function: 'loadItems' }),
  aFrame({ function: '', line: 12, column: 3 }),
];
const trace = aTrace({
  id: '5f0c9a4e-8d1b-4c6f-9a57-2f1e0b7c3d21',
  url: '/shops/7/orders',
  route: '/shops/:shop/orders',
  params: { shop: '7' },
  handler: 'listOrders src/orders.js:12',
  start,
  duration: 312.4,
  spans: [
    aSpan({
      name: '\n    SELECT *\n    FROM orders\n    WHERE shop = $1',
      start: 1.4,
      duration: 12.4,
      wait: 3.2,
      rows: 50,
      detail: { params: [7, "o'x\x1b[2J"] },
      stack: [aFrame({ function: 'listOrders', file: 'src/shop.js', line: 31, column: 35 })],
    }),
    ...Array.from({ length: 50 }, (_, n) =>
      aSpan({ start: 15 + n * 5, duration: 4 + (n % 2), rows: 2, detail: { params: [n] }, stack }),
    ),
    aSpan({
      name: 'UPDATE x',
      start: 300,
      duration: 2,
      error: '42P01: relation "x"\ndoes not exist',
      detail: { params: [] },
      stack: [aLibraryFrame()],
    }),
  ],
  dropped: 1,
  notes: ['pg 9.1: Client#query not found'],
});
delete trace.spans[51]!.rows;

test('a request: what is known of it, then its calls, repeated ones put together', (t) => {
  t.same(traceLines(trace, showing, screen), [
    'GET /shops/7/orders  200  312ms',
    `  when     ${dayAndTime(start)}, 2m ago`,
    '  route    /shops/:shop/orders   shop=7',
    '  handler  listOrders src/orders.js:12',
    '  app      node app.js   (pid 4242, node v20.20.2)',
    '  id       5f0c9a4e-8d1b-4c6f-9a57-2f1e0b7c3d21',
    '  calls    52 sql 239ms (waited 3.2ms, 1 failed)',
    '',
    '   1  +1.4ms  sql  12ms  50 rows  waited 3.2ms',
    '      SELECT *',
    '      FROM orders',
    '      WHERE shop = $1',
    `      params  [7, "o'x\\u001b[2J"]`,
    '      listOrders (src/shop.js:31:35)',
    '',
    '   2  +15ms  sql ×50  225ms (4.5ms each, slowest 5.0ms)  100 rows',
    '      SELECT * FROM items WHERE order_id = $1',
    '      params  [0]  [1]  [2]  … 47 more',
    '      loadItems (src/orders.js:47:21)',
    '      47 │ items = await db.query(sql, [id]);',
    '',
    '  52  +300ms  sql  2.0ms  failed',
    '      UPDATE x',
    '      42P01: relation "x"',
    '      does not exist',
    "      no line of the app's own code called this; all frames: --stack",
    '',
    '  1 call was not kept: there were too many.',
    '  pg 9.1: Client#query not found',
  ]);
  t.end();
});

test('--ungrouped shows every call, --stack every frame', (t) => {
  const ungrouped = traceLines(trace, { ...showing, ungrouped: true }, screen);
  t.equal(ungrouped.filter((line) => line.includes('SELECT * FROM items')).length, 50);
  const at = ungrouped.indexOf('  51  +260ms  sql  5.0ms  2 rows');
  t.same(ungrouped.slice(at + 1, at + 3), [
    '      SELECT * FROM items WHERE order_id = $1',
    '      params  [49]',
  ]);
  const stacked = traceLines(trace, { ...showing, stack: true }, screen);
  const frames = stacked.indexOf('      Pool.query (node_modules/pg-pool/index.js:412:10)');
  t.same(stacked.slice(frames, frames + 4), [
    '      Pool.query (node_modules/pg-pool/index.js:412:10)',
    '      loadItems (src/orders.js:47:21)',
    '      47 │ items = await db.query(sql, [id]);',
    '      anonymous (src/orders.js:12:3)',
  ]);
  t.end();
});

test('only calls in a row, of one statement, from one line, with one outcome, are put together', (t) => {
  const spans = [
    aSpan(),
    aSpan(),
    aSpan({ stack: [aFrame({ line: 50 })] }),
    aSpan({ error: 'no' }),
    aSpan(),
    aSpan({ kind: 'cache' }),
    aSpan(),
  ];
  const lines = traceLines(aTrace({ start, spans }), showing, screen);
  t.same(
    lines.filter((line) => /^ +\d+ {2}\+/.test(line)).map((line) => line.replace(/ {2}\+1\.0ms/, '').trim()),
    [
      '1  sql ×2  4.0ms (2.0ms each, slowest 2.0ms)  2 rows',
      '3  sql  2.0ms  1 row',
      '4  sql  2.0ms  1 row  failed',
      '5  sql  2.0ms  1 row',
      '6  cache  2.0ms  1 row',
      '7  sql  2.0ms  1 row',
    ],
  );
  t.end();
});

test('a request that did not end says so, and so do its calls', (t) => {
  const { duration: _, ...running } = aSpan();
  const { duration: __, status: ___, ...died } = aTrace({ start, state: 'died', spans: [running, running] });
  const lines = traceLines(died, showing, screen);
  t.equal(lines[0], 'GET /orders  died: the app ended before it had answered');
  t.match(lines.join('\n'), /1 {2}\+1\.0ms {2}sql ×2 {2}not finished {2}2 rows/);
  t.equal(traceLines({ ...died, state: 'open' }, showing, screen)[0], 'GET /orders  still running');
  t.end();
});

test('findings come before the calls', (t) => {
  const found = aTrace({
    start,
    findings: [
      {
        id: '1',
        kind: 'n+1',
        severity: 'high',
        message: 'It ran 50 times.',
        suggestion: 'Ask once.',
        spans: [0],
        site: 'src/orders.js:47',
        function: 'loadItems',
        ms: 1,
        confidence: 1,
        reasons: [],
      },
    ],
  });
  t.same(traceLines(found, showing, screen).slice(-5), [
    '  calls    none that scooby knows of',
    '',
    '  N+1  loadItems (src/orders.js:47)',
    '  It ran 50 times.',
    '  Ask once.',
  ]);
  t.end();
});

test('nothing recorded can steer the terminal', (t) => {
  const evil = '\x1b]52;c;eA==\x07\u009b2J\u202e\r';
  const nasty = aTrace({
    start,
    method: evil,
    url: evil,
    route: evil,
    handler: evil,
    params: { [evil]: evil },
    app: { pid: 1, command: evil, cwd: evil, node: evil },
    spans: [
      aSpan({
        kind: evil,
        library: evil,
        name: `${evil}\n${evil}`,
        error: evil,
        detail: { [evil]: evil, params: [evil] },
        stack: [aFrame({ function: evil, file: evil })],
      }),
    ],
    findings: [
      {
        id: evil,
        kind: evil,
        severity: 'high',
        message: evil,
        suggestion: evil,
        spans: [],
        site: evil,
        function: evil,
        ms: 1,
        confidence: 1,
        reasons: [evil],
      },
    ],
    totals: { [evil]: { count: 1, ms: 1 } },
    notes: [evil],
  });
  const text = traceLines(nasty, { stack: true, code: () => evil }, screen).join('');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  t.notMatch(text, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  t.end();
});
