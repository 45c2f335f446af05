import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Test, test } from 'tap';
import { topLines } from '../../../src/cli/commands/top.js';
import { differenceLines } from '../../../src/cli/print/diff.js';
import { diffTraces } from '../../../src/cli/select/difference.js';
import type { Finding, Trace } from '../../../src/domain/trace.js';
import { samplesOf } from '../../../src/insight/metrics/samples.js';
import { openStore } from '../../../src/store/open.js';
import { plainStyle } from '../../../src/terminal/style.js';
import { aFrame, aSpan, aTrace } from '../../factory.js';

const program = fileURLToPath(new URL('../../../bin/scooby.js', import.meta.url));
const { FORCE_COLOR: _, NO_COLOR: __, SCOOBY_DB: ___, ...env } = process.env;

const finding: Finding = {
  id: 'f1',
  kind: 'n+1',
  severity: 'high',
  message: 'It ran 3 times.',
  spans: [],
  ms: 6,
  confidence: 1,
  site: 'src/orders.js:47',
  function: 'loadItems',
  reasons: [],
};
const items = (duration: number, line = 47) =>
  aSpan({
    name: 'select * from items where id = 1',
    stack: [aFrame({ function: 'loadItems', line })],
    duration,
  });
const orders = (more: Partial<Trace>): Trace => aTrace({ url: '/orders', route: '/orders', ...more });
const looping = (more: Partial<Trace>) =>
  orders({ duration: 40, spans: [items(1), items(2), items(3)], findings: [finding], ...more });
const batched = (more: Partial<Trace>) =>
  orders({
    duration: 10,
    spans: [aSpan({ name: 'select * from items where id = any($1)', duration: 2 })],
    ...more,
  });

const ago = (minutes: number) => Date.now() - minutes * 60_000;

/** Function that runs a command on a database with two runs. */
async function twoRuns(t: Test) {
  const db = join(t.testdir(), 'scooby.db');
  for (const [command, traces] of [
    [
      'node old.js',
      [
        looping({ id: 'aaaaaaaa-1', start: ago(271) }),
        looping({ id: 'aaaaaaaa-2', start: ago(270), duration: 60 }),
        aTrace({ id: 'bbbbbbbb-1', start: ago(269), url: '/gone', route: '/gone', status: 500, duration: 5 }),
      ],
    ],
    ['node new.js', [batched({ id: 'cccccccc-1', start: ago(90) })]],
  ] as const) {
    const run = { key: command, start: ago(390), command };
    const store = await openStore({ db, cwd: '/', samplesOf, run }, t.fail);
    store.saveAll([...traces]);
    store.close();
  }
  return (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args, '--db', db], {
      env,
      encoding: 'utf8',
    });
    return { code: status, out: stdout, err: stderr };
  };
}

test('top by statement, site, route and finding, costliest first', async (t) => {
  const scooby = await twoRuns(t);
  t.same(scooby('top'), {
    code: 0,
    out: [
      'TOTAL  SHARE  COUNT  REQUESTS    P50    P95  STATEMENT                              LINE              WORST',
      ' 12ms     5%      6         2  2.0ms  3.0ms  SELECT * FROM items WHERE id = ?       src/orders.js:47  aaaaaaaa-1',
      '2.0ms     2%      1         1  2.0ms  2.0ms  SELECT * FROM items WHERE id = ANY(?)  src/orders.js:47  cccccccc',
      '',
    ].join('\n'),
    err: '',
  });
  t.match(scooby('top', '--by', 'route').out, /^110ms {4}96% {6}3 +40ms +60ms +GET \/orders +aaaaaaaa-2$/m);
  t.equal(
    scooby('top', '--by', 'time').out,
    [
      'TOTAL  SHARE  COUNT    P50    P95  WHERE IT WENT  WORST',
      '107ms    93%      4  8.0ms   57ms  unaccounted    aaaaaaaa-2',
      '8.0ms     7%      3  3.0ms  3.0ms  SQL            aaaaaaaa-1',
      '',
    ].join('\n'),
  );
  t.match(scooby('top', '--by', 'finding').out, /N\+1 {2}It ran 3 times\. {2}src\/orders\.js:47 {2}aaaaaaaa/);
  t.match(
    scooby('top', '--by', 'site').out,
    /src\/orders\.js:47 {2}SELECT \* FROM items WHERE id = \? {2}and 1 more/,
  );
});

