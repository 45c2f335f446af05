/** Traces that look like problems, but are none: no finding is expected. */

import type { RecordedTrace } from '../../src/domain/trace.js';
import { Story, upTo } from './story.js';

const USER = 'SELECT * FROM users WHERE id = $1';
const at = 'src/orders.js:47 listOrders';
const ids = (n: number) =>
  upTo(n)
    .map((i) => `$${i}`)
    .join(', ');

export const innocent: { name: string; trace: RecordedTrace }[] = [
  {
    name: 'an ordinary page',
    trace: new Story()
      .sql(USER, { params: [1], rows: 1 })
      .sql('SELECT * FROM orders WHERE user_id = $1', { params: [1], rows: 9, at })
      .trace(),
  },
  {
    name: 'the first query, while the pool opens its connection',
    trace: new Story()
      .sql(USER, { params: [1], rows: 1, wait: 130, detail: { connection: 7, opened: true }, at })
      .trace(),
  },
  {
    name: 'settings and sequences of the server',
    trace: new Story()
      .each(upTo(8), (s, id) =>
        s.sql("SELECT set_config('app.user', $1, true)", { params: [id], rows: 1, at }),
      )
      .each(upTo(8), (s, id) => s.sql('SELECT nextval($1)', { params: [`s_${id}`], rows: 1, at }))
      .trace(),
  },
  {
    name: 'batches of IN',
    trace: new Story()
      .each(upTo(10), (s, n) =>
        s.sql(`SELECT * FROM users WHERE id IN (${ids(50)})`, {
          params: upTo(50).map((i) => i + n * 50),
          rows: 50,
          at,
        }),
      )
      .trace(),
  },
  {
    name: 'batches of different sizes',
    trace: new Story()
      .each(upTo(6), (s, n) =>
        s.sql(`SELECT * FROM users WHERE id IN (${ids(n)})`, { params: upTo(n), rows: n, at }),
      )
      .trace(),
  },
  {
    name: 'batches of ANY, for one tenant',
    trace: new Story()
      .each(upTo(6), (s, n) =>
        s.sql('SELECT * FROM users WHERE tenant = $1 AND id = ANY($2)', {
          params: [1, [n, n + 100, n + 200]],
          rows: 3,
          at,
        }),
      )
      .trace(),
  },
  {
    name: 'batches of mysql2',
    trace: new Story({ library: 'mysql2' })
      .each(upTo(6), (s, n) =>
        s.sql('SELECT * FROM users WHERE id IN (?)', { params: [[n, n + 100]], rows: 2, at }),
      )
      .trace(),
  },
  {
    name: 'a DataLoader at each level',
    trace: new Story()
      .each(upTo(6), (s, n) =>
        s.sql(`SELECT * FROM users WHERE id IN (${ids(4)})`, {
          params: upTo(4).map((i) => i * n + 100),
          rows: 4,
          at: ['src/loaders.js:9 batch', 'dataloader'],
        }),
      )
      .trace(),
  },
  {
    name: 'batches of rows',
    trace: new Story()
      .each(upTo(8), (s, n) =>
        s.sql('INSERT INTO items (a) VALUES ($1), ($2), ($3)', { params: [n, n + 1, n + 2], rows: 3, at }),
      )
      .trace(),
  },
  {
    name: 'batches through unnest',
    trace: new Story()
      .each(upTo(8), (s, n) =>
        s.sql('INSERT INTO items SELECT * FROM unnest($1::int[])', { params: [[n, n * 2]], rows: 2, at }),
      )
      .trace(),
  },
  {
    name: 'pages by OFFSET',
    trace: new Story()
      .each(upTo(8), (s, n) =>
        s.sql('SELECT * FROM orders ORDER BY id LIMIT $1 OFFSET $2', {
          params: [100, n * 100],
          rows: 100,
          at,
        }),
      )
      .trace(),
  },
  {
    name: 'pages by OFFSET in the text',
    trace: new Story({ library: 'mysql2' })
      .each(upTo(8), (s, n) =>
        s.sql(`SELECT * FROM orders ORDER BY id LIMIT ${n * 100}, 100`, { rows: 100, at }),
      )
      .trace(),
  },
  {
    name: 'pages by key',
    trace: new Story()
      .each(upTo(8), (s, n) =>
        s.sql('SELECT * FROM orders WHERE id > $1 ORDER BY id LIMIT 100', {
          params: [n * 100],
          rows: 100,
          at,
        }),
      )
      .trace(),
  },
  {
    name: 'pages by two keys',
    trace: new Story()
      .each(upTo(8), (s, n) =>
        s.sql('SELECT * FROM orders WHERE (at, id) > ($1, $2) ORDER BY at, id LIMIT 100', {
          params: [`2024-01-0${n}`, n * 100],
          rows: 100,
          at,
        }),
      )
      .trace(),
  },
  {
    name: 'a cursor',
    trace: new Story()
      .sql('BEGIN', { at: 'src/orders.js:40' })
      .sql('DECLARE c1 CURSOR FOR SELECT * FROM orders', { at: 'src/orders.js:41' })
      .each(upTo(9), (s) => s.sql('FETCH 100 FROM c1', { rows: 100, at }))
      .sql('CLOSE c1', { at: 'src/orders.js:44' })
      .sql('COMMIT', { at: 'src/orders.js:45' })
      .trace(),
  },
  {
    name: 'tried again until it worked',
    trace: new Story()
      .each(upTo(5), (s) =>
        s.sql('SELECT * FROM jobs WHERE id = $1', { params: [7], error: '40001: could not serialize', at }),
      )
      .sql('SELECT * FROM jobs WHERE id = $1', { params: [7], rows: 1, at })
      .trace(),
  },
  {
    name: 'a write that was tried again',
    trace: new Story()
      .sql('UPDATE jobs SET a = $1', { params: [7], error: '40P01: deadlock detected', at })
      .sql('UPDATE jobs SET a = $1', { params: [7], rows: 1, at })
      .trace(),
  },
  {
    name: 'polling',
    trace: new Story()
      .each(upTo(8), (s) =>
        s.sql('SELECT state FROM jobs WHERE id = $1', { params: [7], rows: 1, at }).idle(250),
      )
      .trace(),
  },
  {
    name: 'polling over HTTP',
    trace: new Story()
      .each(upTo(8), (s) => s.http('GET http://jobs.test/jobs/7', { at, ms: 5 }).idle(250))
      .trace(),
  },
  {
    name: 'the same statement from unrelated places, twice',
    trace: new Story()
      .sql(USER, { params: [7], rows: 1, ms: 4, at: ['src/users.js:5 find', 'src/auth.js:3 auth'] })
      .sql(USER, { params: [7], rows: 1, ms: 4, at: ['src/users.js:5 find', 'src/orders.js:20 list'] })
      .trace(),
  },
  {
    name: 'a wrapper for five different statements',
    trace: new Story()
      .each(
        ['src/a.js:1 a', 'src/b.js:2 b', 'src/c.js:3 c', 'src/d.js:4 d', 'src/e.js:5 e', 'src/f.js:6 f'],
        (s, caller, i) =>
          s.sql('SELECT value FROM settings WHERE name = $1', {
            params: [`s${i}`],
            rows: 1,
            at: ['src/settings.js:4 setting', caller],
          }),
      )
      .trace(),
  },
  {
    name: 'four are no loop',
    trace: new Story().each(upTo(4), (s, id) => s.sql(USER, { params: [id], rows: 1, at })).trace(),
  },
  {
    name: 'read, written, and read again',
    trace: new Story()
      .sql(USER, { params: [7], rows: 1, at: 'src/users.js:5 save' })
      .sql('UPDATE users SET a = 1 WHERE id = $1', { params: [7], rows: 1, at: 'src/users.js:6 save' })
      .sql(USER, { params: [7], rows: 1, at: 'src/users.js:5 save' })
      .sql('INSERT INTO users (a) VALUES ($1)', { params: [7], rows: 1, at: 'src/users.js:8 save' })
      .sql(USER, { params: [7], rows: 1, at: 'src/users.js:5 save' })
      .trace(),
  },
  {
    name: 'read again under a lock',
    trace: new Story()
      .sql(USER, { params: [7], rows: 1, ms: 3, at })
      .sql('BEGIN', { at: 'src/orders.js:48' })
      .sql(USER, { params: [7], rows: 1, ms: 3, at })
      .sql('COMMIT', { at: 'src/orders.js:50' })
      .trace(),
  },
  {
    name: 'a queue, job by job',
    trace: new Story()
      .each(upTo(6), (s) =>
        s.sql('SELECT * FROM jobs WHERE state = $1 LIMIT 1 FOR UPDATE SKIP LOCKED', {
          params: ['new'],
          rows: 1,
          at,
        }),
      )
      .trace(),
  },
  {
    name: 'numbers of a sequence',
    trace: new Story()
      .each(upTo(4), (s) => s.sql("SELECT nextval('orders_id_seq') FROM seqs", { rows: 1, at }))
      .trace(),
  },
  {
    name: 'migrations',
    trace: new Story()
      .each(upTo(12), (s, n) =>
        s.sql('INSERT INTO roles (name) VALUES ($1)', {
          params: [`r${n}`],
          rows: 1,
          at: ['knex', 'db/migrations/2024_roles.js:5 up'],
        }),
      )
      .trace(),
  },
  {
    name: "migrations' own books",
    trace: new Story()
      .each(upTo(8), (s, n) =>
        s.sql('SELECT * FROM "SequelizeMeta" WHERE name = $1', {
          params: [`m${n}`],
          rows: 1,
          at: ['umzug', 'sequelize'],
        }),
      )
      .trace(),
  },
  {
    name: "a driver's set-up",
    trace: new Story({ at: ['pg'] })
      .each(upTo(6), (s) =>
        s
          .sql("SET client_encoding TO 'UTF8'")
          .sql('SELECT version()', { rows: 1 })
          .sql('SHOW server_version', { rows: 1 }),
      )
      .each(upTo(6), (s, n) =>
        s.sql('SELECT typname FROM pg_catalog.pg_type WHERE oid = $1', { params: [n], rows: 1 }),
      )
      .trace(),
  },
  {
    name: 'a health check',
    trace: new Story()
      .each(upTo(6), (s) => s.sql('SELECT 1', { rows: 1, at: 'src/health.js:3 ping' }))
      .trace(),
  },
  {
    name: 'a transaction of a few quick statements',
    trace: new Story({ detail: { connection: 3 } })
      .sql('BEGIN')
      .sql('INSERT INTO orders (a) VALUES ($1) RETURNING id', {
        params: [1],
        rows: 1,
        at: 'src/orders.js:11 create',
      })
      .sql('UPDATE stock SET n = n - 1 WHERE id = $1', {
        params: [1],
        rows: 1,
        at: 'src/orders.js:12 create',
      })
      .sql('COMMIT')
      .trace({ method: 'POST' }),
  },
  {
    name: 'getMulti',
    trace: new Story()
      .each(upTo(6), (s, n) =>
        s.cache(`getMulti user:${n} user:${n + 9}`, { at, detail: { hits: 2, misses: 0 } }),
      )
      .trace(),
  },
  {
    name: 'a cache that is filled',
    trace: new Story()
      .cache('get user:7', { at: 'src/users.js:3 load', detail: { hit: false } })
      .sql(USER, { params: [7], rows: 1, at: 'src/users.js:5 load' })
      .cache('set user:7', { at: 'src/users.js:6 load' })
      .trace(),
  },
  {
    name: 'a lock that is free',
    trace: new Story()
      .cache('get lock:order:7', { at: 'src/orders.js:3 buy', detail: { hit: false } })
      .sql(USER, { params: [7], rows: 1, at: 'src/orders.js:5 buy' })
      .trace(),
  },
  {
    name: 'a queue that waits for work',
    trace: new Story({ library: 'ioredis' }).cache('blpop jobs 5', { ms: 5000, at }).trace(),
  },
  {
    name: 'pages over HTTP',
    trace: new Story()
      .each(upTo(8), (s, n) => s.http(`GET http://api.test/orders?page=${n}&size=100`, { at, ms: 10 }))
      .trace(),
  },
  {
    name: 'different services',
    trace: new Story()
      .all(['a', 'b', 'c', 'd', 'e', 'f'], (s, name) =>
        s.http(`GET http://${name}.test/health/1`, { at, ms: 10 }),
      )
      .trace(),
  },
  {
    name: 'queries that need each other',
    trace: new Story()
      .sql('SELECT id FROM users WHERE email = $1', {
        params: ['a@b.c'],
        rows: 1,
        ms: 40,
        at: 'src/home.js:5 home',
      })
      .sql('SELECT * FROM orders WHERE user_id = $1', {
        params: [93],
        rows: 3,
        ms: 40,
        at: 'src/home.js:6 home',
      })
      .trace(),
  },
  {
    name: 'already concurrent',
    trace: new Story()
      .all(['users', 'orders', 'items'], (s, table, i) =>
        s.sql(`SELECT count(*) FROM ${table}`, { ms: 40, rows: 1, at: `src/home.js:${5 + i} home` }),
      )
      .trace(),
  },
  {
    name: 'a row that exists already',
    trace: new Story()
      .sql('INSERT INTO users (email) VALUES ($1)', {
        params: ['a@b.c'],
        error: '23505: duplicate key value violates unique constraint',
        at,
      })
      .sql('SELECT * FROM users WHERE email = $1', { params: ['a@b.c'], rows: 1, at: 'src/orders.js:49' })
      .trace(),
  },
  {
    name: 'an error in the response',
    trace: new Story()
      .sql('SELECT * FROM audit', { error: '42P01: relation "audit" does not exist', at })
      .trace({ status: 500 }),
  },
  {
    name: 'a download of everything',
    trace: new Story()
      .sql('SELECT * FROM orders', { rows: 20_000, ms: 60, at })
      .trace({ headers: { request: [], response: [['Content-Type', 'text/csv; charset=utf-8']] } }),
  },
  {
    name: 'SQLite writing in one transaction',
    trace: new Story({ library: 'better-sqlite3', ms: 0.02 })
      .sql('BEGIN', { at: 'src/import.js:4 load' })
      .each(upTo(50), (s, n) =>
        s.sql('INSERT INTO items (a) VALUES (?)', { params: [n], rows: 1, at: 'src/import.js:5 load' }),
      )
      .sql('COMMIT', { at: 'src/import.js:7 load' })
      .trace(),
  },
  {
    name: 'masked values',
    trace: new Story()
      .each(upTo(7), (s) =>
        s.sql('SELECT * FROM sessions WHERE token = $1', { params: ['REDACTED'], rows: 1, at }),
      )
      .trace(),
  },
  {
    name: 'what runs outside of requests',
    trace: new Story()
      .each(upTo(50), (s, id) => s.sql(USER, { params: [id], rows: 1, at }))
      .trace({ outside: true }),
  },
  {
    name: 'polling with the time of the last look',
    trace: new Story()
      .each(upTo(8), (s, n) =>
        s.sql('SELECT * FROM news WHERE at > $1', { params: [n * 300], rows: 0, at }).idle(300),
      )
      .trace(),
  },
  {
    name: 'polling every 20 ms',
    trace: new Story()
      .each(upTo(12), (s) =>
        s.sql('SELECT state FROM jobs WHERE id = $1', { params: [7], rows: 1, at }).idle(20),
      )
      .trace(),
  },
  {
    name: 'pages by key, the first without one',
    trace: new Story()
      .each([null, 100, 200, 300, 400, 500], (s, key) =>
        s.sql('SELECT * FROM orders WHERE ($1::int IS NULL OR id > $1) ORDER BY id LIMIT 100', {
          params: [key],
          rows: 100,
          at,
        }),
      )
      .trace(),
  },
  {
    name: 'pages by number',
    trace: new Story()
      .each(upTo(7), (s, n) =>
        s.sql('SELECT * FROM orders ORDER BY id OFFSET ($1 - 1) * $2 FETCH NEXT $2 ROWS ONLY', {
          params: [n, 50],
          rows: 50,
          at,
        }),
      )
      .trace(),
  },
  {
    name: 'a DataLoader whose batches shrink',
    trace: new Story()
      .each([9, 1, 1, 1, 1, 1], (s, n, i) =>
        s.sql('SELECT * FROM users WHERE id = ANY($1)', {
          params: [upTo(n).map((id) => id + i * 10)],
          rows: n,
          at: ['dataloader', 'src/loaders.js:9 batch'],
        }),
      )
      .trace(),
  },
  {
    name: 'concurrent uploads',
    trace: new Story()
      .all(upTo(8), (s, n) => s.http(`PUT https://files.test/photos/${n}.jpg`, { at, ms: 80 }))
      .trace({ method: 'POST' }),
  },
  {
    name: 'a seed script',
    trace: new Story()
      .each(upTo(8), (s, n) =>
        s.sql('INSERT INTO t (a) VALUES ($1)', { params: [n], rows: 1, at: 'scripts/seed.ts:9 seed' }),
      )
      .trace(),
  },
  {
    name: 'a remote call that was tried again',
    trace: new Story()
      .each(upTo(6), (s) => s.rpc('Users.getUser', { at, error: 'ECONNRESET' }))
      .rpc('Users.getUser', { at })
      .trace(),
  },
  {
    name: 'a POST that was refused until it was not',
    trace: new Story()
      .each([503, 503, 429, 503, 503, 200], (s, status) =>
        s.http('POST http://pay.test/charges', { at, ms: 10, detail: { status } }),
      )
      .trace(),
  },
  {
    name: 'one tenant after the other',
    trace: new Story()
      .each(upTo(6), (s, n) => s.sql(`SELECT count(*) FROM tenant_${n}.users`, { rows: 1, at }))
      .trace(),
  },
  {
    name: 'the same key, read and written',
    trace: new Story()
      .each(upTo(6), (s) =>
        s
          .cache('get counter:7', { at, detail: { hit: true } })
          .cache('set counter:7', { at: 'src/orders.js:48' }),
      )
      .trace(),
  },
  {
    name: 'six counts through one wrapper, from six lines',
    trace: new Story()
      .all(['new', 'paid', 'sent', 'lost', 'back', 'done'], (s, state, i) =>
        s.sql('SELECT count(*) FROM orders WHERE state = $1', {
          params: [state],
          rows: 1,
          at: ['src/count.js:3 count', `src/home.js:${10 + i} home`],
        }),
      )
      .trace(),
  },
  {
    name: 'one month after the other, each in a table of its own',
    trace: new Story()
      .each(upTo(9), (s, n) =>
        s.sql(`SELECT count(*) FROM events_20240${n} WHERE kind = $1`, { params: ['x'], rows: 1, at }),
      )
      .trace(),
  },
  {
    name: 'polling, with the id of a trace in a comment',
    trace: new Story()
      .each(upTo(8), (s, n) =>
        s
          .sql(`SELECT state FROM jobs WHERE id = $1 /*traceparent='00-${n}-01'*/`, {
            params: [7],
            rows: 1,
            at,
          })
          .idle(250),
      )
      .trace(),
  },
  {
    name: 'writes by range, each of many rows',
    trace: new Story()
      .each(upTo(6), (s, n) =>
        s.sql('UPDATE archive SET body = $1 WHERE id BETWEEN $2 AND $3', {
          params: ['y', n * 100 - 99, n * 100],
          rows: 100,
          at,
        }),
      )
      .each(upTo(6), (s, n) =>
        s.sql('DELETE FROM visits WHERE id > $1 AND id <= $2', {
          params: [n * 50, n * 50 + 50],
          rows: 50,
          at,
        }),
      )
      .each(upTo(6), (s, n) =>
        s.sql('INSERT INTO daily SELECT day, count(*) FROM visits WHERE at >= $1 AND at < $2 GROUP BY day', {
          params: [`2026-0${n}-01`, `2026-0${n + 1}-01`],
          rows: 30,
          at,
        }),
      )
      .each(upTo(6), (s, n) =>
        s.sql(`DELETE FROM log WHERE id >= ${900 - n * 100} AND id < ${1000 - n * 100}`, { rows: 100, at }),
      )
      .trace(),
  },
  {
    name: 'writes to one table after the other',
    trace: new Story()
      .each(upTo(6), (s, n) =>
        s.sql(`DELETE FROM log_2026_0${n} WHERE id < $1`, { params: [10], rows: 3, at }),
      )
      .each(upTo(6), (s, n) =>
        s.sql(`INSERT INTO tenant_${n}.settings (key, value) VALUES ($1, $2)`, {
          params: ['name', `tenant ${n}`],
          rows: 1,
          at,
        }),
      )
      .each(upTo(6), (s, n) =>
        s.sql(`SELECT max(id) FROM log_2026_0${n} WHERE id < $1`, { params: [n * 7], rows: 1, at }),
      )
      .trace(),
  },
  {
    name: 'a binary search',
    trace: new Story()
      .each([512, 768, 640, 704, 672, 688, 696, 700, 698, 699], (s, id) =>
        s.sql('SELECT at FROM archive WHERE id >= $1 ORDER BY id LIMIT 1', { params: [id], rows: 1, at }),
      )
      .each([1, 2, 4, 8, 16, 32, 24, 28, 26, 25], (s, id) =>
        s.sql('SELECT revision FROM builds WHERE number = $1', { params: [id], rows: 1, at }),
      )
      .trace(),
  },
  {
    name: 'pages over HTTP, by a cursor that counts',
    trace: new Story()
      .each(upTo(7), (s, n) => s.http(`GET http://api.test/changes?cursor=${n - 1}`, { at, ms: 3 }))
      .each(upTo(7), (s, n) =>
        s.http(`GET http://api.test/log${n === 1 ? '' : `?page_token=${n}`}`, { at, ms: 3 }),
      )
      .trace(),
  },
  {
    name: 'rows that are handed over one by one',
    trace: new Story().sql('SELECT id FROM labs', { rows: 1600, at, detail: { paused: 0 } }).trace(),
  },
  { name: 'nothing at all', trace: new Story().trace() },
];
