/** App of bench/what-if.mjs: pages that ask real servers in loops, at once and in transactions, and the same pages mended. */

const { createServer } = require('node:http');
const { createRequire } = require('node:module');

const { PG, MARIA, REDIS, MEMCACHED, PACKAGES } = process.env;
const load = createRequire(PACKAGES);
const { Pool } = load('pg');
const mysql = load('mysql2/promise');
const Redis = load('ioredis');
const Memcached = load('memcached');

const pool = new Pool({ connectionString: PG, max: 4, idleTimeoutMillis: 0 });
const pair = new Pool({ connectionString: PG, max: 2, idleTimeoutMillis: 0 });
const maria = mysql.createPool({ uri: MARIA, connectionLimit: 4, idleTimeout: 600_000 });
const redis = new Redis(REDIS);
const memcached = new Memcached(MEMCACHED);

const upTo = (n) => Array.from({ length: n }, (_, at) => at + 1);
const rows = async (n) => (await pool.query('select n from generate_series(1, $1::int) n', [n])).rows;
const USER = 'select $1::int as id, repeat($2, 20) as name';
const USERS = 'select n as id, repeat($2, 20) as name from unnest($1::int[]) n';
const user = async (n) => (await pool.query(USER, [n, 'x'])).rows;
const users = async (ids) => (await pool.query(USERS, [ids, 'x'])).rows;
const mariaMany = async (ids) =>
  (await maria.query(`select * from (${ids.map(() => 'select ? as id').join(' union all ')}) n`, ids))[0];
/** Another service, which answers for one id or for many; the app's own server is the first to listen. */
const service = createServer((_, response) => setTimeout(() => response.end('{}'), 2));
const ask = async (path) => (await fetch(`http://127.0.0.1:${service.address().port}/${path}`)).json();
const work = (ms) => {
  const end = process.hrtime.bigint() + BigInt(Math.round(ms * 1e6));
  while (process.hrtime.bigint() < end);
};
const cached = (n) => new Promise((resolve) => memcached.get(`user:${n}`, (_, value) => resolve(value)));

const pages = {
  async 'pg-loop'() {
    for (const { n } of await rows(40)) await user(n);
  },
  async 'pg-loop-mended'() {
    const ids = (await rows(40)).map(({ n }) => n);
    await users(ids);
  },
  async 'pg-at-once-mended'() {
    await users((await rows(20)).map(({ n }) => n));
  },
  async 'pg-pool-of-2'() {
    await Promise.all((await rows(20)).map(({ n }) => pair.query(USER, [n, 'x'])));
  },
  async 'pg-pool-of-2-mended'() {
    await pair.query(USERS, [(await rows(20)).map(({ n }) => n), 'x']);
  },
  async 'pg-nested'() {
    for (const { n } of await rows(5)) for (const { n: m } of await rows(4)) await user(n * m);
  },
  async 'pg-nested-mended'() {
    const ids = [];
    for (const { n } of await rows(5)) for (const { n: m } of await rows(4)) ids.push(n * m);
    await users(ids);
  },
  async 'pg-after-work'() {
    work(5);
    await pool.query('select pg_sleep(0.01)');
    for (const { n } of await rows(20)) await user(n);
    work(5);
  },
  async 'pg-after-work-mended'() {
    work(5);
    await pool.query('select pg_sleep(0.01)');
    await users((await rows(20)).map(({ n }) => n));
    work(5);
  },
  async 'pg-work-in-loop'() {
    for (const { n } of await rows(20)) {
      await user(n);
      work(0.5);
    }
  },
  async 'pg-work-in-loop-mended'() {
    for (const _ of await users((await rows(20)).map(({ n }) => n))) work(0.5);
  },
  async 'pg-two-loops'() {
    for (const { n } of await rows(15)) {
      await user(n);
      await pool.query('select $1::int as other', [n]);
    }
  },
  async 'pg-two-loops-mended'() {
    const ids = (await rows(15)).map(({ n }) => n);
    await users(ids);
    await pool.query('select n as other from unnest($1::int[]) n', [ids]);
  },
  async 'pg-beside-slow'() {
    await Promise.all([
      (async () => {
        for (const { n } of await rows(15)) await user(n);
      })(),
      pool.query('select pg_sleep(0.03)'),
    ]);
  },
  async 'pg-beside-slow-mended'() {
    await Promise.all([
      (async () => users((await rows(15)).map(({ n }) => n)))(),
      pool.query('select pg_sleep(0.03)'),
    ]);
  },
  async 'http-loop'() {
    for (const n of upTo(15)) await ask(`user?id=${n}`);
  },
  async 'http-loop-mended'() {
    await ask('users');
  },
  async 'pg-at-once'() {
    await Promise.all((await rows(20)).map(({ n }) => user(n)));
  },
  async 'pg-transactions'() {
    for (const n of upTo(10)) {
      const client = await pool.connect();
      await client.query('begin');
      await client.query('select $1::int', [n]);
      await client.query('commit');
      client.release();
    }
  },
  async 'mysql2-loop'() {
    for (const n of upTo(30)) await maria.query('select ? as id', [n]);
  },
  async 'mysql2-loop-mended'() {
    await mariaMany(upTo(30));
  },
  async 'mysql2-prepared'() {
    for (const n of upTo(30)) await maria.execute('select ? as id', [n]);
  },
  async 'redis-loop'() {
    for (const n of upTo(30)) await redis.get(`user:${n}`);
  },
  async 'redis-loop-mended'() {
    await redis.mget(upTo(30).map((n) => `user:${n}`));
  },
  async 'redis-pipeline'() {
    const pipeline = redis.pipeline();
    for (const n of upTo(30)) pipeline.get(`user:${n}`);
    await pipeline.exec();
    await Promise.all(upTo(30).map((n) => redis.get(`user:${n}`)));
  },
  async 'memcached-loop'() {
    for (const n of upTo(30)) await cached(n);
  },
  async mixed() {
    const found = await rows(12);
    await Promise.all([
      (async () => {
        for (const { n } of found) await user(n);
      })(),
      (async () => {
        for (const { n } of found.slice(0, 5)) await redis.get(`user:${n}`);
      })(),
      maria.query('select sleep(0.004)'),
    ]);
    await cached(1);
  },
};

createServer((request, response) => {
  const page = pages[request.url.slice(1)];
  if (page === undefined) return response.writeHead(404).end();
  page().then(
    () => response.end('fine'),
    (error) => response.writeHead(500).end(String(error)),
  );
}).listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => service.listen(0, '127.0.0.1'));
