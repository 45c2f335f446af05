import { type SpawnSyncOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import type { Trace } from '../../src/domain/trace.js';
import { type PublicTrace, publicTrace } from '../../src/store/json.js';
import { openStore } from '../../src/store/open.js';
import { aFrame, aSpan, aTrace } from '../factory.js';

const program = fileURLToPath(new URL('../../bin/scooby.js', import.meta.url));
const { FORCE_COLOR: _, NO_COLOR: __, SCOOBY_DB: ___, ...env } = process.env;

function scooby(args: string[], options: SpawnSyncOptions = {}) {
  const run = spawnSync(process.execPath, [program, ...args], { env, ...options, encoding: 'utf8' });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

/** Path of a new database with the traces. */
async function database(t: Test, traces: Trace[], source?: { file: string; text: string }) {
  const db = join(t.testdir(), 'scooby.db');
  const store = await openStore({ db, cwd: '/' }, t.fail);
  const sources = source && { [source.file]: store.saveSource(source) };
  store.saveAll(traces.map((trace) => ({ ...trace, ...(sources && { sources }) })));
  store.close();
  return db;
}

test('help and version are printed on stdout, exit code 0', (t) => {
  for (const flag of ['--version', '-v', '-V'])
    t.same(scooby([flag]), { code: 0, out: '0.2.0\n', err: '' }, flag);
  t.match(scooby(['help']), { code: 0, out: /^Usage: scooby/, err: '' });
  t.match(scooby(['help', 'top']), { code: 0, out: /^Usage: scooby top/, err: '' });
  t.match(scooby(['help', '--help']), { code: 0, out: /^Usage: scooby \[options\]/, err: '' });
  const bare = scooby([]);
  t.same([bare.code, bare.err], [0, '']);
  t.match(bare.out, /Usage: scooby/);
  t.match(bare.out, /127 {4}the command to run was not found/);
  for (const command of ['list', 'show']) {
    const help = scooby([command, '--help']);
    t.same([help.code, help.err], [0, '']);
    t.match(help.out, `Usage: scooby ${command}`);
    t.match(help.out, /Examples:/);
  }
  t.end();
});

test('wrong usage: exit code 2 and a hint at --help', (t) => {
  t.same(scooby(['what']), {
    code: 2,
    out: '',
    err: "scooby: unknown command 'what'\nHelp:  scooby --help\n",
  });
  t.same(scooby(['help', 'what']), scooby(['what']));
  t.match(scooby(['completion', 'pwsh']), {
    code: 2,
    err: /^scooby: argument 'shell' cannot be 'pwsh'\. Allowed choices are bash, zsh, fish\.\n/,
  });
  t.same(scooby(['node', 'app.js']), {
    code: 2,
    out: '',
    err: "scooby: unknown command 'node'\nTo start an app under scooby:  scooby run -- node app.js\nHelp:  scooby --help\n",
  });
  t.same(scooby(['list', '--count', '3']), {
    code: 2,
    out: '',
    err: "scooby: unknown option '--count'\n(Did you mean --limit?)\nHelp:  scooby list --help\n",
  });
  for (const args of [
    ['list', '--nope'],
    ['list', '--status', '9xx'],
    ['list', '--slower', 'x'],
    ['list', '-n', '0'],
  ]) {
    t.equal(scooby(args).code, 2, args.join(' '));
  }
  t.end();
});

test('a project without recordings: exit code 1 and a hint at scooby run', (t) => {
  const cwd = t.testdir({ 'package.json': '{}' });
  const projectEnv = { ...env, XDG_STATE_HOME: join(cwd, 'state') };
  const err =
    'scooby: Nothing has been recorded in this project yet. Start your app under scooby and send it a request:  scooby run -- node app.js\n';
  for (const args of [['list'], ['list', '--json'], ['show', 'last']]) {
    t.same(scooby(args, { cwd, env: projectEnv }), { code: 1, out: '', err });
  }
  t.end();
});

test("the project's database is found from a subfolder", async (t) => {
  const cwd = t.testdir({ 'package.json': '{}' });
  const state = join(cwd, 'state');
  mkdirSync(join(cwd, 'src'));
  const before = process.env.XDG_STATE_HOME;
  process.env.XDG_STATE_HOME = state;
  t.teardown(() =>
    before === undefined ? delete process.env.XDG_STATE_HOME : (process.env.XDG_STATE_HOME = before),
  );
  const store = await openStore({ cwd }, t.fail);
  store.saveAll([aTrace({ url: '/mine' })]);
  store.close();
  t.match(scooby(['list'], { cwd: join(cwd, 'src'), env: { ...env, XDG_STATE_HOME: state } }).out, /\/mine/);
});

test('list prints a table, without colours in a pipe', async (t) => {
  const db = await database(t, [
    aTrace({ id: 'aaaaaaaa-1', url: '/a', start: Date.now() - 300_500 }),
    aTrace({ id: 'bbbbbbbb-1', url: '/b', status: 503, start: Date.now() - 3600_500 }),
    aTrace({ id: 'cccccccc-1', outside: true, spans: [aSpan()] }),
  ]);
  t.same(scooby(['list', '--db', db]), {
    code: 0,
    out: [
      'AGE  METHOD  PATH  STATUS  TIME  ID',
      ' 5m  GET     /a       200  13ms  aaaaaaaa',
      ' 1h  GET     /b       503  13ms  bbbbbbbb',
      '',
      'outside requests: 1 sql 2.0ms   scooby show cccccccc',
      '',
    ].join('\n'),
    err: '',
  });
  t.match(scooby(['list', '--status', '5xx'], { env: { ...env, SCOOBY_DB: db } }).out, /^.*\n.*\/b.*\n$/);
  t.match(scooby(['list', '--db', db], { env: { ...env, FORCE_COLOR: '1' } }).out, '\x1b[31m503\x1b[0m');
  t.notMatch(scooby(['list', '--db', db, '--no-color'], { env: { ...env, FORCE_COLOR: '1' } }).out, '\x1b');
  t.notMatch(scooby(['list', '--db', db], { env: { ...env, FORCE_COLOR: '' } }).out, '\x1b');
  t.notMatch(scooby(['list', '--db', db], { env: { ...env, FORCE_COLOR: '1', NO_COLOR: '1' } }).out, '\x1b');
  t.same(scooby(['list', '--db', db, '--path', '/nowhere']), {
    code: 0,
    out: '',
    err: 'No stored request matches. List all of them:  scooby list\n',
  });
});

test('list leaves out ticks that went well, and says how to see them', async (t) => {
  const tick = { method: 'tick', url: 'poll', start: Date.now() } as const;
  const db = await database(t, [
    aTrace({ id: 'aaaaaaaa-1', url: '/a', start: Date.now() }),
    ...['1', '2'].map((id) => {
      const { status: _, ...unit } = aTrace({ ...tick, id: `${id}bbbbbbb-1` });
      return unit;
    }),
  ]);
  const list = (...args: string[]) => scooby(['list', '--db', db, ...args]);
  const left = '2 ticks are not listed, which had nothing to tell. See them:  scooby list unit:tick\n';
  t.match(list(), { out: /^AGE.*\n.*\/a.*\n$/, err: left });
  t.match(list('--json'), { out: /^\{.*"\/a".*\}\n$/, err: left });
  t.match(list('--path', 'poll'), { out: '', err: left });
  t.match(list('unit:tick'), { out: /^AGE.*\n.*tick .*poll.*\n.*tick .*poll.*\n$/, err: '' });
});

test('list, list --by and top say that there are more rows than they print', async (t) => {
  const db = await database(
    t,
    Array.from({ length: 21 }, (_, n) => aTrace({ url: `/${String.fromCharCode(97 + n)}` })),
  );
  const err = 'These are the first 20; there are more:  -n <count>\n';
  t.match(scooby(['list', '--db', db]), { code: 0, err });
  t.match(scooby(['list', '--json', '--db', db]), { code: 0, err });
  t.match(scooby(['list', '--db', db, '-n', '21']), { code: 0, err: '' });
  t.match(scooby(['list', '--db', db, '-n', '3']), { code: 0, err: '' }, 'the user has chosen');
});

test('list of an empty store: a hint at how to record', async (t) => {
  const db = await database(t, []);
  t.same(scooby(['list', '--db', db]), {
    code: 0,
    out: '',
    err: 'No request is stored: none has come yet, or all have expired. Send one to the address that scooby run printed.\n',
  });
  t.same(scooby(['list', '--db', db, '--json']), { code: 0, out: '', err: '' });
});

test('list --json: one object per line, control characters escaped', async (t) => {
  const db = await database(t, [aTrace({ url: '/\u009b2J\u202e' }), aTrace()]);
  const { out } = scooby(['list', '--db', db, '--json']);
  const lines = out.trimEnd().split('\n');
  t.equal(lines.length, 2);
  t.ok(lines.some((line) => line.includes('"url":"/\\u009b2J\\u202e"')));
  t.ok(lines.every((line) => JSON.parse(line).spans === 0));
});

test('show prints the line of code as it was when the request ran', async (t) => {
  const text = `${'\n'.repeat(46)}  const items = await db.query(sql);\n`;
  const span = aSpan({ stack: [aFrame({ function: 'loadItems', line: 47, column: 23 })] });
  const trace = aTrace({ id: 'abcdef01-1', spans: [span, span] });
  const db = await database(t, [trace], { file: 'src/orders.js', text });
  const words = [['abcdef'], ['last'], ['-1'], [trace.id], [], [trace.url], [trace.method, trace.url]];
  for (const request of words) {
    const { code, out, err } = scooby(['show', ...request, '--db', db]);
    t.same([code, err], [0, ''], request.join(' '));
    t.match(out, /2× sql {2}4\.0ms/);
    t.match(out, '      loadItems (src/orders.js:47:23)\n      47 │ const items = await db.query(sql);\n');
  }
  const { sources, ...rest } = JSON.parse(scooby(['show', 'last', '--db', db, '--json']).out) as PublicTrace;
  t.same(rest, publicTrace(trace));
  t.match(rest.spans[0], {
    ...{ site: 'src/orders.js:47', function: 'loadItems' },
    shape: 'SELECT * FROM items WHERE order_id = ?',
  });
  t.match(sources?.['src/orders.js'], /^[0-9a-f]{32}$/);
});

test('show of a trace stored by an earlier version, without call sites and shapes', async (t) => {
  const helper = aFrame({ function: 'query', file: 'src/db.js', line: 3 });
  const by = (line: number, name: string) => aSpan({ name, stack: [helper, aFrame({ line })] });
  const trace = aTrace({
    spans: [by(1, 'select 1 from a'), by(2, 'select 1 from b'), by(2, 'select 2 from b')],
  });
  const db = await database(t, [trace]);
  const spans = trace.spans.map(({ frame: _, shape: __, ...span }) => span);
  const sqlite = new Sqlite(db);
  sqlite.prepare('UPDATE bodies SET body = ?').run(JSON.stringify({ ...trace, spans }));
  sqlite.close();
  const { out, err } = scooby(['show', 'last', '--db', db]);
  t.equal(err, '');
  t.match(out, /^ +2× sql [\s\S]*\n {6}listOrders \(src\/orders\.js:2:21\)$/m);
  t.notMatch(out, 'src/db.js');
});

test('show rejects conflicting options and kinds without calls', async (t) => {
  const db = await database(t, [aTrace({ id: 'aaaa-1', spans: [aSpan()] })]);
  const refusals: [args: string[], code: number, err: RegExp][] = [
    [['--sql', '--json'], 2, /^scooby: --sql and --json are two views of a request: leave one out\.\n$/],
    [['--sql', '--stack'], 2, /^scooby: --stack has no effect on --sql: leave one of them out\.\n$/],
    [['--tab', 'sql', '--kind', 'sql'], 2, /^scooby: --kind has no effect on --tab/],
    [['--kind', 'cache'], 1, /^scooby: This request made no calls of the kind "cache"\. It has: sql\.\n$/],
    [['--kind', 'sql,rpc', '--waterfall'], 1, /no calls of the kind "rpc"\. It has: sql/],
    [['--tab', 'x'], 2, /^scooby: There is no tab "x"\. There are: Overview, SQL,/],
  ];
  for (const [args, code, err] of refusals)
    t.match(scooby(['show', 'last', '--db', db, ...args]), { code, out: '', err }, args.join(' '));
  for (const args of [['--waterfall', '--kind', 'sql'], ['--sql'], ['--tab', 'sql', '--stack']]) {
    const { code, out } = scooby(['show', 'last', '--db', db, ...args]);
    t.equal(code, 0);
    t.match(out, 'SELECT', args.join(' '));
  }
  t.match(scooby(['show', 'last', '--db', db, '--ascii']).out, /\n {3}1x sql {2}2\.0ms/);
});

test('show of an unknown, ambiguous or too old request: exit code 1', async (t) => {
  const db = await database(t, [aTrace({ id: 'aaaa-1' }), aTrace({ id: 'aaaa-2' })]);
  t.same(scooby(['show', 'ffff', '--db', db]), {
    code: 1,
    out: '',
    err: 'scooby: No request "ffff" is stored. List the stored ones:  scooby list\n',
  });
  t.match(scooby(['show', 'aaaa', '--db', db]), {
    code: 1,
    out: '',
    err: /^scooby: Several ids begin with "aaaa"/,
  });
  t.match(scooby(['show', '-3', '--db', db]), {
    code: 1,
    err: 'scooby: -3 is too far back: 2 requests are stored.\n',
  });
});

test('a closed pipe is not an error', async (t) => {
  const traces = Array.from({ length: 3000 }, (_, n) => aTrace({ url: `/${n}`.padEnd(60, 'x') }));
  const db = await database(t, traces);
  const run = spawn(process.execPath, [program, 'list', '--json', '-n', '3000', '--db', db], { env });
  let err = '';
  run.stderr.on('data', (data) => {
    err += data;
  });
  run.stdout.once('data', () => run.stdout.destroy());
  t.same(await once(run, 'close'), [0, null]);
  t.equal(err, '');
});
