/** What becomes of the store, or of secrets, never shows in the app: faults of the place, a full disk, canaries. */

import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { bothWays, project, scooby, until } from './scooby.js';
import { postgres } from './servers/index.js';

const HELLO = `require('node:http').createServer((req, res) => res.end('hello')).listen(0, '127.0.0.1');`;

test('a place that cannot be written: one warning, the app runs, the proxy shows what it has in memory', async (t) => {
  const folder = project(t, { 'app.cjs': HELLO, 'a-file': '' });
  const db = join(folder, 'a-file/scooby.db');
  const run = scooby(t, { folder, command: ['app.cjs'], env: { SCOOBY_DB: db } });
  const { body, headers } = await run.ask('/a');
  t.equal(body, 'hello');
  await run.ask('/b');
  await run.lines(2);
  t.equal((await run.ask(`/scooby/get-data/${headers['x-scooby']}/`)).status, 200);
  const warnings = run.stderr.split('\n').filter((line) => line.startsWith('scooby: '));
  t.equal(warnings.length, 1, run.stderr);
  t.match(warnings[0], db);
  t.match(warnings[0], /kept in memory only/);
  t.equal((await run.stop()).code, 143);
});

test('a file that is no database is moved aside, whole', async (t) => {
  const folder = project(t, { 'app.cjs': HELLO, 'scooby.db': 'my thesis\n'.repeat(1000) });
  const db = join(folder, 'scooby.db');
  const run = scooby(t, { folder, command: ['app.cjs'], env: { SCOOBY_DB: db } });
  t.equal((await run.ask('/a')).body, 'hello');
  await run.trace('/a');
  const aside = readdirSync(folder).filter((name) => /^scooby\.db\.(?!wal|shm)/.test(name));
  t.equal(aside.length, 1);
  t.equal(readFileSync(join(folder, aside[0]!), 'utf8'), 'my thesis\n'.repeat(1000));
  t.equal(run.stderr.split('\n').filter((line) => line.startsWith('scooby: ')).length, 1, run.stderr);
  t.match(run.stderr, `scooby: ${db} was damaged, or no database. It is kept as `);
});

test('a full disk: the app serves on, one warning', { skip: !canMount() && 'cannot mount' }, async (t) => {
  const folder = project(t, { 'app.cjs': HELLO, 'small/x': '' });
  const small = join(folder, 'small');
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'none', small]);
  t.teardown(() => execFileSync('umount', ['-l', small]));
  const run = scooby(t, { folder, command: ['app.cjs'], env: { SCOOBY_DB: join(small, 'db') } });
  t.equal((await run.ask('/before')).body, 'hello');
  await run.trace('/before');
  try {
    writeFileSync(join(small, 'filler'), Buffer.alloc(1024 * 1024));
  } catch {
    // As full as it gets.
  }
  for (let n = 0; n < 30; n++) t.equal((await run.ask(`/during/${n}`)).body, 'hello');
  const warnings = () => run.stderr.split('\n').filter((line) => line.startsWith('scooby: '));
  await until(() => warnings().length > 0, 'a warning');
  t.equal((await run.ask('/after')).body, 'hello');
  await run.lines(32);
  t.equal(warnings().length, 1, run.stderr);
  rmSync(join(small, 'filler'));
  t.equal((await run.stop()).code, 143, 'and the launcher ends in order');
  const [, lost] = /^scooby: (\d+) requests were not kept$/m.exec(run.stderr) ?? [];
  t.ok(Number(lost) >= 20, run.stderr);
  t.match(await run.traces(), [{ url: '/before' }], 'what was kept is still there');
  const later = run.cli('list').stderr;
  t.match(later, `Run 1 did not keep ${lost} requests: there is no room left on the disk.`);
  t.match(run.cli('show').stderr, `Run 1 did not keep ${lost} requests`);
  t.match(run.cli('runs').stdout, /NOT KEPT/);
});

