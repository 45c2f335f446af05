/** App of bench/what-if.mjs: pages that ask real servers in loops, at once and in transactions, and the same pages mended. */

const { createServer } = require('node:http');
const { createRequire } = require('node:module');

const { PG, MARIA, REDIS, MEMCACHED, PACKAGES } = process.env;
const load = createRequire(PACKAGES);
const { Pool } = load('pg');
const mysql = load('mysql2/promise');
const Redis = load('ioredis');
const Memcached = load('memcached');

const pool = new Pool({ connectionString: PG, max: 4 });
const maria = mysql.createPool({ uri: MARIA, connectionLimit: 4 });
const redis = new Redis(REDIS);
const memcached = new Memcached(MEMCACHED);

const upTo = (n) => Array.from({ length: n }, (_, at) => at + 1);
const rows = async (n) => (await pool.query('select n from generate_series(1, $1::int) n', [n])).rows;
const user = async (n) => (await pool.query('select $1::int as id, repeat($2, 20) as name', [n, 'x'])).rows;
const cached = (n) => new Promise((resolve) => memcached.get(`user:${n}`, (_, value) => resolve(value)));

const pages = {
  async 'pg-loop'() {
    for (const { n } of await rows(40)) await user(n);
  },
  async 'pg-loop-mended'() {
    const ids = (await rows(40)).map(({ n }) => n);
    await pool.query('select n as id, repeat($2, 20) as name from unnest($1::int[]) n', [ids, 'x']);
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
}).listen(Number(process.env.PORT ?? 0), '127.0.0.1');
