/** What an app had done before it died is there; what the launcher's death costs the app is nothing. */

import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { ask, bothWays, type ScoobyRun, scooby, until } from './scooby.js';
import { postgres } from './servers/index.js';

const APP = `
const { Pool } = require('pg');
const pool = new Pool({ connectionString: process.env.PG, max: 2 });
const ends = {
  '/exit': () => process.exit(4),
  '/throw': () => setImmediate(() => { throw new Error('thrown at last'); }),
  '/reject': () => { Promise.reject(new Error('floating at last')); },
  '/kill': () => process.kill(process.pid, 'SIGKILL'),
  '/segv': () => process.kill(process.pid, 'SIGSEGV'),
  '/abort': () => process.abort(),
  '/loop': () => { for (;;); },
};
const server = require('node:http').createServer(async (req, res) => {
  if (req.url === '/fine') return res.end('fine');
  if (req.url === '/callback') return pool.query('select 1 as a', () => process.kill(process.pid, 'SIGKILL'));
  await pool.query('select 1 as a');
  if (req.url === '/running') return pool.query('select pg_sleep(100)').catch(() => {});
  if (req.url === '/headers') { res.writeHead(200, { 'Content-Length': 9 }); res.write('half'); }
  await pool.query('select 2 as a');
  (ends[req.url] ?? ends['/kill'])();
}).listen(0, '127.0.0.1', () => console.log('own', server.address().port, process.pid));
`;

async function app(t: Test): Promise<ScoobyRun> {
  const env = { PG: (await postgres(t)).url };
  return scooby(t, { files: { 'app.cjs': APP }, command: ['app.cjs'], env });
}

async function pidOf(run: ScoobyRun): Promise<number> {
  return Number((await run.said(/^own \d+ (\d+)$/m))[1]);
}

const BOTH = ['select 1 as a', 'select 2 as a'];

for (const [path, code, names, stderr] of [
  ['/exit', 4, BOTH, ''],
  ['/throw', 1, BOTH, 'Error: thrown at last'],
  ['/reject', 1, BOTH, 'Error: floating at last'],
  ['/kill', 137, BOTH, ''],
  ['/segv', 139, BOTH, ''],
  ['/abort', 134, BOTH, ''],
  ['/callback', 137, ['select 1 as a'], ''],
] as const) {
  for (const way of ['through the proxy', 'directly'] as const) {
    test(`${path} ${way}: what it had done is there, in state died`, async (t) => {
      const run = await app(t);
      if (way === 'directly') {
        await run.url();
        await t.rejects(run.askDirectly(path));
      } else t.equal((await run.ask(path)).status, 502);
      const ended = await run.ended();
      t.equal(ended.code, code);
      t.ok(ended.stderr.includes(stderr), ended.stderr);
      t.match(ended.stderr, new RegExp(`^GET ${path} (?:502 )?died `, 'm'));
      const trace = await run.trace(path);
      t.equal(trace.state, 'died');
      t.same(
        trace.spans.map(({ name, duration }) => [name, typeof duration]),
        names.map((name) => [name, 'number']),
      );
    });
  }
}

// As from outside, and sooner than any client: nothing of the agent runs between the bytes and the end.
const ANSWERED = `
const kill = () => process._kill(process.pid, 9);
const listening = (server) => () => console.log('own', server.address().port, process.pid);
const http = require('node:http').createServer((req, res) => {
  const { socket } = res;
  const { write } = Object.getPrototypeOf(socket);
  socket.write = function (...args) { Reflect.apply(write, this, args); kill(); };
  if (req.url === '/chunked') { res.writeHead(202); res.write('fi'); }
  res.end('fine');
}).on('upgrade', (req, socket) => {
  const { write } = Object.getPrototypeOf(socket);
  Reflect.apply(write, socket, ['HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: a\\r\\n\\r\\n']);
  kill();
});
http.listen(0, '127.0.0.1', listening(http));
`;

