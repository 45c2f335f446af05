/** Recording switch: `all`, `marked` and `off`; unrecorded requests write no lines. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { nodesInTurn, scoobyFor } from '../nodes.js';
import { ask, type Launch, scooby } from '../scooby.js';
import { postgres } from '../servers/index.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const APP = `
const { executionAsyncResource } = require('node:async_hooks');
const { Pool } = require('pg');
const pool = new Pool({ connectionString: process.env.PG, max: 1 });
const http = require('node:http');
http.createServer(async (req, res) => {
  const resource = executionAsyncResource();
  const stores = [...Object.getOwnPropertySymbols(resource), ...Object.keys(resource)].map(String);
  await pool.query('select 1');
  const head = [req.rawHeaders, Object.entries(req.headers), Object.entries(req.headersDistinct ?? {})];
  res.end(JSON.stringify({ stores, head }));
}).listen(0, '127.0.0.1');
`;

let turn = 0;

async function launches(t: Parameters<typeof scooby>[0], options: string[]): Promise<Launch[]> {
  const env = { PG: (await postgres(t)).url };
  const nodes = await nodesInTurn(turn++);
  return Promise.all(
    nodes.map(async (node) => ({
      files: { 'app.cjs': APP },
      command: ['app.cjs'],
      options,
      env,
      node: node.path,
      program: await scoobyFor(t, node),
    })),
  );
}

/** Lines of the link about requests or spans. */
function requestLines(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.lines'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
    .filter((line) => /"t":"(?:open|span|close|frames|stack|dropped)"/.test(line));
}

/** Run folder, from the app's environment. */
function runFolder(pid: number): string {
  const env = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  return env.find((word) => word.startsWith('SCOOBY_RUN='))!.slice(11);
}

async function appPid(launcher: number): Promise<number> {
  const children = readFileSync(`/proc/${launcher}/task/${launcher}/children`, 'utf8');
  return Number(children.trim().split(' ')[0]);
}

test('off: no line, no context, no secret; responses still have their id', async (t) => {
  for (const launch of await launches(t, ['--record', 'off'])) {
    const run = scooby(t, launch);
    const through = await run.ask('/', { headers: { 'X-Scooby-Record': '1' } });
    const direct = await run.askDirectly('/', { headers: { 'X-Scooby-Record': '1' } });
    t.match(through.headers['x-scooby'], UUID);
    t.equal(direct.headers['x-scooby'], undefined);
    t.notMatch(through.body, /Secret/i, launch.node!);
    t.same(JSON.parse(through.body).stores, JSON.parse(direct.body).stores);
    t.notMatch(direct.body, /kResourceStore/);
    t.same(requestLines(runFolder(await appPid(run.child.pid!))), []);
    await run.stop();
    t.same(await run.traces(), []);
  }
});

test('marked: only requests with X-Scooby-Record: 1, through the proxy and directly', async (t) => {
  for (const launch of await launches(t, ['--record', 'marked'])) {
    const run = scooby(t, launch);
    const marked = { headers: { 'X-Scooby-Record': '1' } };
    t.notMatch((await run.ask('/a')).body, /Secret/i);
    await run.ask('/b', { headers: { 'X-Scooby-Record': '0' } });
    t.equal((await run.askDirectly('/c')).headers['x-scooby'], undefined);
    t.same(requestLines(runFolder(await appPid(run.child.pid!))), [], 'unmarked requests write no line');
    const through = await run.ask('/d', marked);
    t.notMatch(through.body, /Secret/i);
    const direct = await run.askDirectly('/e', marked);
    const kept = [await run.trace('/d'), await run.trace('/e')];
    t.same(
      kept.map(({ id, spans }) => [id, spans.map(({ name }) => name)]),
      [
        [through.headers['x-scooby'], ['select 1']],
        [direct.headers['x-scooby'], ['select 1']],
      ],
    );
    t.equal((await run.traces()).length, 2);
    await run.stop();
  }
});

test('all: the app sees the id and never the secret; a client’s own X-Scooby is dropped', async (t) => {
  for (const launch of await launches(t, ['--record', 'all'])) {
    const run = scooby(t, launch);
    const { headers, body } = await run.ask('/', {
      headers: { 'X-Scooby': 'mine', 'x-scooby-secret': 'guessed', 'X-Other': '1' },
    });
    const [raw, entries, distinct] = JSON.parse(body).head;
    const id = headers['x-scooby'];
    t.match(id, UUID);
    const { host } = new URL(await run.url());
    t.same(raw, ['X-Other', '1', 'Host', host, 'Connection', 'close', 'X-Scooby', id]);
    t.same(Object.fromEntries(entries), { 'x-other': '1', host, connection: 'close', 'x-scooby': id });
    t.same(distinct, [
      ['x-other', ['1']],
      ['host', [host]],
      ['connection', ['close']],
      ['x-scooby', [id]],
    ]);
    t.equal((await run.trace('/')).id, id);
    await run.stop();
  }
});