test('no descriptor is left: requests are refused and it is said; then all goes on', {
  skip: !hasPrlimit() && 'needs prlimit',
}, async (t) => {
  const app = `require('node:http').createServer((req, res) => req.url === '/held' || res.end('hello')).listen(0, '127.0.0.1');`;
  const run = scooby(t, { files: { 'app.cjs': app }, command: ['app.cjs'] });
  t.equal((await run.ask('/before')).body, 'hello');
  const { pid } = run.child;
  const open = readdirSync(`/proc/${pid}/fd`).length;
  const limit = `--nofile=${open + 20}:20000`;
  execFileSync('prlimit', ['--pid', String(pid), limit]);
  const port = Number(new URL(await run.url()).port);
  const sockets = Array.from({ length: 40 }, () => connect(port, '127.0.0.1'));
  for (const socket of sockets)
    socket.on('error', () => {}).write('GET /held HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await run.said(/^scooby: there is no room for another connection \(EMFILE\).*\n/m);
  const [said] = /^scooby: there is.*$/m.exec(run.stderr) ?? [];
  const hint = 'allow more by `ulimit -n`; requests are refused meanwhile';
  t.equal(said, `scooby: there is no room for another connection (EMFILE); ${hint}`);
  for (const socket of sockets) socket.destroy();
  const isServed = async () => (await run.ask('/after').catch(() => undefined))?.body === 'hello';
  while (!(await isServed()));
  await run.trace('/after');
  t.equal((await run.stop()).code, 143);
});

test('a locked database: the proxy serves on, and what is printed is stored', async (t) => {
  const run = scooby(t, { files: { 'app.cjs': HELLO }, command: ['app.cjs'] });
  await run.ask('/before');
  await run.trace('/before');
  const lock = new Sqlite(run.database);
  t.teardown(() => lock.close());
  lock.exec('BEGIN IMMEDIATE');
  for (const url of ['/one', '/two', '/three']) {
    const { body, headers } = await run.ask(url);
    t.equal(body, 'hello');
    const path = `/scooby/get-data/${headers['x-scooby']}/`;
    while ((await run.ask(path)).status !== 200);
  }
  t.equal((await run.lines(1)).length, 1, 'none of them is printed');
  lock.exec('COMMIT');
  await run.lines(4);
  const { pid } = (await run.trace('/before')).app!;
  t.teardown(() => process.kill(pid));
  run.child.kill('SIGKILL');
  t.same(
    (await run.traces()).map(({ url }) => url),
    ['/before', '/one', '/two', '/three'],
  );
  t.notMatch(run.stderr, /^scooby: /m);
});

test('a bad line in what the app has told costs that line, which is said once', async (t) => {
  const app = `
const { appendFileSync } = require('node:fs');
require('node:http').createServer((req, res) => {
  const spool = process.env.SCOOBY_RUN + '/' + process.pid + '-0-1.lines';
  if (req.url !== '/well') appendFileSync(spool, '{"t":"span","n":1,"name":"sel\\nnull\\n');
  console.log(req.url);
  res.end('hello');
}).listen(0, '127.0.0.1');`;
  const run = scooby(t, { files: { 'app.cjs': app }, command: ['app.cjs'] });
  for (const url of ['/well', '/mangled', '/again', '/well']) t.equal((await run.ask(url)).body, 'hello');
  await run.lines(4);
  await run.stop();
  const warnings = run.stderr.split('\n').filter((line) => line.startsWith('scooby: '));
  const [{ pid } = { pid: 0 }] = (await run.traces()).flatMap((trace) => trace.app ?? []);
  t.same(warnings, [
    `scooby: process ${pid} (node app.cjs): a record of it could not be read; calls may be missing`,
  ]);
  t.same(
    // On a busy machine a write of the app's takes long enough to be a call of its own.
    (await run.traces())
      .map(({ url, spans }) => [url, spans.flatMap(({ kind, name }) => (kind === 'log' ? [name] : []))])
      .sort(),
    ['/again', '/mangled', '/well', '/well'].map((url) => [url, [url]]),
  );
});

function hasPrlimit(): boolean {
  return process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;
}

function canMount(): boolean {
  try {
    const at = '/tmp';
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', at], { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}

const APP = `
const { Pool } = require('pg');
const pool = new Pool({ connectionString: process.env.PG, max: 2 });
require('node:http').createServer(async (req, res) => {
  const secrets = JSON.parse(process.env.SECRETS);
  await pool.query('create table if not exists users (name text, password text, api_key text, session_token text)');
  await pool.query('insert into users (name, password, api_key, session_token) values ($1, $2, $3, $4)', ['ann', ...secrets.slice(0, 3)]);
  await pool.query('update users set password = $1, api_key = $2 where session_token = $3', secrets.slice(3, 6));
  await pool.query({ text: 'select name from users where password = $1 and api_key in ($2, $3)', values: secrets.slice(6, 9) });
  await pool.query('select name from users where password like $1 or session_token = any($2)', [secrets[9], [secrets[10], secrets[11]]]);
  await pool.query('select $1::json as details', [{ password: secrets[12], nested: [{ apiKey: secrets[13], Authorization: secrets[14] }] }]);
  res.setHeader('Set-Cookie', ['sid=' + secrets[15] + '; HttpOnly', 'csrf=' + secrets[16]]);
  res.setHeader('Location', 'https://user:' + secrets[17] + '@host/?access_token=' + secrets[18]);
  res.setHeader('X-Api-Key', secrets[19]);
  res.end('fine');
}).listen(0, '127.0.0.1');
`;

test('50 planted secrets are found nowhere', async (t) => {
  const secrets = Array.from({ length: 50 }, (_, n) => `canary${n}x${(n * 7919 + 104729).toString(36)}`);
  const PG = (await postgres(t)).url;
  const env = { PG, SECRETS: JSON.stringify(secrets) };
  const run = scooby(t, { files: { 'app.cjs': APP }, command: ['app.cjs'], env });
  const query = ['token', 'api_key', 'apiKey', 'password', 'client_secret', 'sig', 'X-Goog-Signature', 'auth']
    .map((name, n) => `${name}=${secrets[20 + n]}`)
    .join('&');
  const names = [
    'Authorization',
    'Cookie',
    'Proxy-Authorization',
    'X-Api-Key',
    'X-Auth-Token',
    'X-CSRF-Token',
  ];
  const headers = (from: number) => ({
    ...Object.fromEntries(names.map((name, n) => [name, `Bearer ${secrets[from + n]}`])),
    Referer: `https://u:${secrets[from + 6]}@host/a?session=${secrets[from + 7]}`,
  });
  const more = ['refresh_token', 'jwt', 'session_id', 'private_key']
    .map((name, n) => `${name}=${secrets[46 + n]}`)
    .join('&');
  const urls = [`/a?q=open&${query}`, `/b#x?%74oken=${secrets[44]}&pass%77ord=${secrets[45]}&${more}`];
  const answers = [
    await run.ask(urls[0]!, { headers: headers(28) }),
    await run.askDirectly(urls[1]!, { headers: headers(36) }),
  ];
  t.same(
    answers.map(({ status, body }) => [status, body]),
    [
      [200, 'fine'],
      [200, 'fine'],
    ],
  );
  await run.lines(2);
  await until(() => run.cli('list', '--json').stdout.trim().split('\n').length === 2, 'both requests');
  const ids = answers.map((answer) => String(answer.headers['x-scooby']));
  const places: Record<string, string> = {
    stderr: run.stderr,
    list: run.cli('list').stdout,
    'list --json': run.cli('list', '--json').stdout,
    spool: spooled(run.child.pid!),
  };
  for (const id of ids) {
    places[`endpoint ${id}`] = (await run.ask(`/scooby/get-data/${id}/`)).body;
    places[`show ${id}`] = run.cli('show', id, '--stack').stdout;
    places[`show --json ${id}`] = run.cli('show', id, '--json').stdout;
  }
  for (const name of filesOf(run.database)) places[name] = readFileSync(name, 'latin1');
  // Our own are nobody's business either.
  const { secret, token } = JSON.parse(readFileSync(join(runFolder(run.child.pid!), 'run.json'), 'utf8'));
  secrets.push(secret, token);
  t.ok(places.spool!.includes('insert into users'), 'the spool was looked at');
  t.ok(places[`show --json ${ids[0]}`]!.includes('"ann"'), 'what is no secret is shown');
  for (const [place, text] of Object.entries(places)) {
    t.same(
      secrets.filter((secret) => text.includes(secret)),
      [],
      place,
    );
  }
  // The body of a trace is compressed in the database: what it holds is what show and the endpoint gave.
  t.ok(Object.keys(places).length >= 11);
});

function filesOf(database: string): string[] {
  return readdirSync(dirname(database), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.startsWith(basename(database)))
    .map((name) => join(dirname(database), name))
    .filter((path) => statSync(path).isFile());
}

function runFolder(launcher: number): string {
  const [child] = readFileSync(`/proc/${launcher}/task/${launcher}/children`, 'utf8').split(' ');
  return /SCOOBY_RUN=([^\0]+)/.exec(readFileSync(`/proc/${child}/environ`, 'utf8'))![1]!;
}

function spooled(launcher: number): string {
  const folder = runFolder(launcher);
  const files = readdirSync(folder).filter((name) => name.endsWith('.lines'));
  return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('');
}

test('a hostile request steers no terminal', async (t: Test) => {
  const app = `require('node:http').createServer((req, res) => res.end('x')).listen(0, '127.0.0.1');`;
  const run = scooby(t, { files: { 'app.cjs': app }, command: ['app.cjs'] });
  await run.ask('/%1b%5d52;c;aGk=%07', { headers: { 'X-C1': '\x9b2J\x9d0;title\x9c' } });
  const [line] = await run.lines(1);
  t.match(line, /^GET \/%1b%5d52;c;aGk=%07 200 /);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const control = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/;
  await run.trace('/%1b%5d52;c;aGk=%07');
  for (const args of [['list'], ['show', 'last'], ['show', 'last', '--json'], ['list', '--json']]) {
    t.notMatch(run.cli(...args).stdout, control, args.join(' '));
  }
  t.notMatch(run.stderr, control);
});

test('without and with a store that fails the app says the same', async (t) => {
  const app = `
console.log('started');
setTimeout(() => { console.error('ending'); process.exitCode = 6; }, 20);
`;
  const folder = project(t, { 'app.cjs': app, 'a-file': '' });
  const env = { SCOOBY_DB: join(folder, 'a-file/db') };
  const ways = await bothWays(t, { folder, command: ['app.cjs'], env });
  t.equal(ways.with.stdout, ways.without.stdout);
  t.equal(ways.with.stderr.replace(/^scooby: .*\n/m, ''), ways.without.stderr);
  t.equal(ways.with.code, 6);
});