test('top: filter, limit, JSON and no result', async (t) => {
  const scooby = await twoRuns(t);
  const lines = (...args: string[]) =>
    scooby('top', '--json', ...args)
      .out.split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  t.match(lines('-n', '1'), [
    {
      kind: 'sql',
      text: 'SELECT * FROM items WHERE id = ?',
      site: 'src/orders.js:47',
      function: 'loadItems',
      count: 6,
      requests: 2,
      ms: 12,
      p50: 2,
      p95: 3,
      share: 0.0522,
      errors: 0,
      worst: { id: /^aaaaaaaa/, ms: 3 },
    },
  ]);
  t.same(
    lines('--since', '2h').map(({ count }) => count),
    [1],
  );
  t.same(
    lines('n1', 'slower:50ms').map(({ count }) => count),
    [3],
  );
  t.match(lines('--by', 'route', '--status', '500'), [
    { method: 'GET', route: '/gone', errors: 1, share: 1 },
  ]);
  const empty = scooby('top', '--path', 'nowhere');
  t.same([empty.code, empty.out], [0, '']);
  t.match(empty.err, /^Nothing to add up/);
  const invalid = scooby('top', 'slower:soon');
  t.same(invalid, {
    code: 2,
    out: '',
    err: 'scooby: The filter is invalid: slower wants a time like 200ms or 1.5s, not "soon".\n',
  });
});

test('list --by route and --by run', async (t) => {
  const scooby = await twoRuns(t);
  t.equal(
    scooby('list', '--by', 'route').out,
    [
      'METHOD  ROUTE    COUNT    P50    P95  WORST  QUERIES  MOST  ERRORS  FOUND  WORST IS',
      'GET     /orders      3   40ms   60ms   60ms      2.3     3          N+1    aaaaaaaa-2',
      'GET     /gone        1  5.0ms  5.0ms  5.0ms                      1         bbbbbbbb',
      '',
    ].join('\n'),
  );
  t.match(JSON.parse(scooby('list', '--by', 'route', '--json', 'n1').out), {
    method: 'GET',
    route: '/orders',
    count: 2,
    ms: 100,
    p50: 40,
    p95: 60,
    errors: 0,
    findings: ['n+1'],
    queries: { total: 6, average: 3, most: 3 },
  });
  t.equal(
    scooby('list', '--by', 'run').out,
    [
      'RUN  BEGAN  COMMAND      REQUESTS   P50   P95  WORST  ERRORS',
      '  2     6h  node new.js         1  10ms  10ms   10ms',
      '  1     6h  node old.js         3  40ms  60ms   60ms       1',
      '',
    ].join('\n'),
  );
  t.match(JSON.parse(scooby('list', '--by', 'run', '--json', '-n', '1').out), {
    run: 2,
    command: 'node new.js',
  });
  t.equal(scooby('list', 'n1').out.split('\n').length, 4);
});

test('diff: a fixed N+1', async (t) => {
  const scooby = await twoRuns(t);
  const { code, out } = scooby('diff');
  t.equal(code, 0);
  t.equal(
    out,
    [
      'before  GET /orders  aaaaaaaa  4h ago',
      'after   GET /orders  cccccccc  1h ago',
      '',
      '             BEFORE  AFTER  CHANGE',
      'time           60ms   10ms   -50ms',
      'sql time      3.0ms  2.0ms  -1.0ms',
      'unaccounted    57ms  8.0ms   -49ms',
      'sql               3      1      -2',
      '',
      'gone   N+1  loadItems (src/orders.js:47)',
      '       It ran 3 times.',
      '',
      '      OFTEN   TIME  CALL                                   LINE',
      'gone      3  6.0ms  SELECT * FROM items WHERE id = ?       src/orders.js:47',
      'new          2.0ms  SELECT * FROM items WHERE id = ANY(?)  src/orders.js:47',
      '',
      'There are no other calls.',
      '',
    ].join('\n'),
  );
  t.match(JSON.parse(scooby('diff', 'aaaaaaaa-1', 'last', '--json').out), {
    before: { id: 'aaaaaaaa-1' },
    after: { id: 'cccccccc-1' },
    findings: { gone: [{ id: 'f1', kind: 'n+1' }], new: [], stays: [] },
    calls: [{ verdict: 'gone' }, { verdict: 'new' }],
  });
  t.match(scooby('diff', 'last', 'last~2').out, /^new {4}N\+1 {2}loadItems/m);
});