test('cookie and parameter are marks as well, through the proxy and directly', async (t) => {
  for (const launch of await launches(t, ['--record', 'marked'])) {
    const run = scooby(t, launch);
    const cookie = { headers: { Cookie: 'a=1; scooby=1' } };
    const through = await run.ask('/a?__scooby=1', { headers: { Cookie: 'b=2' } });
    t.match(JSON.parse(through.body).head[0], ['Cookie', 'b=2']);
    t.match(JSON.parse((await run.ask('/b', cookie)).body).head[0], ['Cookie', 'a=1']);
    const direct = await run.askDirectly('/c', cookie);
    await run.askDirectly('/d', { headers: { Cookie: 'a=1; scooby=0' } });
    await run.ask('/e?__scooby=0', { headers: { Cookie: 'scooby=1' } });
    await run.askDirectly('/f?__scooby=1');
    await run.trace('/f?__scooby=1');
    await run.stop();
    t.same(
      (await run.traces()).map(({ url, spans }) => [url, spans.length]),
      [
        ['/a', 1],
        ['/b', 1],
        ['/c', 1],
        ['/f?__scooby=1', 1],
      ],
      launch.node!,
    );
    t.match(direct.headers['x-scooby'], UUID);
  }
});

test('what is excluded or switched off has no context, no line, and no place elsewhere', async (t) => {
  for (const launch of await launches(t, ['--exclude', '/not/', '--exclude', '/nor'])) {
    const run = scooby(t, launch);
    for (const ask of [run.ask.bind(run), run.askDirectly.bind(run)]) {
      const excluded = await ask('/not/a', { headers: { 'X-Own': '1' } });
      t.notMatch(excluded.body, /kResourceStore|Secret|-Record/i);
      t.notMatch((await ask('/nor?x=1')).body, /Secret|-Record/i);
      t.notMatch((await ask('/own', { headers: { 'X-Scooby-Record': '0' } })).body, /Secret|-Record/i);
      await ask('/cookie', { headers: { Cookie: 'scooby=0' } });
    }
    t.same(requestLines(runFolder(await appPid(run.child.pid!))), [], launch.node!);
    await run.ask('/not/marked', { headers: { 'X-Scooby-Record': '1' } });
    await run.trace('/not/marked');
    const { leftOut } = JSON.parse(run.cli('status', '--json').stdout).runs[0];
    t.same(leftOut, { withoutCalls: 0, excluded: 2, unsampled: 0, unmarked: 0, off: 2 });
    await run.stop();
    t.match(run.stderr, /4 requests left out: 2 by --exclude, 2 switched off/);
    t.same(
      (await run.traces()).map(({ url, outside = false }) => [url, outside]),
      [['/not/marked', false]],
    );
  }
});

test('files and health checks are kept where they make calls, or fail', async (t) => {
  const app = `
const { Pool } = require('pg');
const pool = new Pool({ connectionString: process.env.PG, max: 1 });
require('node:http').createServer(async (req, res) => {
  if (req.url.includes('query')) await pool.query('select 1');
  if (req.url.includes('log')) console.log('a line');
  if (req.url.includes('fail')) res.statusCode = 503;
  res.end('ok');
}).listen(0, '127.0.0.1');`;
  const env = { PG: (await postgres(t)).url };
  const run = scooby(t, { files: { 'app.cjs': app }, command: ['app.cjs'], env });
  const paths = ['/a.js', '/log/b.css', '/query/health', '/fail/health', '/query/c.js'];
  for (const path of paths) {
    await run.ask(path);
    await run.askDirectly(`/direct${path}`);
  }
  await run.ask('/page');
  await run.stop();
  t.same((await run.traces()).map(({ url }) => url).sort(), [
    ...['/direct/fail/health', '/direct/query/c.js', '/direct/query/health', '/fail/health', '/page'],
    ...['/query/c.js', '/query/health'],
  ]);
  t.match(
    run.stderr,
    /files, modules and health checks that make no calls are left out; to have them: --include '\*'/,
  );
  t.match(run.stderr, /3 requests left out: 3 files, modules and health checks without calls/);
});

