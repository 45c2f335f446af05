import { test } from 'tap';
import { relativesOf } from '../../../src/cli/print/relatives.js';
import type { SourceReader } from '../../../src/cli/print/source-reader.js';
import { traceLines } from '../../../src/cli/print/trace.js';
import { whatIf } from '../../../src/insight/win/what-if.js';
import { MemoryStore } from '../../../src/store/memory.js';
import { formatDateTime } from '../../../src/terminal/age.js';
import { plainStyle } from '../../../src/terminal/style.js';
import { aFrame, aLibraryFrame, aSpan, aTrace } from '../../factory.js';

const now = Date.parse('2026-11-22T12:00:00Z');
const format = { width: 100, style: plainStyle, now };
const start = now - 125_000;
const texts: Record<string, string[]> = {
  'src/orders.js': [
    ...Array.from({ length: 44 }, () => ''),
    '  for (const { id } of orders) {',
    '    // one by one',
    '    items = await db.query(sql, [id]);',
    '  }',
    '',
  ],
};
const code: SourceReader = { lines: (file) => texts[file], changeNote: () => undefined };
const options = { code };

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

test('a request: its facts, then its calls, costliest first', async (t) => {
  t.same(traceLines(trace, options, format), [
    'GET /shops/7/orders  200  312ms',
    '  calls    52 sql 237ms (1 failed)',
    '  time     wait 3.2ms 1%   sql 237ms 76%   unaccounted 72ms 23%',
    '  route    /shops/:shop/orders   shop=7   listOrders src/orders.js:12',
    `  ran      ${formatDateTime(start)}, 2m ago, by node app.js (pid 4242, node v20.20.2)`,
    '  id       5f0c9a4e-8d1b-4c6f-9a57-2f1e0b7c3d21',
    '',
    '  50× sql  225ms  4.5ms each, slowest 5.0ms  100 rows  #2 to #51',
    '      SELECT * FROM items WHERE order_id = $1',
    '      #3, the slowest:  params  [1]',
    '      loadItems (src/orders.js:47:21)',
    '      47 │ items = await db.query(sql, [id]);',
    '',
    '   1× sql  12ms  50 rows  waited 3.2ms  #1 at +1.4ms',
    '      SELECT *',
    '      FROM orders',
    '      WHERE shop = $1',
    `      params  [7, "o'x\\u001b[2J"]`,
    '      listOrders (src/shop.js:31:35)',
    '',
    '   1× sql  2.0ms  failed  #52 at +300ms',
    '      UPDATE x',
    '      42P01: relation "x"',
    '      does not exist',
    "      no line of the app's own code called this; all frames: --stack",
    '',
    '  1 call was not recorded, because there were too many.',
    '  not captured: pg 9.1: Client#query not found',
  ]);
});

test('--ungrouped shows every call in order, --stack every frame', async (t) => {
  const ungrouped = traceLines(trace, { ...options, ungrouped: true }, format);
  t.equal(ungrouped.filter((line) => line.includes('SELECT * FROM items')).length, 50);
  const at = ungrouped.indexOf('  51  +260ms  sql  5.0ms  2 rows');
  t.same(ungrouped.slice(at + 1, at + 5), [
    '      SELECT * FROM items WHERE order_id = $1',
    '      params  [49]',
    '      loadItems (src/orders.js:47:21)',
    '      47 │ items = await db.query(sql, [id]);',
  ]);
  const stacked = traceLines(trace, { ...options, stack: true }, format);
  const frames = stacked.indexOf('      Pool.query (node_modules/pg-pool/index.js:412:10)');
  t.same(stacked.slice(frames, frames + 4), [
    '      Pool.query (node_modules/pg-pool/index.js:412:10)',
    '      loadItems (src/orders.js:47:21)',
    '      47 │ items = await db.query(sql, [id]);',
    '      src/orders.js:12:3',
  ]);
});

