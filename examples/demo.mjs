/**
 * `npm run demo`: runs the shop under scooby, requests some of its pages and shows the recorded
 * traces.
 */

import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..');
const SHOP = join(ROOT, 'examples/shop');
const SCOOBY = join(ROOT, 'dist/scooby.js');
const VISITS = [
  ['GET', '/'],
  ['GET', '/customers'],
  ['GET', '/products/3'],
  ['POST', '/checkout', 'product=3&quantity=1'],
  ['GET', '/products/3/reviews'],
  ['GET', '/orders'],
];

const interactive = Boolean(process.stdout.isTTY && process.stdin.isTTY);
const children = [];
process.on('exit', () => {
  for (const child of children) child.kill();
});
// Ctrl-C also reaches the shop and scooby; the demo exits after them.
process.on('SIGINT', () => {});

installShop();
const database = await startDatabase();
const { shop, url } = await startShop(database);
const ids = [];
for (const [method, path, body] of VISITS) ids.push(await visit(method, url + path, body));
const seen = await recorded(ids);
const worst = seen.reduce((a, b) => (queries(b) > queries(a) ? b : a));

await show('list', '--limit', String(VISITS.length));
await show('show', worst.id.slice(0, 8));
if (interactive) {
  say('');
  say(`the shop is running: open ${url}/orders, and click around.`);
  say(`then, in another terminal: cd ${ROOT}`);
  say(`  ${command('list')}         what you clicked`);
  say(`  ${command('show', 'last')}    the newest request, query by query`);
  say('Ctrl-C ends everything.');
} else {
  shop.kill('SIGINT');
}
await shop.gone;
process.exit(0);

/** Installs the shop's dependencies, unless they are installed. */
function installShop() {
  if (existsSync(join(SHOP, 'node_modules/.package-lock.json'))) return;
  say(
    'installing the shop: Express, pg, and PGlite, a PostgreSQL that needs no installation (once, about 35 MB)',
  );
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: SHOP,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) fail(`npm ci in ${SHOP} failed${error ? `: ${error.message}` : ''}`);
}

/** Starts the shop's database; resolves to its URL. */
async function startDatabase() {
  say('starting the database');
  const database = start(process.execPath, [join(SHOP, 'database.js')], ['ignore', 'pipe', 'inherit', 'ipc']);
  const url = await Promise.race([firstLine(database.stdout), database.gone.then(() => undefined)]);
  return url ?? fail('the database did not start');
}

/** Starts the shop under `scooby run`; resolves to its process and URL. */
async function startShop(database) {
  const args = [SCOOBY, 'run', '--', 'node', 'examples/shop/server.js'];
  say(`${command('run', '--', ...args.slice(3))}`);
  const env = { ...process.env, DATABASE_URL: database, DATABASE_CONNECTIONS: '1', PORT: '0' };
  const shop = start(process.execPath, args, ['inherit', 'inherit', 'pipe'], env);
  shop.stderr.pipe(process.stderr);
  const url = await Promise.race([urlIn(shop.stderr), shop.gone.then(() => undefined)]);
  return url ? { shop, url } : fail('scooby run ended before the shop could be visited');
}

function start(program, args, stdio, env = process.env) {
  const child = spawn(program, args, { cwd: ROOT, stdio, env });
  child.gone = once(child, 'exit');
  children.push(child);
  return child;
}

async function firstLine(stream) {
  for await (const line of createInterface({ input: stream })) return line;
}

/** First URL in a program's output: the URL of scooby's banner. */
async function urlIn(stream) {
  for await (const line of createInterface({ input: stream })) {
    const url = line.match(/https?:\/\/[\w.]+:\d+/)?.[0];
    if (url) return url;
  }
}

/** Sends one request; resolves to its trace id. */
async function visit(method, url, body) {
  const headers = body ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
  const response = await fetch(url, { method, body, headers, redirect: 'manual' });
  await response.arrayBuffer();
  return response.headers.get('x-scooby') ?? fail(`${method} ${url} was not recorded`);
}

/** Traces with these ids from `scooby list`, once all are recorded. */
async function recorded(ids) {
  const until = Date.now() + 10_000;
  while (Date.now() < until) {
    const { stdout } = await promisify(execFile)(process.execPath, [SCOOBY, 'list', '--json'], { cwd: ROOT });
    const all = stdout.split('\n').filter(Boolean);
    const seen = all.map((line) => JSON.parse(line)).filter(({ id }) => ids.includes(id));
    if (seen.length === ids.length) return seen;
    await setTimeout(50);
  }
  return fail('scooby list does not show the requests that were made');
}

function queries(trace) {
  return trace.totals.sql?.count ?? 0;
}

/** Prints a scooby command and its output. */
async function show(...args) {
  say('');
  say(command(...args));
  await start(process.execPath, [SCOOBY, ...args], ['ignore', 'inherit', 'inherit']).gone;
}

function command(...args) {
  return ['$ node', relative(ROOT, SCOOBY), ...args].join(' ');
}

function say(text) {
  console.log(text);
}

function fail(message) {
  console.error(`demo: ${message}`);
  process.exit(1);
}