for (const [way, path, headers] of [
  ['at once', '/fine', ''],
  ['in chunks', '/chunked', ''],
  ['by an upgrade', '/upgrade', 'Connection: Upgrade\r\nUpgrade: a\r\n'],
] as const) {
  test(`a direct request, answered ${way}, whose server is killed at that moment is there`, async (t) => {
    const run = scooby(t, { files: { 'app.cjs': ANSWERED }, command: ['app.cjs'] });
    await run.url();
    const client = connect(await run.port(), '127.0.0.1').on('error', () => {});
    client.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`);
    t.equal((await run.ended()).code, 137);
    t.match(await run.trace(path), { method: 'GET', url: path, state: 'died' });
  });
}

test('SIGKILL from outside in mid-query: the finished query and the running one', async (t) => {
  const run = await app(t);
  const answer = run.ask('/running');
  const folder = `${runFolder(await pidOf(run))}`;
  await until(() => /pg_sleep/.test(linesIn(folder)), 'the query to be told while it runs');
  process.kill(await pidOf(run), 'SIGKILL');
  t.equal((await answer).status, 502);
  t.equal((await run.ended()).code, 137);
  const trace = await run.trace('/running');
  t.equal(trace.state, 'died');
  t.same(
    trace.spans.map(({ name, duration }) => [name, typeof duration]),
    [
      ['select 1 as a', 'number'],
      ['select pg_sleep(100)', 'undefined'],
    ],
  );
});

test('an endless loop, then SIGKILL', async (t) => {
  const run = await app(t);
  const answer = run.ask('/loop');
  const pid = await pidOf(run);
  await until(() => /select 2/.test(linesIn(runFolder(pid))), 'the second query');
  process.kill(pid, 'SIGKILL');
  t.equal((await answer).status, 502);
  await run.ended();
  const trace = await run.trace('/loop');
  t.equal(trace.state, 'died');
  t.same(
    trace.spans.map(({ name }) => name),
    BOTH,
  );
});

test('after its headers the connection is destroyed, as without a proxy', async (t) => {
  const run = await app(t);
  await t.rejects(run.ask('/headers'), { code: 'ECONNRESET' });
  await run.ended();
  t.match(await run.trace('/headers'), { state: 'died', status: 200, aborted: true });
});

test('a finished request before the end is kept as done', async (t) => {
  const run = await app(t);
  t.equal((await run.ask('/fine')).body, 'fine');
  await run.ask('/exit');
  await run.ended();
  t.same(
    (await run.traces()).map(({ url, state }) => [url, state]),
    [
      ['/fine', 'done'],
      ['/exit', 'died'],
    ],
  );
});

test('kill -9 of the launcher: the app serves on, records nothing, and says nothing', async (t) => {
  const run = await app(t);
  const url = `http://127.0.0.1:${await run.port()}`;
  const pid = await pidOf(run);
  t.teardown(() => process.kill(pid, 'SIGKILL'));
  t.equal((await run.ask('/fine')).body, 'fine');
  const folder = runFolder(pid);
  await until(() => run.stderr.includes('GET /fine 200'), 'the line of the request');
  const before = [run.stdout, run.stderr];
  run.child.kill('SIGKILL');
  await until(() => run.child.signalCode, 'the launcher to be gone');
  await until(() => !openFiles(pid).some((file) => file.startsWith(folder)), 'the agent to let go');
  for (let n = 0; n < 5; n++) {
    const { body, headers } = await ask(`${url}/fine`);
    t.same([body, headers['x-scooby']], ['fine', undefined], 'and records nothing');
  }
  t.equal(run.stdout, before[0]);
  t.equal(run.stderr, before[1]);
});

test('kill -9 of the launcher: what it had not stored is stored by the next command, which says so', async (t) => {
  const run = await app(t);
  await run.url();
  const pid = await pidOf(run);
  t.teardown(() => process.kill(pid, 'SIGKILL'));
  const folder = runFolder(pid);
  const holder = new Sqlite(run.database);
  t.teardown(() => holder.close());
  holder.exec('BEGIN IMMEDIATE');
  t.equal((await run.ask('/fine')).body, 'fine');
  const running = run.ask('/running').catch(() => {});
  await until(() => /pg_sleep/.test(linesIn(folder)), 'the query to be told while it runs');
  run.child.kill('SIGKILL');
  await running;
  await until(() => run.child.signalCode, 'the launcher to be gone');
  holder.exec('ROLLBACK');
  t.same(await run.traces(), []);
  const listed = run.cli('list', '--json', '--db', run.database);
  t.equal(listed.stderr, 'scooby: 2 requests of a run that was killed are now stored\n');
  t.same(
    (await run.traces()).map(({ url, status, state, notes, spans }) => [
      ...[url, status, state, notes],
      spans.map(({ name, site }) => [name, site]),
    ]),
    [
      ['/fine', 200, 'done', undefined, []],
      [
        ...['/running', undefined, 'done'],
        ['scooby run was killed during this request; calls may be missing'],
        [
          ['select 1 as a', 'app.cjs:16'],
          ['select pg_sleep(100)', 'app.cjs:17'],
        ],
      ],
    ],
  );
  t.notOk(existsSync(folder), 'and the folder is gone');
  t.equal(run.cli('list', '--json', '--db', run.database).stderr, '', 'and it is said once');
});

test('kill -9 of the launcher: the next run stores what it had not, and says so', async (t) => {
  const run = await app(t);
  await run.url();
  const pid = await pidOf(run);
  t.teardown(() => process.kill(pid, 'SIGKILL'));
  const holder = new Sqlite(run.database);
  t.teardown(() => holder.close());
  holder.exec('BEGIN IMMEDIATE');
  t.equal((await run.ask('/fine')).body, 'fine');
  const journal = `${runFolder(pid)}/exchanges.journal`;
  await until(() => readFileSync(journal, 'utf8').includes('"end"'), 'its end to be noted');
  run.child.kill('SIGKILL');
  await until(() => run.child.signalCode, 'the launcher to be gone');
  holder.exec('ROLLBACK');
  const next = scooby(t, {
    folder: run.folder,
    command: ['app.cjs'],
    env: { PG: run.env.PG!, SCOOBY_DB: run.database },
  });
  await next.said(/scooby: 1 request of a run that was killed is now stored/);
  t.match(await run.trace('/fine'), { status: 200, state: 'done' });
});

test('an app that only waits for its last response ends although the launcher is gone', async (t) => {
  const code = `
const server = require('node:http').createServer((req, res) => res.end()).listen(0, '127.0.0.1', () => console.log('own', server.address().port, process.pid));
process.on('SIGUSR2', () => { server.close(); server.closeAllConnections(); });
process.on('exit', () => require('node:fs').writeFileSync('ended', ''));
`;
  const run = scooby(t, { files: { 'app.cjs': code }, command: ['app.cjs'] });
  const pid = await pidOf(run);
  await run.ask('/');
  run.child.kill('SIGKILL');
  await until(() => run.child.signalCode, 'the launcher to be gone');
  process.kill(pid, 'SIGUSR2');
  await until(() => readdirSync(run.folder).includes('ended'), 'the app to end');
  t.pass();
});

test('a late unhandled error has the same words and code with and without', async (t) => {
  const code = `
require('node:http').createServer((req, res) => res.end()).listen(0, '127.0.0.1', () => {
  setTimeout(() => Promise.reject(new TypeError('nobody waits')), 20);
});
`;
  const ways = await bothWays(t, { files: { 'app.cjs': code }, command: ['app.cjs'] });
  const banner = /^(?:scooby {2}|\s+data in ).*\n/gm;
  t.equal(ways.with.stderr.replace(banner, ''), ways.without.stderr);
  t.same([ways.with.code, ways.without.code], [1, 1]);
});

function runFolder(pid: number): string {
  return /SCOOBY_RUN=([^\0]+)/.exec(readFileSync(`/proc/${pid}/environ`, 'utf8'))![1]!;
}

function linesIn(folder: string): string {
  const files = readdirSync(folder).filter((name) => name.endsWith('.lines'));
  return files.map((name) => readFileSync(`${folder}/${name}`, 'utf8')).join('');
}

function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return [];
    }
  });
}
