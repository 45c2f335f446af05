/** Canaries: secrets sent through every channel of a real app; none is kept, shown or answered. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'tap';
import { linkPackages } from './packages.js';
import { ask, project, scooby } from './scooby.js';
import { postgres, redis } from './servers/index.js';

// The texts of an app's files are kept: a canary is put together when the app runs.
const MARK = 'ca' + 'nry';
const CANARY = new RegExp(`${MARK}\\d+X7`, 'g');

const NAMES = [
  ...['password', 'passwd', 'pass', 'pwd', 'secret', 'client_secret', 'token', 'accessToken', 'auth', 'sid'],
  ...[
    'connect.sid',
    'code',
    'key',
    'api_key',
    'X-Api-Key',
    'otp',
    'X-OTP',
    'pin',
    'passcode',
    'ticket',
    'magic',
  ],
  ...[
    'DPoP',
    'Ocp-Apim-Subscription-Key',
    'card_number',
    'cvv',
    'ssn',
    'jwt',
    'session_id',
    'csrf',
    'signature',
  ],
];

const APP = `
const http = require('node:http');
const { execFileSync, execSync } = require('node:child_process');
const { Pool } = require('pg');
const Redis = require('ioredis');
const { buildSchema, graphql } = require('graphql');
const NAMES = ${JSON.stringify(NAMES)};
const pool = new Pool({ connectionString: process.env.DATABASE });
const cache = new Redis(process.env.REDIS);
const schema = buildSchema('input In { ' + NAMES.map((name) => name.replace(/\\W/g, '_') + ': String').join(' ') + ' } type Query { a(v: In): Int }');
let n = 1000;
const canary = () => ['ca', 'nry', ++n, 'X7'].join('');
const quiet = (promise) => promise.catch(() => {});
const column = (name) => '"' + name + '"';
const shapes = () => [
  'eyJhbGciOiJI' + canary() + '.eyJzdWIi' + canary() + '.' + canary(),
  'Bearer ' + canary(),
  'Basic ' + canary(),
  'ghp_' + 'a'.repeat(30) + canary(),
  'sk_' + 'live_' + canary() + 'abcdef',
  'xoxb-123456-' + canary(),
  '123456789:' + (canary() + 'A'.repeat(35)).slice(0, 35),
  'AIza' + canary() + 'a'.repeat(30),
  '-----BEGIN PRIVATE ' + 'KEY-----\\n' + canary() + '\\n-----END PRIVATE KEY-----',
  'postgres://u:' + canary() + '@h/db',
  'https://h.example/reset-password/' + canary(),
  'password=' + canary(),
];
async function everything(port) {
  const other = 'http://127.0.0.1:' + port;
  await pool.query('create table if not exists t (a text, ' + NAMES.map((name) => column(name) + ' text').join(', ') + ')');
  for (const name of NAMES) {
    await pool.query('select 1 from t where ' + column(name) + ' = $1', [canary()]);
    await pool.query('select 1 from t where ' + column(name) + " in ('" + canary() + "')");
    await pool.query('insert into t (a, ' + column(name) + ') select $1, $2', ['a', canary()]);
    await quiet(pool.query('insert into nowhere (a, ' + column(name) + ") values ('a', '" + canary() + "')"));
    await pool.query('select $1::text', [JSON.stringify({ a: 1, deep: [{ [name]: canary() }] })]);
    console.log('logged', { a: 1, [name]: canary() });
    console.log(name + '=' + canary() + ' was given');
    console.error(new Error(JSON.stringify({ [name]: canary() })).message);
    await fetch(other + '/plain?a=1&' + name + '=' + canary());
    await cache.hset('user:1', name, canary());
    await cache.set('user:1:doc', JSON.stringify({ [name]: canary() }));
    await graphql({ schema, source: 'query q($v: In) { a(v: $v) }', variableValues: { v: { [name.replace(/\\W/g, '_')]: canary() } } });
    execFileSync('true', ['--' + name + '=' + canary(), '--' + name, canary()]);
  }
  await cache.get('session:' + canary());
  await cache.set('token:9', canary());
  execSync('true -u ada:' + canary() + ' -H "Authorization: ' + canary() + '"');
  execFileSync('true', ['-p' + canary()]);
  for (const shape of shapes()) {
    await pool.query('select $1::text', [shape]);
    await quiet(pool.query("select '" + shape + "'"));
    console.log('seen', shape);
    await cache.set('user:2', shape);
    await quiet(fetch(other + '/plain', { headers: { 'X-Note': shape.replace(/\\n/g, ' ') } }));
    await quiet(pool.query('select raise_it($1)', [new Date(0), shape]));
    execFileSync('true', [shape]);
  }
  return n - 1000;
}
const server = http.createServer(async (req, res) => {
  if (!req.url.startsWith('/everything')) return res.setHeader('X-Auth-Token', canary()).end('ok');
  try { res.end(String(await everything(server.address().port))); } catch (error) { res.writeHead(500).end(error.stack); }
}).listen(0);
`;

test('of hundreds of canaries, through every channel of an app, none is kept', async (t) => {
  const [{ url }, { url: cacheUrl }] = await Promise.all([postgres(t), redis()]);
  const folder = project(t, { 'app.cjs': APP });
  linkPackages(folder, 'ioredis', 'graphql');
  const given: string[] = [];
  const canary = () => {
    given.push(`${MARK}${given.length}X7`);
    return given.at(-1)!;
  };
  const run = scooby(t, {
    command: ['node', 'app.cjs', `--token=${canary()}`, '--password', canary(), `-p${canary()}`],
    folder,
    env: { DATABASE: url, REDIS: cacheUrl },
  });
  const query = NAMES.map((name) => `${name}=${canary()}`).join('&');
  const headers = Object.fromEntries([
    ...NAMES.map((name) => [name, canary()]),
    ['Authorization', `Bearer ${canary()}`],
    ['Cookie', `a=${canary()}`],
    ['Sec-WebSocket-Protocol', canary()],
    ['Referer', `http://h/?sid=${canary()}`],
  ]);
  const plain = await run.ask(`/reset-password/${canary()}?q=seen&${query}`, { headers });
  t.equal(plain.body, 'ok');
  const { body, status, headers: answered } = await run.ask('/everything');
  t.equal(status, 200, body);
  t.ok(Number(body) > 450, `${body} canaries inside, ${given.length} outside`);
  await run.trace('/everything', ({ status }) => status === 200);

  const id = String(answered['x-scooby']).replace(/^.*\//, '');
  const endpoint = await ask(`${await run.url()}/scooby/get-data/${id}/`);
  t.match(endpoint.body, /select 1 from t/);
  const found = (text: string) =>
    [...new Set(text.match(CANARY))].map((word) => {
      const at = text.indexOf(word);
      return text.slice(Math.max(0, at - 80), at + word.length);
    });
  t.same(found(JSON.stringify(await run.traces())), [], 'kept');
  t.same(found(endpoint.body), [], 'answered');
  for (const args of [['list'], ['list', '--json'], ['show', '--all'], ['show', '--json'], ['top']]) {
    t.same(found(run.cli(...args).stdout), [], args.join(' '));
  }
  await run.stop();
  for (const file of readdirSync(dirname(run.database))) {
    const bytes = readFileSync(join(dirname(run.database), file), 'latin1');
    t.same(found(bytes), [], file);
  }
  t.match(JSON.stringify(await run.traces()), /q=seen/, 'the rest is kept');
});