test('--include has them, and --sample takes its share, but each that is marked', async (t) => {
  const app = `require('node:http').createServer((req, res) => res.end('ok')).listen(0, '127.0.0.1');`;
  const files = { 'app.cjs': app };
  const all = scooby(t, { files, command: ['app.cjs'], options: ['--include', '*', '--exclude', '/not'] });
  for (const path of ['/a.js', '/health', '/not']) await all.ask(path);
  await all.askDirectly('/b.js');
  await all.trace('/b.js');
  await all.stop();
  t.same(
    (await all.traces()).map(({ url }) => url),
    ['/a.js', '/health', '/b.js'],
  );
  const some = scooby(t, { files, command: ['app.cjs'], options: ['--sample', '1/4'] });
  for (let n = 0; n < 8; n++) {
    await some.ask('/through');
    await some.askDirectly('/direct');
    await some.askDirectly('/marked', { headers: { 'X-Scooby-Record': '1' } });
  }
  await some.askDirectly('/last?__scooby=1');
  await some.trace('/last?__scooby=1');
  await some.stop();
  const urls = (await some.traces()).map(({ url }) => url).sort();
  t.same(
    urls,
    ['/last?__scooby=1', '/direct', '/direct', '/through', '/through', ...Array(8).fill('/marked')].sort(),
  );
  t.match(some.stderr, /recorded: 1 of 4 requests/);
});

test('a direct request gets its id from the agent and cannot set it', async (t) => {
  const [launch] = await launches(t, []);
  const run = scooby(t, launch!);
  const { headers } = await run.askDirectly('/x?token=abc', {
    headers: { 'X-Scooby': '00000000-0000-4000-8000-000000000000', 'X-Scooby-Secret': 'guessed' },
  });
  t.match(headers['x-scooby'], UUID);
  t.not(headers['x-scooby'], '00000000-0000-4000-8000-000000000000');
  const trace = await run.trace('/x?token=REDACTED');
  t.match(trace, { id: headers['x-scooby'], method: 'GET', status: 200, state: 'done' });
  t.same(
    trace.spans.map(({ name, site }) => [name, site]),
    [['select 1', 'app.cjs:9']],
  );
  t.match(trace.app, { command: 'node app.cjs', node: process.version });
  t.match((await run.lines(1))[0], /^GET \/x\?token=REDACTED 200 \S+ 1 sql \S+/);
});

test('the environment of the app and its children has no secret', async (t) => {
  const app = `
require('node:http').createServer((req, res) => {
  const { execFileSync } = require('node:child_process');
  const child = execFileSync(process.execPath, ['-p', 'JSON.stringify(process.env)'], { encoding: 'utf8' });
  res.end(JSON.stringify([process.env, JSON.parse(child)]));
}).listen(0, '127.0.0.1');
`;
  const run = scooby(t, { files: { 'app.cjs': app }, command: ['app.cjs'] });
  const url = await run.url();
  const [own, child] = JSON.parse((await ask(`${url}/`)).body);
  const note = JSON.parse(readFileSync(join(own.SCOOBY_RUN, 'run.json'), 'utf8'));
  t.equal(child.NODE_OPTIONS, own.NODE_OPTIONS);
  t.equal(child.SCOOBY_RUN, own.SCOOBY_RUN);
  t.notMatch(JSON.stringify([own, child]), note.secret);
  t.notMatch(JSON.stringify([own, child]), note.token);
});

test('what a timer of a request does after the response is shown apart, and no finding', async (t) => {
  const app = `
const { Pool } = require('pg');
const pool = new Pool({ connectionString: process.env.PG, max: 1 });
const http = require('node:http');
const look = async (n) => {
  await pool.query('select $1::int', [n]);
};
http.createServer(async (req, res) => {
  await look(0);
  let n = 0;
  const again = () => {
    look(++n);
    if (n < 12) setTimeout(again, 5);
  };
  setTimeout(again, 5);
  res.end();
}).listen(0, '127.0.0.1');
`;
  for (const launch of await launches(t, [])) {
    const run = scooby(t, { ...launch, files: { 'app.cjs': app } });
    await run.ask('/watched');
    const { spans, totals, findings } = await run.trace('/watched', (trace) => trace.spans.length === 13);
    t.same(
      spans.map(({ site, afterResponse }) => [site, afterResponse]),
      [['app.cjs:6', undefined], ...Array.from({ length: 12 }, () => ['app.cjs:6', true])],
    );
    t.equal(totals.sql!.count, 1);
    t.same(findings, []);
    await run.stop();
    t.match(run.cli('show', 'last').stdout, /^ {2}after {4}12 sql .*: begun after the response$/m);
  }
});
