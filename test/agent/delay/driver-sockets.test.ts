import { test } from 'tap';
import { linkPackages } from '../../packages.js';
import { project, scooby } from '../../scooby.js';
import { mariadb, memcached, postgres, redis } from '../../servers/index.js';

const APP = `
const { Pool } = require('pg');
const mysql = require('mysql2/promise');
const Redis = require('ioredis');
const Memcached = require('memcached');
const http = require('node:http');
const pool = new Pool({ connectionString: process.env.PG, max: 1 });
const maria = mysql.createPool(process.env.MARIA);
const cache = new Redis(process.env.REDIS);
const old = new Memcached(process.env.MEMCACHED);
const handlers = {
  '/pg': async () => {
    await pool.query('begin');
    await pool.query('select $1::int as n', [7]);
    await pool.query('commit');
    await pool.query('selec').catch((error) => error.code);
    return (await pool.query('select 1 as one')).rows[0].one;
  },
  '/maria': async () => (await maria.query('select 2 as two'))[0][0].two,
  '/redis': async () => (await cache.pipeline().set('a', '3').get('a').exec())[1][1],
  '/memcached': () => new Promise((resolve) => old.set(process.env.PREFIX + 'a', '4', 9, (error, done) => resolve(error ?? done))),
  '/http': async () => (await fetch('http://127.0.0.1:' + server.address().port + '/fine')).text(),
  '/fine': async () => 'fine',
};
const server = http.createServer((req, res) =>
  handlers[req.url]().then((text) => res.end(String(text)), (error) => res.writeHead(500).end(error.stack)),
).listen(0, '127.0.0.1');
`;

const DELAYS: Record<string, number> = {
  pg: 60,
  mysql2: 40,
  ioredis: 30,
  memcached: 30,
  http: 50,
  undici: 50,
};

test('--delay: real servers answer later, by kind or library, and it is said', async (t) => {
  const folder = project(t, { 'app.cjs': APP });
  linkPackages(folder, 'mysql2', 'ioredis', 'memcached');
  const { url, prefix } = await memcached();
  const env = {
    PG: (await postgres(t)).url,
    MARIA: (await mariadb(t)).url.replace('mariadb:', 'mysql:'),
    REDIS: (await redis()).url,
    MEMCACHED: url.replace('memcached://', ''),
    PREFIX: prefix,
  };
  const options = ['--delay', 'sql=40ms,pg=60ms,cache=30ms,http=50ms'];
  const run = scooby(t, { command: ['app.cjs'], folder, env, options });
  const answers = { '/pg': '1', '/maria': '2', '/redis': '3', '/memcached': 'true', '/http': 'fine' };
  for (const [path, body] of Object.entries(answers)) {
    t.equal((await run.ask(path)).body, body, path);
    const { spans, delayed } = await run.trace(path);
    t.same(delayed, { sql: 40, pg: 60, cache: 30, http: 50 });
    const calls = spans.filter(({ library }) => DELAYS[library] !== undefined);
    t.ok(calls.length > 0, path);
    for (const { library, name, duration } of calls)
      t.ok(duration! >= DELAYS[library]!, `${library}: ${name} took ${duration}`);
  }
  t.match(run.stderr, 'answers are delayed: sql=40ms,pg=60ms,cache=30ms,http=50ms');
  t.match(run.cli('show', '/pg').stdout, 'delayed  by sql=40ms,pg=60ms,cache=30ms,http=50ms');
});

test('without --delay nothing is delayed, nor touched', async (t) => {
  const run = scooby(t, {
    command: ['app.cjs'],
    files: {
      'app.cjs': `require('node:http').createServer((req, res) => {
  const socket = require('node:net').connect(1);
  socket.on('error', () => {});
  res.end(String(Object.hasOwn(socket, 'push')) + require('node:net').Socket.prototype.connect.toString().includes('[native') + require('node:net').Socket.prototype.connect.toString().includes('delay'));
}).listen(0, '127.0.0.1');`,
    },
  });
  t.equal((await run.ask('/')).body, 'falsefalsefalse');
  t.equal((await run.trace('/')).delayed, undefined);
});