test('diff --runs', async (t) => {
  const scooby = await twoRuns(t);
  const { out } = scooby('diff', '--runs');
  t.match(out, /^before {2}node old\.js {2}run 1 {2}6h ago\nafter {3}node new\.js {2}run 2 {2}6h ago\n/);
  t.match(out, /^requests +3 +1 +-2\np50 +40ms +10ms +-30ms\n/m);
  t.match(out, /^gone {3}N\+1 {2}loadItems \(src\/orders\.js:47\) {2}in 2 requests\n {7}It ran 3 times\.\n/m);
  t.match(out, /^faster +40ms -> 10ms {2}GET \/orders$/m);
  t.match(out, /^gone +5\.0ms {2}GET \/gone$/m);
  t.equal(scooby('diff', '--runs', '1', 'last').out, out);
  t.same(scooby('diff', '--runs', 'last~7', 'last'), {
    code: 1,
    out: '',
    err: 'scooby: There is no run last~7: 2 runs are stored. List them:  scooby runs\n',
  });
});

test('diff: no difference, no earlier request, no such request', async (t) => {
  const scooby = await twoRuns(t);
  t.match(scooby('diff', 'last', 'last').out, /\nThe same calls, as often and about as fast\.\n$/);
  t.match(scooby('diff', 'bbbbbbbb', 'bbbbbbbb').out, /\nNeither made a call that scooby records\.\n$/);
  t.same(scooby('diff', 'zzz', 'last').code, 1);
  const alone = join(t.testdir(), 'alone.db');
  const store = await openStore({ db: alone, cwd: '/' }, t.fail);
  store.saveAll([aTrace({ id: 'only' })]);
  store.close();
  const { status, stderr } = spawnSync(process.execPath, [program, 'diff', '--db', alone], {
    env,
    encoding: 'utf8',
  });
  t.equal(status, 1);
  t.match(stderr, /^scooby: No earlier request of GET \/orders is stored to compare with\./);
});

const formatOf = (width: number) => ({ width, style: plainStyle, now: Date.now() });

const AGGREGATE = {
  kind: 'sql',
  text: '',
  site: 'src/orders.js:47',
  key: 'k',
  parts: 3,
  count: 1234,
  requests: 7,
  ms: 65_536_000,
  covered: 65_536_000,
  p50: 1,
  p95: 2,
  errors: 1,
  queries: 0,
  mostQueries: 0,
  worst: { id: 'abcdef01', ms: 1 },
};

test('on a narrow terminal columns are dropped and statements cut', (t) => {
  const text = `SELECT ${'a, '.repeat(60)}b FROM items`;
  const aggregate = { ...AGGREGATE, text };
  const [head, row] = topLines(
    'statement',
    [aggregate],
    () => 1.2,
    (id) => id,
    formatOf(80),
  );
  t.equal(head, '  TOTAL  SHARE  COUNT  STATEMENT                   LINE                 WORST   ');
  t.equal(row, '18h 12m   120%  1,234  SELECT a, a, …b FROM items  src/orders.js:47 +2  abcdef01');
  t.end();
});

test('top in a pipe cuts a long statement, and a long line leaves room on a terminal', (t) => {
  const long = {
    ...AGGREGATE,
    text: `INSERT ${'(?),'.repeat(20_000)} END`,
    site: `src/${'deep/'.repeat(30)}a.js:1`,
  };
  const row = (by: 'statement' | 'site' | 'finding', width: number) =>
    topLines(
      by,
      [long],
      () => 0.5,
      () => 'abcdef01',
      formatOf(width),
    )[1]!;
  t.match(row('statement', Infinity), / {2}INSERT \(\?\),[(?),]+…[(?),]+ END {2}src\/deep/);
  t.equal(/INSERT .* END/.exec(row('statement', Infinity))?.[0].length, 120);
  for (const width of [72, 100])
    for (const by of ['statement', 'site', 'finding'] as const)
      t.ok(row(by, width).length <= width, `${by} ${width}`);
  t.end();
});

test('control characters and moved lines', (t) => {
  const before = looping({ url: '/a\u001b[2J' });
  const after = looping({ url: '/a', spans: [items(1, 50), items(2, 50), items(3, 50)] });
  const lines = differenceLines(diffTraces(before, after), formatOf(100));
  t.match(lines[0], 'GET /a\\x1b[2J');
  t.equal(lines.at(-1), 'The same calls, as often and about as fast.');
  t.ok(lines.some((line) => line.startsWith('stays  N+1')));
  t.end();
});