test('only calls of some kinds, and their findings', async (t) => {
  const finding = { severity: 'low' as const, message: '', ms: 1, confidence: 1, reasons: [] };
  const mixed = aTrace({
    start,
    spans: [aSpan(), aSpan({ kind: 'cache', library: 'redis', name: 'get a', detail: {} })],
    findings: [
      { ...finding, id: '1', kind: 'n+1', spans: [0] },
      { ...finding, id: '2', kind: 'n+1-cache', spans: [1] },
    ],
  });
  const lines = traceLines(mixed, { ...options, kinds: ['cache'] }, format);
  t.same(lines.slice(6), [
    '',
    '  N+1-CACHE  1.0ms',
    '',
    '   1× cache  2.0ms  1 row  #2 at +1.0ms',
    '      get a',
    '      listOrders (src/orders.js:47:21)',
    '      47 │ items = await db.query(sql, [id]);',
  ]);
});

test('a failed request shows its error', (t) => {
  const spans = [aSpan({ error: '42P01: relation "x" does not exist\nLINE 1' })];
  const lines = traceLines(aTrace({ start, status: 500, spans }), options, format);
  t.equal(lines[3], '  failed   42P01: relation "x" does not exist, at src/orders.js:47');
  t.end();
});

test('a request and its calls that have not finished', (t) => {
  const { duration: _, ...running } = aSpan();
  const { duration: __, status: ___, ...died } = aTrace({ start, state: 'died', spans: [running, running] });
  const lines = traceLines(died, options, format);
  t.equal(lines[0], 'GET /orders  died: the app exited before it responded');
  t.match(lines.join('\n'), /2× sql {2}2 rows {2}2 not finished {2}#1 to #2/);
  t.equal(
    traceLines({ ...died, state: 'done', aborted: true }, options, format)[0],
    'GET /orders  aborted: the response is not complete',
  );
  t.equal(traceLines({ ...died, state: 'open' }, options, format)[0], 'GET /orders  still running');
  t.end();
});

const finding = {
  id: '1',
  kind: 'n+1',
  severity: 'high' as const,
  message: 'It ran 50 times.',
  suggestion: 'Ask once.',
  spans: [0],
  site: 'src/orders.js:47',
  function: 'loadItems',
  ms: 121,
  confidence: 1,
  reasons: [],
};

test('findings come before the calls, with the code at the time of the request', async (t) => {
  const found = aTrace({ start, findings: [finding] });
  t.same(traceLines(found, options, format).slice(5), [
    '',
    '  N+1  loadItems (src/orders.js:47)  121ms',
    '  It ran 50 times.',
    '    45 │ for (const { id } of orders) {',
    '    46 │   // one by one',
    '  > 47 │   items = await db.query(sql, [id]);',
    '    48 │ }',
    '    49 │ ',
    '  → Ask once.',
  ]);
  const edited = { ...code, changeNote: () => 'changed since, now line 52' as const };
  t.equal(
    traceLines(found, { code: edited }, format)[6],
    '  N+1  loadItems (src/orders.js:47)  121ms  changed since, now line 52',
  );
});

test('a line of a package is followed by the name of the package', (t) => {
  const frame = aFrame({ function: 'run', file: 'node_modules/shop-core/run.js', package: 'shop-core' });
  const site = 'node_modules/shop-core/run.js:47';
  const found = aTrace({ start, spans: [aSpan({ stack: [frame] })], findings: [{ ...finding, site }] });
  t.same(
    traceLines(found, options, format).filter((line) => line.includes('shop-core')),
    [
      '  N+1  loadItems (node_modules/shop-core/run.js:47) in shop-core  121ms',
      '      run (node_modules/shop-core/run.js:47:21) in shop-core',
    ],
  );
  t.end();
});

test('several findings are listed first', (t) => {
  const { site: _, function: __, ...nowhere } = finding;
  const found = aTrace({ start, findings: [finding, { ...nowhere, kind: 'slow', ms: 0 }] });
  t.equal(traceLines(found, options, format)[1], '  found    N+1 src/orders.js:47 121ms  ·  SLOW');
  t.end();
});

test('control characters of recorded text are escaped', (t) => {
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
  const text = traceLines(nasty, { stack: true, code: { ...code, lines: () => [evil, evil] } }, format).join(
    '',
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  t.notMatch(text, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  t.end();
});

test('values that a log line already contains are not repeated', (t) => {
  const linesOf = (name: string, values: unknown[]) => {
    const span = aSpan({ kind: 'log', library: 'pino', name, detail: { level: 'info', values }, stack: [] });
    const lines = traceLines(aTrace({ spans: [span] }), { ...options, ungrouped: true }, format);
    return lines.slice(lines.findIndex((line) => line.includes('paid'))).map((line) => line.trim());
  };
  t.same(linesOf('paid {"id":7} Error: late', [{ id: 7 }, 'Error: late']), [
    'paid {"id":7} Error: late',
    'level  info',
  ]);
  t.same(linesOf('paid {"id":7…', [{ id: 70 }]), ['paid {"id":7…', 'level  info', 'values  [{"id":70}]']);
  t.end();
});

test('calls after the response stand apart, and count in no total', (t) => {
  const late = aTrace({
    start,
    duration: 12.5,
    spans: [aSpan(), ...[20, 30].map((at) => aSpan({ start: at, afterResponse: true }))],
  });
  const lines = traceLines(late, options, format);
  t.same(lines.slice(0, 3), [
    'GET /orders  200  13ms',
    '  calls    1 sql 2.0ms',
    '  after    2 sql 4.0ms: begun after the response',
  ]);
  t.same(
    lines.filter((line) => /×|after the response,/.test(line)),
    [
      '   1× sql  2.0ms  1 row  #1 at +1.0ms',
      '  after the response, not counted:',
      '   2× sql  4.0ms  2.0ms each, slowest 2.0ms  2 rows  #2 to #3',
    ],
  );
  const ungrouped = traceLines(late, { ...options, ungrouped: true }, format);
  t.equal(ungrouped.filter((line) => line.includes('after the response, not counted')).length, 1);
  t.end();
});

test('a unit: how it ended, its error, what led to it; of a request, what it led to', async (t) => {
  const unit = aTrace({
    method: 'job',
    url: 'emails welcome',
    route: 'emails welcome',
    params: { id: '4' },
    start,
    duration: 47,
    state: 'failed',
    error: 'no such user\nat x',
    spans: [],
  });
  Reflect.deleteProperty(unit, 'status');
  const request = aTrace({
    id: '00000000-0000-4000-8000-00000000000a',
    method: 'POST',
    url: '/users',
    start,
  });
  const store = new MemoryStore({ ttl: 60_000, maxSize: 1e6, clock: { now: () => now, steady: () => 0 } });
  store.saveAll([request, { ...unit, parent: request.id }, { ...unit, id: 'b', parent: request.id }]);
  const relatives = await relativesOf(store, (await store.find('b'))!);
  t.same(relatives, { cause: 'POST /users 200  00000000' });
  t.same(await relativesOf(store, { ...unit, parent: 'gone' }), {
    cause: 'gone, which is not stored any more',
  });
  const lines = traceLines({ ...unit, parent: request.id }, { ...options, relatives }, format);
  t.same(lines.slice(0, 5), [
    'job emails welcome  47ms  failed',
    '  calls    none that scooby records',
    '  failed   no such user',
    '  with     id=4',
    '  cause    POST /users 200  00000000',
  ]);
  t.match(await relativesOf(store, request), { effects: /^job emails welcome ×2 {2}[\da-f-]+$/ });
});

test('further away: what the request would take, and what mending each finding would win then', (t) => {
  const finding = {
    ...{ id: '1', kind: 'n+1', severity: 'high' as const, message: 'Asked often.', ms: 225 },
  };
  const findings = [
    { ...finding, spans: Array.from({ length: 50 }, (_, n) => n + 1), win: 221, confidence: 1, reasons: [] },
  ];
  const slow = { ...trace, findings };
  t.same(
    traceLines(slow, options, format).filter((line) => /what if|Asked|first/.test(line)),
    ['  N+1  225ms  fix this first: 221 of 312ms', '  Asked often.'],
  );
  const away = whatIf(slow, { sql: 2 })!;
  t.same(
    traceLines(slow, { ...options, away }, format).filter((line) => /what if|first/.test(line)),
    [
      '  what if  with a database 2ms away this page takes 312 → 414ms; after the fix 88ms',
      '  N+1  225ms  fix this first: 327 of 414ms',
    ],
  );
  t.end();
});
