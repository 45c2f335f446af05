/**
 * Labelled requests: problems with the findings that are expected, and look-alikes without any, by
 * the point that they are about. `want` has kinds with their call sites.
 */

import type { RecordedTrace } from '../../src/domain/trace.js';
import { type CallOptions, Story, upTo } from './story.js';

export interface Labelled {
  name: string;
  trace: RecordedTrace;
  /** `kind file:line` of each finding, in any order; empty for a look-alike. */
  want: string[];
}

const at = 'src/orders.js:47 listOrders';
const line = 'src/orders.js:47';
const USER = 'SELECT * FROM users WHERE id = $1';
const UNORDERED = [17, 4, 93, 8, 51, 22, 70, 36, 15, 88, 2, 64];
const list = (rows = 12, story = new Story()) =>
  story.sql('SELECT * FROM orders WHERE shop = $1', { params: [3], rows, at: 'src/orders.js:31 listOrders' });

/** N+1 reads with work, odd statements and odd parameters (and what only looks like them). */
export const reads: Labelled[] = [
  {
    name: 'a query for each row, 11 ms of work after each',
    trace: list()
      .each(UNORDERED, (s, id) => s.sql(USER, { params: [id], rows: 1, at }).idle(11))
      .trace(),
    want: [`n+1 ${line}`],
  },
  {
    name: 'a query for each row, a scrypt of 60 ms after each',
    trace: list()
      .each(UNORDERED, (s, id) => s.sql(USER, { params: [id], rows: 1, at }).idle(60))
      .trace(),
    want: [`n+1 ${line}`],
  },
  {
    name: 'a query for each row of a file, work of any length after each',
    trace: new Story()
      .each(UNORDERED, (s, id, n) => s.sql(USER, { params: [id], rows: 1, at }).idle(20 + (n % 5) * 40))
      .trace(),
    want: [`n+1 ${line}`],
  },
  {
    name: 'a key of the cache for each row, work after each',
    trace: list()
      .each(UNORDERED, (s, id) => s.cache(`get user:${id}`, { at, detail: { hit: true } }).idle(30))
      .trace(),
    want: [`n+1-cache ${line}`],
  },
  {
    name: 'a key of the cache for each row, where the first request fills it',
    trace: list()
      .each(UNORDERED, (s, id) =>
        s
          .cache(`get user:${id}`, { at: 'src/users.js:3 load', detail: { hit: false } })
          .sql(USER, { params: [id], rows: 1, at: 'src/users.js:5 load' })
          .cache(`set user:${id}`, { at: 'src/users.js:6 load' }),
      )
      .trace(),
    want: ['n+1-cache src/users.js:3'],
  },
  {
    name: 'a key of the cache for each row, and a query for each whose row is not cached',
    trace: list()
      .each(UNORDERED, (s, id) =>
        s
          .cache(`get seen:${id}`, { at: 'src/users.js:3 load', detail: { hit: false } })
          .sql(USER, { params: [id], rows: 1, at: 'src/users.js:5 load' })
          .cache(`set name:${id}`, { at: 'src/users.js:6 load' }),
      )
      .trace(),
    want: ['n+1-cache src/users.js:3', 'n+1 src/users.js:5'],
  },
  {
    name: 'an IN for each parent',
    trace: list(6)
      .each([2, 5, 1, 3, 2, 4], (s, n, i) =>
        s.sql(`SELECT * FROM items WHERE id IN (${upTo(n).map((x) => i * 10 + x)})`, { rows: n, at }),
      )
      .trace(),
    want: [`n+1 ${line}`],
  },
  {
    name: 'an ANY for each parent, three items each',
    trace: list(8)
      .each(upTo(8), (s, n) =>
        s.sql('SELECT * FROM tags WHERE id = ANY($1)', { params: [[n, n + 10, n + 20]], rows: 3, at }),
      )
      .trace(),
    want: [`n+1 ${line}`],
  },
  {
    name: 'pieces of 500 of one list',
    trace: new Story()
      .sql('SELECT id FROM orders', { rows: 900, at: 'src/orders.js:31 listOrders' })
      .each(upTo(9), (s, n) =>
        s.sql('SELECT * FROM items WHERE order_id = ANY($1)', {
          params: [upTo(100).map((i) => i + n * 100)],
          rows: 100,
          at,
        }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'three tables in turn, by the kind of the row',
    trace: list(12)
      .each(UNORDERED, (s, id, n) =>
        s.sql(`SELECT * FROM ${['users', 'teams', 'bots'][n % 3]} WHERE id = $1`, {
          params: [id],
          rows: 1,
          at,
        }),
      )
      .trace(),
    want: [`n+1 ${line}`],
  },
  {
    name: 'three tables in turn, nothing known of where the rows come from',
    trace: new Story()
      .each(UNORDERED, (s, id, n) =>
        s.sql(`SELECT * FROM ${['users', 'teams', 'bots'][n % 3]} WHERE id = $1`, {
          params: [id],
          rows: 1,
          at,
        }),
      )
      .trace(),
    want: [`n+1 ${line}`],
  },
  {
    name: 'three tables in turn, from the cases of a switch',
    trace: list(9)
      .each(UNORDERED.slice(0, 9), (s, id, n) =>
        s.sql(`SELECT * FROM ${['users', 'teams', 'bots'][n % 3]} WHERE id = $1`, {
          params: [id],
          rows: 1,
          at: [`src/feed.js:${10 + (n % 3) * 2} subjectOf`, 'src/feed.js:30 feed'],
        }),
      )
      .trace(),
    want: ['n+1 src/feed.js:10'],
  },
  {
    name: 'a page that asks six tables once each',
    trace: new Story()
      .each(['users', 'orders', 'items', 'notes', 'tags', 'files'], (s, table, n) =>
        s.sql(`SELECT * FROM ${table} WHERE owner = $1`, {
          params: [7],
          rows: 2,
          at: `src/home.js:${10 + n} home`,
        }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'the row before each',
    trace: list()
      .each(upTo(12), (s, n) =>
        s.sql('SELECT * FROM prices WHERE id < $1 ORDER BY id DESC LIMIT 1', {
          params: [n * 3],
          rows: 1,
          at,
        }),
      )
      .trace(),
    want: [`n+1 ${line}`],
  },
  {
    name: 'the two rows before each, where there are as many',
    trace: new Story()
      .each(upTo(7), (s, n) =>
        s.sql('SELECT * FROM prices WHERE id < $1 ORDER BY id DESC LIMIT $2', {
          params: [n * 3, 2],
          rows: n % 2,
          at,
        }),
      )
      .trace(),
    want: [`n+1 ${line}`],
  },
  {
    name: 'pages by key',
    trace: new Story()
      .each(upTo(7), (s, n) =>
        s.sql('SELECT * FROM prices WHERE id > $1 ORDER BY id LIMIT 50', {
          params: [n * 50],
          rows: n === 7 ? 12 : 50,
          at,
        }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'pages by key up to another key, until no row comes',
    trace: new Story()
      .each([50, 50, 50, 12, 0], (s, rows, n) =>
        s.sql('SELECT id FROM prices WHERE id > $1 AND id < 900 ORDER BY id LIMIT 50', {
          params: [n * 50],
          rows,
          at,
        }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'a query by a secret value for each row',
    trace: list()
      .each(UNORDERED, (s) =>
        s.sql('SELECT * FROM cards WHERE pin = $1', { params: ['REDACTED'], rows: 1, at }),
      )
      .trace(),
    want: [`n+1 ${line}`],
  },
  {
    name: 'a query by a secret value, as often as nothing that was queried',
    trace: list(40)
      .each(UNORDERED, (s) =>
        s.sql('SELECT * FROM cards WHERE pin = $1', { params: ['REDACTED'], rows: 1, at }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'a lock for each job, in a transaction of its own',
    trace: new Story({ detail: { connection: 5 } })
      .each(upTo(6), (s, id) =>
        s
          .sql('BEGIN', { at: 'src/jobs.js:4 run' })
          .sql('SELECT * FROM jobs WHERE id = $1 FOR UPDATE', {
            params: [id],
            rows: 1,
            at: 'src/jobs.js:5 run',
          })
          .sql('UPDATE jobs SET state = $1 WHERE id = $2', {
            params: ['done', id],
            rows: 1,
            at: 'src/jobs.js:6 run',
          })
          .sql('COMMIT', { at: 'src/jobs.js:7 run' }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'names tried until one is free',
    trace: new Story()
      .each(['post', 'post-1', 'post-2', 'post-3', 'post-4', 'post-5'], (s, name, n) =>
        s.sql('SELECT 1 FROM posts WHERE slug = $1', { params: [name], rows: n < 5 ? 1 : 0, at }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'codes tried until one is free',
    trace: new Story()
      .each(['kq7', 'x2p', 'm0d', 'zz4', 'b9u', 'c3c'], (s, code, n) =>
        s.sql('SELECT 1 FROM coupons WHERE code = $1', { params: [code], rows: n < 5 ? 1 : 0, at }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'a look whether each is there, the last of which is not',
    trace: list(6)
      .each(['kq7', 'x2p', 'm0d', 'zz4', 'b9u', 'c3c'], (s, code, n) =>
        s.sql('SELECT 1 FROM coupons WHERE code = $1', { params: [code], rows: n < 5 ? 1 : 0, at }),
      )
      .trace(),
    want: [`n+1 ${line}`],
  },
  {
    name: 'names of users that end in numbers',
    trace: new Story()
      .each(upTo(6), (s, n) =>
        s.sql('SELECT * FROM users WHERE name = $1', { params: [`user${n}`], rows: 1, at }),
      )
      .trace(),
    want: [`n+1 ${line}`],
  },
  {
    name: 'templates tried until one is there',
    trace: new Story()
      .each(['de-AT-x', 'de-AT', 'de', 'en-GB', 'en'], (s, name, n) =>
        s.sql('SELECT * FROM templates WHERE locale = $1', { params: [name], rows: n < 4 ? 0 : 1, at }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'one query for each shard',
    trace: new Story()
      .each(upTo(6), (s, n) =>
        s.sql('SELECT count(*) FROM users WHERE shard = $1', {
          params: [n],
          rows: 1,
          at,
          detail: { source: n },
        }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'one query for each tenant, by search_path',
    trace: new Story({ detail: { connection: 5 } })
      .each(upTo(6), (s, n) =>
        s
          .sql(`SET search_path TO tenant_${n}`, { at: 'src/orders.js:46 listOrders' })
          .sql('SELECT count(*) FROM users WHERE owner = $1', { params: [n * 7], rows: 1, at }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'a loop inside each of two shards',
    trace: new Story()
      .each([1, 2], (s, shard) =>
        s.each(UNORDERED.slice(0, 8), (t, id) =>
          t.sql(USER, { params: [id], rows: 1, at, detail: { source: shard } }),
        ),
      )
      .trace(),
    want: [`n+1 ${line}`],
  },
  {
    name: 'five workflows of a package that each read once',
    trace: new Story({ at: ['pg', 'knex'] })
      .each(['carts', 'regions', 'prices', 'taxes', 'orders'], (s, table, n) =>
        s
          .sql('SELECT * FROM stores WHERE id = $1', { params: [`s${n}`], rows: 1 })
          .sql(`SELECT * FROM ${table} WHERE owner = $1`, { params: [n], rows: 1 }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'a loop of a package',
    trace: list(9)
      .each(UNORDERED.slice(0, 9), (s, id) => s.sql(USER, { params: [id], rows: 1, at: ['pg', 'knex'] }))
      .trace(),
    want: ['n+1 undefined'],
  },
  {
    name: 'news asked for again and again',
    trace: new Story()
      .each(upTo(6), (s, n) =>
        s.sql('SELECT * FROM news WHERE at > $1', { params: [n * 300], rows: 0, at }).idle(300),
      )
      .trace(),
    want: [],
  },
];

const same = (options: CallOptions = {}) => ({ params: [7], rows: 1, ms: 3, at, ...options });

/** Equal statements with equal values. */
export const repeats: Labelled[] = [
  {
    name: 'the same row four times',
    trace: new Story().each(upTo(4), (s) => s.sql(USER, same())).trace(),
    want: [`duplicate ${line}`],
  },
  {
    name: 'the same row four times from one of two pools',
    trace: new Story().each(upTo(4), (s) => s.sql(USER, same({ detail: { source: 1 } }))).trace(),
    want: [`duplicate ${line}`],
  },
  {
    name: 'each of four shards',
    trace: new Story().each(upTo(4), (s, n) => s.sql(USER, same({ detail: { source: n } }))).trace(),
    want: [],
  },
  {
    name: 'two libraries',
    trace: new Story()
      .each(['pg', 'postgres', 'better-sqlite3'], (s, library) => s.sql(USER, same({ library })))
      .trace(),
    want: [],
  },
  ...['SET search_path TO tenant_%', 'USE tenant_%', 'SET ROLE tenant_%', "SET app.tenant = '%'"].map(
    (change) => ({
      name: change,
      trace: new Story({ detail: { connection: 4 } })
        .each(upTo(4), (s, n) => s.sql(change.replace('%', `${n}`)).sql(USER, same()))
        .trace(),
      want: [],
    }),
  ),
  {
    name: 'set_config between',
    trace: new Story({ detail: { connection: 4 } })
      .each(upTo(4), (s, n) =>
        s.sql("SELECT set_config('app.tenant', $1, false)", { params: [`t${n}`], rows: 1 }).sql(USER, same()),
      )
      .trace(),
    want: [],
  },
  {
    name: 'another user between',
    trace: new Story({ library: 'mysql2', detail: { connection: 4 } })
      .each(upTo(4), (s, n) => s.sql('CHANGE USER', { params: [{ database: `t${n}` }] }).sql(USER, same()))
      .trace(),
    want: [],
  },
  {
    name: 'settings between that change no rows',
    trace: new Story({ detail: { connection: 4 } })
      .each(upTo(4), (s, n) => s.sql(`SET statement_timeout = ${n}000`).sql(USER, same()))
      .trace(),
    want: [`duplicate ${line}`],
  },
  {
    name: 'the same tenant again',
    trace: new Story({ detail: { connection: 4 } })
      .each(upTo(4), (s) => s.sql('SET search_path TO tenant_1').sql(USER, same()))
      .trace(),
    want: [`duplicate ${line}`],
  },
  ...[
    'SELECT * FROM ads TABLESAMPLE SYSTEM (1)',
    'SELECT * FROM ads ORDER BY random() LIMIT 1',
    'SELECT * FROM ads ORDER BY rand() LIMIT 1',
    'SELECT now() - started AS age FROM runs WHERE id = $1',
    'SELECT * FROM runs WHERE due < CURRENT_TIMESTAMP',
    "SELECT * FROM runs WHERE due < datetime('now')",
    'SELECT * FROM locks WHERE name = $1',
    'SELECT owner FROM job_locks WHERE name = $1',
    'SELECT * FROM jobs WHERE id = $1 FOR UPDATE SKIP LOCKED',
  ].map((sql) => ({
    name: sql,
    trace: new Story().each(upTo(4), (s) => s.sql(sql, same())).trace(),
    want: [],
  })),
  ...[
    'SELECT * FROM users WHERE uuid = $1',
    'SELECT * FROM changes WHERE id = $1',
    'SELECT now, later FROM clocks WHERE id = $1',
    'SELECT * FROM lockers WHERE id = $1',
    'SELECT * FROM blocks WHERE id = $1',
    'SELECT pg_sleep(0.01), name FROM users WHERE id = $1',
    'SELECT name, sleep(0.01) FROM users WHERE id = $1',
  ].map((sql) => ({
    name: sql,
    trace: new Story().each(upTo(4), (s) => s.sql(sql, same())).trace(),
    want: [`duplicate ${line}`],
  })),
  {
    name: 'polling that backs off',
    trace: new Story()
      .each([4, 9, 18, 37, 80], (s, pause) =>
        s.sql('SELECT state FROM jobs WHERE id = $1', same()).idle(pause),
      )
      .trace(),
    want: [],
  },
  {
    name: 'looked at twice, half a second apart',
    trace: new Story()
      .sql('SELECT state FROM jobs WHERE id = $1', same())
      .idle(500)
      .sql('SELECT state FROM jobs WHERE id = $1', same())
      .trace(),
    want: [],
  },
];

const masked = (rows: number, places: string[]) =>
  new Story()
    .each(places, (s, place) =>
      s.sql('SELECT * FROM sessions WHERE sid = $1', { params: ['REDACTED'], rows, ms: 3, at: place }),
    )
    .trace();
const PLACES = ['src/auth.js:3 user', 'src/menu.js:8 menu', 'src/page.js:20 page'];
repeats.push(
  {
    name: 'a session by its secret id, from three lines',
    trace: masked(1, PLACES),
    want: ['same-query src/auth.js:3'],
  },
  { name: 'sessions by their secret ids, from one line', trace: masked(1, [at, at, at]), want: [] },
  { name: 'lists by a secret, from three lines', trace: masked(4, PLACES), want: [] },
);

const UPDATE = 'UPDATE orders SET total = $1 WHERE id = $2';
const update = (id: number, options: CallOptions = {}) => ({ params: [id * 3, id], rows: 1, at, ...options });

/** Writes in a loop. */
export const writes: Labelled[] = [
  {
    name: 'an update for each row, with work after each',
    trace: list()
      .each(UNORDERED, (s, id) => s.sql(UPDATE, update(id)).idle(30))
      .trace(),
    want: [`n+1-writes ${line}`],
  },
  {
    name: 'the state of one row, as it gets on',
    trace: new Story()
      .each(['paid', 'packed', 'sent', 'delivered', 'closed'], (s, state) =>
        s.sql('UPDATE orders SET state = $1, seen = $2 WHERE id = $3', {
          params: [state, 1, 9],
          rows: 1,
          at,
        }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'the progress of one row, its values in the text',
    trace: new Story()
      .each(upTo(9), (s, n) => s.sql(`UPDATE jobs SET done = ${n * 10} WHERE id = 9`, { rows: 1, at }))
      .trace(),
    want: [],
  },
  {
    name: 'the same state for each row',
    trace: list()
      .each(UNORDERED, (s, id) =>
        s.sql('UPDATE orders SET state = $1 WHERE id = $2', { params: ['paid', id], rows: 1, at }),
      )
      .trace(),
    want: [`n+1-writes ${line}`],
  },
  {
    name: 'an optimistic write, tried again',
    trace: new Story()
      .each(upTo(6), (s, n) =>
        s
          .sql('SELECT version FROM orders WHERE id = $1', { params: [7], rows: 1, at: 'src/orders.js:45' })
          .sql('UPDATE orders SET a = $1, version = version + 1 WHERE id = $2 AND version = $3', {
            params: [1, 7, n],
            rows: n < 6 ? 0 : 1,
            at,
          }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'an optimistic write that gave up',
    trace: new Story()
      .each(upTo(6), (s, n) =>
        s
          .sql('SELECT rev FROM docs WHERE id = $1', { params: [7], rows: 1, at: 'src/orders.js:45' })
          .sql('UPDATE docs SET a = $1 WHERE id = $2 AND rev = $3', { params: [1, 7, n], rows: 0, at }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'a versioned update of each row',
    trace: list()
      .each(UNORDERED, (s, id) =>
        s.sql('UPDATE docs SET a = $1 WHERE id = $2 AND version = $3', { params: [1, id, 4], rows: 1, at }),
      )
      .trace(),
    want: [`n+1-writes ${line}`],
  },
  {
    name: 'an update that finds nothing to change',
    trace: list()
      .each(UNORDERED, (s, id) =>
        s.sql('UPDATE users SET seen = true WHERE id = $1 AND NOT seen', { params: [id], rows: 0, at }),
      )
      .trace(),
    want: [`n+1-writes ${line}`],
  },
  {
    name: 'a code tried until one is free',
    trace: new Story()
      .each(['ab12', 'qq81', 'm4x0', 'zz99', 'k3k3'], (s, code, n) =>
        s.sql('INSERT INTO codes (code) VALUES ($1)', {
          params: [code],
          at,
          ...(n < 4 ? { error: '23505: duplicate key value violates unique constraint' } : { rows: 1 }),
        }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'a name taken with ON CONFLICT DO NOTHING, until one is free',
    trace: new Story()
      .each(['post', 'post-1', 'post-2', 'post-3', 'post-4'], (s, name, n) =>
        s.sql('INSERT INTO slugs (slug) VALUES ($1) ON CONFLICT DO NOTHING', {
          params: [name],
          rows: n < 4 ? 0 : 1,
          at,
        }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'a transaction for each job',
    trace: new Story({ detail: { connection: 5 } })
      .each(upTo(6), (s, id) =>
        s
          .sql('BEGIN', { at: 'src/jobs.js:4 run' })
          .sql('UPDATE accounts SET sum = sum - $1 WHERE id = $2', {
            params: [5, id],
            rows: 1,
            at: 'src/jobs.js:5 run',
          })
          .sql('INSERT INTO entries (account) VALUES ($1)', {
            params: [id],
            rows: 1,
            at: 'src/jobs.js:6 run',
          })
          .sql('COMMIT', { at: 'src/jobs.js:7 run' }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'a transaction for each job, all in one line',
    trace: new Story({ detail: { connection: 5 } })
      .each(upTo(6), (s, id) =>
        s
          .sql('BEGIN', { at: 'src/jobs.js:4 run' })
          .sql('UPDATE accounts SET sum = sum - $1 WHERE id = $2', {
            params: [5, id],
            rows: 1,
            at: ['src/jobs.js:4 <anonymous>', 'src/jobs.js:4 run'],
          })
          .sql('INSERT INTO entries (account) VALUES ($1)', {
            params: [id],
            rows: 1,
            at: ['src/jobs.js:4 <anonymous>', 'src/jobs.js:4 run'],
          })
          .sql('COMMIT', { at: 'src/jobs.js:4 run' }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'a transaction that an ORM puts around each row',
    trace: list(12, new Story({ detail: { connection: 5 } }))
      .each(UNORDERED, (s, id) =>
        s
          .sql('START TRANSACTION', { at: ['typeorm', at] })
          .sql('INSERT INTO "items" ("a") VALUES ($1)', { params: [id], rows: 1, at: ['typeorm', at] })
          .sql('COMMIT', { at: ['typeorm', at] }),
      )
      .trace(),
    want: [`n+1-writes ${line}`],
  },
  {
    name: 'a transaction of one statement for each row',
    trace: list(12, new Story({ detail: { connection: 5 } }))
      .each(UNORDERED, (s, id) =>
        s
          .sql('BEGIN', { at: 'src/orders.js:46 listOrders' })
          .sql(UPDATE, update(id))
          .sql('COMMIT', { at: 'src/orders.js:48 listOrders' }),
      )
      .trace(),
    want: [`n+1-writes ${line}`],
  },
  {
    name: 'a mark after each message over HTTP',
    trace: list()
      .each(UNORDERED, (s, id) =>
        s
          .http('POST http://mail.test/send', {
            ms: 20,
            at: 'src/orders.js:46 listOrders',
            detail: { status: 202 },
          })
          .sql('UPDATE outbox SET state = $1 WHERE id = $2', { params: ['done', id], rows: 1, at }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'a mark after each message in a stream',
    trace: list()
      .each(UNORDERED, (s, id) =>
        s
          .cache(`xadd events ${id}`, { at: 'src/orders.js:46 listOrders', library: 'ioredis' })
          .sql('UPDATE outbox SET done = true WHERE id = $1', { params: [id], rows: 1, at }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'a mark after each message that is not seen',
    trace: list()
      .each(UNORDERED, (s, id) =>
        s.idle(15).sql('UPDATE mails SET sent_at = now() WHERE id = $1', { params: [id], rows: 1, at }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'marks one after the other, after all messages were sent',
    trace: list()
      .http('POST http://mail.test/batch', { ms: 20, at: 'src/orders.js:40 listOrders' })
      .each(UNORDERED, (s, id) =>
        s.sql('UPDATE mails SET sent_at = now() WHERE id = $1', { params: [id], rows: 1, at }),
      )
      .trace(),
    want: [`n+1-writes ${line}`],
  },
  {
    name: 'each row with the id of the row before',
    trace: new Story()
      .each(upTo(7), (s, n) =>
        s.sql('INSERT INTO comments (parent, text) VALUES ($1, $2) RETURNING id', {
          params: [n === 1 ? null : 400 + n - 1, `text ${n}`],
          rows: 1,
          at,
          detail: { insertId: 400 + n },
        }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'a tree, each node with the id of its parent',
    trace: new Story()
      .each([null, 1, 1, 2, 2, 3, 3], (s, parent, n) =>
        s.sql('INSERT INTO nodes (parent, name) VALUES (?, ?)', {
          library: 'mysql2',
          params: [parent === null ? null : 800 + parent, `n${n}`],
          rows: 1,
          at,
          detail: { insertId: 801 + n },
        }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'rows that do not need each other',
    trace: new Story()
      .each(upTo(7), (s, n) =>
        s.sql('INSERT INTO comments (post, text) VALUES ($1, $2) RETURNING id', {
          params: [9, `text ${n}`],
          rows: 1,
          at,
          detail: { insertId: 400 + n },
        }),
      )
      .trace(),
    want: [`n+1-writes ${line}`],
  },
  {
    name: 'each row with the balance of the row before, which is read again',
    trace: new Story()
      .each(upTo(6), (s, n) =>
        s
          .sql('SELECT balance FROM ledger WHERE account = $1 ORDER BY id DESC LIMIT 1', {
            params: [1],
            rows: 1,
            at: 'src/orders.js:46 listOrders',
          })
          .sql('INSERT INTO ledger (account, balance) VALUES ($1, $2)', { params: [1, n * 5], rows: 1, at }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'each number from the highest before, which the library asks for',
    trace: new Story()
      .each(upTo(6), (s, n) =>
        s
          .sql('SELECT coalesce(max(no), 0) + 1 AS next FROM bills', { rows: 1, at })
          .sql('INSERT INTO bills (no, text) VALUES ($1, $2)', { params: [n, `b${n}`], rows: 1, at }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'rows that are inserted where they are not there yet',
    trace: new Story()
      .each(upTo(6), (s, n) =>
        s
          .sql('SELECT count(*) FROM bills WHERE no = $1', {
            params: [n],
            rows: 1,
            at: 'src/orders.js:46 listOrders',
          })
          .sql('INSERT INTO bills (no, text) VALUES ($1, $2)', { params: [n, `b${n}`], rows: 1, at }),
      )
      .trace(),
    want: ['n+1-group src/orders.js:46'],
  },
  {
    name: 'rows of which each comes after the same look at another table',
    trace: new Story()
      .each(upTo(6), (s, n) =>
        s
          .sql('SELECT locked FROM shops WHERE id = $1', {
            params: [1],
            rows: 1,
            at: 'src/orders.js:46 listOrders',
          })
          .sql('INSERT INTO bills (no, text) VALUES ($1, $2)', { params: [n, `b${n}`], rows: 1, at }),
      )
      .trace(),
    want: [`n+1-writes ${line}`, 'duplicate src/orders.js:46'],
  },
  {
    name: 'one write on each shard',
    trace: new Story().each(upTo(6), (s, n) => s.sql(UPDATE, update(n, { detail: { source: n } }))).trace(),
    want: [],
  },
];

const get = (ids: (string | number)[], url: (id: string | number) => string, story = new Story()) =>
  story.each(ids, (s, id) => s.http(`GET ${url(id)}`, { at, ms: 10, detail: { status: 200 } })).trace();

/** Remote calls and cache keys. */
export const remote: Labelled[] = [
  ...['smembers', 'lrange', 'zrange', 'hkeys', 'json.get'].map((command) => ({
    name: `${command} of each key`,
    trace: new Story()
      .each(UNORDERED, (s, id) => s.cache(`${command} tags:${id}`, { at, library: 'ioredis' }))
      .trace(),
    want: [`n+1-cache ${line}`],
  })),
  ...['from', 'page', 'start', 'after', 'since', 'before', 'offset', 'cursor'].map((name) => ({
    name: `ids in a parameter named ${name}`,
    trace: get(UNORDERED, (id) => `http://api.test/messages?${name}=${id}`, list()),
    want: [`n+1-http ${line}`],
  })),
  {
    name: 'ids that follow one another, of rows that a query returned',
    trace: get(upTo(12), (id) => `http://cms.test/content?page=${id}`, list()),
    want: [`n+1-http ${line}`],
  },
  {
    name: 'a secret parameter for each row',
    trace: get(UNORDERED, () => 'http://api.test/country?code=REDACTED', list()),
    want: [`n+1-http ${line}`],
  },
  {
    name: 'a secret parameter, again and again',
    trace: get(UNORDERED, () => 'http://api.test/country?code=REDACTED'),
    want: [],
  },
  {
    name: 'a name in the path of each row',
    trace: get(['ada', 'bob', 'cy', 'dan', 'eve', 'flo'], (name) => `http://api.test/users/${name}`),
    want: [`n+1-http ${line}`],
  },
  {
    name: 'the first of several names that the server knows',
    trace: new Story()
      .each(['a', 'b', 'c', 'd', 'e'], (s, name) =>
        s.http(`GET http://api.test/config/${name}`, { at, detail: { status: name === 'e' ? 200 : 404 } }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'pages by number',
    trace: get(upTo(6), (n) => `http://api.test/messages?page=${n}&size=50`),
    want: [],
  },
  {
    name: 'pages by number in the path',
    trace: get(upTo(6), (n) => `http://blog.test/posts/page/${n}`),
    want: [],
  },
  {
    name: 'pages by offset',
    trace: get([0, 50, 100, 150, 200, 250], (n) => `http://api.test/messages?from=${n}&limit=50`),
    want: [],
  },
  {
    name: 'pages by a growing key',
    trace: get([120, 251, 399, 460, 577, 680], (n) => `http://api.test/messages?after=${n}`),
    want: [],
  },
  {
    name: 'pages by token',
    trace: get(['aXk', 'bQz', 'kk1', 'zz0', 'q0q', 'l1l'], (n) => `http://api.test/messages?pageToken=${n}`),
    want: [],
  },
  {
    name: 'windows of time',
    trace: get(upTo(6), (n) => `http://api.test/log?from=2024-0${n}-01&to=2024-0${Number(n) + 1}-01`),
    want: [],
  },
  {
    name: 'polling past the caches',
    trace: get([181, 190, 199, 220, 231, 244], (n) => `http://api.test/job/7?_=${n}`),
    want: [],
  },
  {
    name: 'a message sent for each row, and marked',
    trace: list()
      .each(UNORDERED, (s, id) =>
        s
          .http(`POST http://mail.test/send/${id}`, { at, ms: 10, detail: { status: 200 } })
          .sql('DELETE FROM outbox WHERE id = $1', {
            params: [id],
            rows: 1,
            at: 'src/orders.js:48 listOrders',
          }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'parts of an upload',
    trace: new Story()
      .each(upTo(7), (s, n) =>
        s.http(`PUT https://s3.test/bucket/key?partNumber=${n}&uploadId=u1`, { at, ms: 30 }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'parts of an upload in the path',
    trace: new Story()
      .each(upTo(7), (s, n) => s.http(`PUT https://files.test/uploads/u1/parts/${n}`, { at, ms: 30 }))
      .trace(),
    want: [],
  },
  {
    name: 'a user for each row, by the path',
    trace: get(UNORDERED, (id) => `http://users.test/users/${id}`, list()),
    want: [`n+1-http ${line}`],
  },
  ...[
    'urban:7',
    'clock:7',
    'block:7',
    'ratings:7',
    'assessment:7',
    'blocker:7',
    'urbanProfile:7',
    'tokenizer:7',
  ].map((key) => ({
    name: `a cache that is never filled, by ${key}`,
    trace: new Story()
      .cache(`get ${key}`, { at: 'src/users.js:3 load', detail: { hit: false } })
      .sql(USER, { params: [7], rows: 1, at: 'src/users.js:5 load' })
      .trace(),
    want: ['cache-not-filled src/users.js:3'],
  })),
  ...[
    'ban:7',
    'user:7:lock',
    'sess:7',
    'rateLimit:7',
    'user:banned:7',
    'seen:7',
    'csrfToken:7',
    'idem-7',
  ].map((key) => ({
    name: `a marker that is not there: ${key}`,
    trace: new Story()
      .cache(`get ${key}`, { at: 'src/users.js:3 load', detail: { hit: false } })
      .sql(USER, { params: [7], rows: 1, at: 'src/users.js:5 load' })
      .trace(),
    want: [],
  })),
];

const FAILED = '42P01: relation "audit" does not exist';
const failed = (story = new Story()) =>
  story.sql('INSERT INTO audit (a) VALUES ($1)', { params: [1], error: FAILED, at });
const log = (story: Story, text: string, level: string) => {
  story.spans.push({
    kind: 'log',
    library: 'console',
    name: text,
    detail: { level },
    start: story.now,
    duration: 0,
    stack: [],
  });
  return story;
};

/** Failed calls in requests that succeeded. */
export const errors: Labelled[] = [
  {
    name: 'an error that the JSON of the answer tells',
    trace: new Story().sql(USER, { params: [1], error: 'boom', at }).trace({ answeredError: 1000 }),
    want: [],
  },
  {
    name: 'an error after the JSON that told of another',
    trace: failed().trace({ answeredError: 0.1 }),
    want: [`swallowed-error ${line}`],
  },
  { name: 'an error that nothing tells', trace: failed().trace(), want: [`swallowed-error ${line}`] },
  {
    name: 'an error before an unrelated query',
    trace: failed()
      .sql(USER, { params: [1], rows: 1, at: 'src/orders.js:50 listOrders' })
      .trace(),
    want: [`swallowed-error ${line}`],
  },
  {
    name: 'an error before a line that is none of its own',
    trace: log(failed(), 'GET /orders took 12 ms', 'info').trace(),
    want: [`swallowed-error ${line}`],
  },
  { name: 'an error in the log', trace: log(failed(), 'audit skipped', 'error').trace(), want: [] },
  { name: 'a warning in the log', trace: log(failed(), 'audit skipped', 'warn').trace(), want: [] },
  {
    name: 'its message in the log, as information',
    trace: log(failed(), 'audit: relation "audit" does not exist', 'info').trace(),
    want: [],
  },
  { name: 'told in words', trace: log(failed(), 'audit failed, going on', 'info').trace(), want: [] },
  {
    name: 'told to a collector of errors',
    trace: failed()
      .http('POST https://o1.ingest.sentry.io/api/7/envelope/', { at: 'node_modules/x:1', ms: 3 })
      .trace(),
    want: [],
  },
  {
    name: 'told in the answer of GraphQL',
    trace: (() => {
      const story = failed();
      story.spans.unshift({
        kind: 'graphql',
        library: 'graphql',
        name: 'query orders',
        detail: { errors: 1 },
        error: FAILED,
        start: 0.5,
        duration: 5,
        stack: [],
      });
      return story.trace();
    })(),
    want: [],
  },
  {
    name: 'a GraphQL answer without errors',
    trace: (() => {
      const story = failed();
      story.spans.unshift({
        kind: 'graphql',
        library: 'graphql',
        name: 'query orders',
        start: 0.5,
        duration: 5,
        stack: [],
      });
      return story.trace();
    })(),
    want: [`swallowed-error ${line}`],
  },
  {
    name: 'answered by a mirror',
    trace: new Story()
      .http('GET http://a.test/pkg/left-pad', { error: 'ECONNREFUSED: connect', at })
      .http('GET http://b.test/pkg/left-pad', { ms: 9, at, detail: { status: 200 } })
      .trace(),
    want: [],
  },
  {
    name: 'answered by a mirror on another line, under another prefix',
    trace: new Story()
      .http('GET http://a.test/v1/rates', { error: 'ECONNREFUSED: connect', at })
      .http('GET http://b.test/latest', { ms: 9, at: 'src/orders.js:50 listOrders', detail: { status: 200 } })
      .trace(),
    want: [],
  },
  {
    name: 'answered by a replica',
    trace: new Story()
      .sql(USER, {
        params: [1],
        error: '57P03: the database system is starting up',
        at,
        detail: { source: 1 },
      })
      .sql(USER, { params: [1], rows: 1, at: 'src/orders.js:50 listOrders', detail: { source: 2 } })
      .trace(),
    want: [],
  },
  {
    name: 'answered by the database, as the cache failed',
    trace: new Story()
      .cache('get user:7', { error: 'ECONNREFUSED: connect', at })
      .sql(USER, { params: [7], rows: 1, at: 'src/orders.js:50 listOrders' })
      .trace(),
    want: [],
  },
  {
    name: 'answered by the cache, as the database failed',
    trace: new Story()
      .sql(USER, { params: [7], error: '57P01: terminating connection', at })
      .cache('get user:7', { at: 'src/orders.js:50 listOrders', detail: { hit: true } })
      .trace(),
    want: [],
  },
  {
    name: 'a service that failed before an unrelated query',
    trace: new Story()
      .http('GET http://geo.test/ip/1', { error: 'ETIMEDOUT: connect', at })
      .sql(USER, { params: [1], rows: 1, at: 'src/orders.js:50 listOrders' })
      .trace(),
    want: [`swallowed-error ${line}`],
  },
  ...[
    '40001: could not serialize access',
    '40P01: deadlock detected',
    'ER_LOCK_DEADLOCK: Deadlock found',
  ].map((error) => ({
    name: `${error}, and its transaction once more`,
    trace: new Story({ detail: { connection: 4 } })
      .sql('BEGIN')
      .sql('UPDATE a SET n = 1 WHERE id = $1', { params: [1], error, at })
      .sql('ROLLBACK')
      .sql('BEGIN')
      .sql('UPDATE b SET n = 2 WHERE id = $1', { params: [1], rows: 1 })
      .sql('COMMIT')
      .trace(),
    want: [],
  })),
  {
    name: 'a deadlock, and nothing afterwards',
    trace: new Story({ detail: { connection: 4 } })
      .sql('BEGIN')
      .sql('UPDATE a SET n = 1 WHERE id = $1', { params: [1], error: '40P01: deadlock detected', at })
      .sql('ROLLBACK')
      .trace(),
    want: [`swallowed-error ${line}`],
  },
  ...['new_users', 'legacy.users', 'users_v2'].map((table) => ({
    name: `a read of ${table} that failed before a read of users`,
    trace: new Story()
      .sql(`SELECT * FROM ${table} WHERE id = $1`, { params: [7], error: FAILED, at })
      .sql('SELECT * FROM users WHERE id = $1', { params: [7], rows: 1, at: 'src/orders.js:50 listOrders' })
      .trace(),
    want: [],
  })),
  {
    name: 'a read that failed before a read of something else',
    trace: new Story()
      .sql('SELECT * FROM recommendations WHERE id = $1', { params: [7], error: FAILED, at })
      .sql('SELECT * FROM orders WHERE id = $1', { params: [7], rows: 1, at: 'src/orders.js:50 listOrders' })
      .trace(),
    want: [`swallowed-error ${line}`],
  },
  ...[
    '57014: canceling statement due to user request',
    'ERR_CANCELED: canceled',
    'AbortError: This operation was aborted',
    '1 CANCELLED: Cancelled on client',
    'ER_QUERY_INTERRUPTED: Query execution was interrupted',
    '55P03: could not obtain lock on row in relation "jobs"',
    '42P07: relation "t" already exists',
  ].map((error) => ({
    name: error,
    trace: new Story().sql('SELECT * FROM big', { error, at }).trace(),
    want: [],
  })),
  {
    name: 'a timeout of the server',
    trace: new Story()
      .sql('SELECT * FROM big', { error: '57014: canceling statement due to statement timeout', at })
      .trace(),
    want: [`swallowed-error ${line}`],
  },
  { name: 'an answer with a status for each part', trace: failed().trace({ status: 207 }), want: [] },
];

/** Waits and slow calls. */
export const times: Labelled[] = [
  {
    name: 'a pool of ten with one open connection, and a new one to open',
    trace: new Story()
      .sql(USER, {
        params: [1],
        rows: 1,
        wait: 120,
        at,
        detail: { pool: { max: 10, open: 1, idle: 0, waiting: 0 } },
      })
      .trace(),
    want: [],
  },
  {
    name: 'a pool with an idle connection, checked before it is given',
    trace: new Story()
      .sql(USER, {
        params: [1],
        rows: 1,
        wait: 120,
        at,
        detail: { pool: { max: 10, open: 4, idle: 2, waiting: 0 } },
      })
      .trace(),
    want: [],
  },
  {
    name: 'a pool that is full',
    trace: new Story()
      .sql(USER, {
        params: [1],
        rows: 1,
        wait: 120,
        at,
        detail: { pool: { max: 10, open: 10, idle: 0, waiting: 3 } },
      })
      .trace(),
    want: [`pool-wait ${line}`],
  },
  {
    name: 'a pool that is full because the event loop is blocked',
    trace: (() => {
      const story = new Story().block({ ms: 110, at: 'src/report.js:12 render' });
      story.now = 2;
      return story.sql(USER, { params: [1], rows: 1, wait: 120, at }).trace();
    })(),
    want: ['event-loop src/report.js:12'],
  },
  {
    name: 'a query that is answered late because another request blocks the event loop',
    trace: (() => {
      const story = new Story().blocked('buildCsv', { ms: 600, at: 'src/report.js:88 buildCsv' });
      story.now = 2;
      return story.sql(USER, { params: [1], rows: 1, ms: 605, at }).trace();
    })(),
    want: ['blocked-by src/report.js:88'],
  },
  {
    name: 'twenty queries in the queue of one client',
    trace: new Story()
      .all(upTo(20), (s, n) =>
        s.sql(`SELECT * FROM t${'abcdefghijklmnopqrst'[n - 1]}`, {
          rows: 1,
          ms: 10,
          wait: n * 10 - 10,
          at: `src/home.js:${n} home`,
          detail: { queue: n * 10 - 10 },
        }),
      )
      .trace(),
    want: [],
  },
  {
    name: 'a stream that is read slowly',
    trace: new Story().sql('SELECT * FROM logs', { rows: 900, ms: 900, at, detail: { paused: 850 } }).trace(),
    want: [],
  },
  {
    name: 'a stream of a slow query',
    trace: new Story().sql('SELECT * FROM logs', { rows: 900, ms: 900, at, detail: { paused: 50 } }).trace(),
    want: [`slow ${line}`],
  },
  {
    name: 'a statement that only sleeps',
    trace: new Story().sql('SELECT pg_sleep(1)', { rows: 1, ms: 1000, at }).trace(),
    want: [],
  },
  {
    name: 'a slow query that also sleeps',
    trace: new Story().sql('SELECT pg_sleep(0.6), count(*) FROM users', { rows: 1, ms: 620, at }).trace(),
    want: [`slow ${line}`],
  },
  {
    name: 'a stream of many rows',
    trace: new Story()
      .sql('SELECT * FROM logs', { rows: 90_000, ms: 400, at, detail: { paused: 90 } })
      .trace(),
    want: [],
  },
  {
    name: 'two rows of 3 MB',
    trace: new Story()
      .sql('SELECT doc FROM docs WHERE id = $1', same({ rows: 2, detail: { bytes: 3_000_000 } }))
      .trace(),
    want: [`over-fetching ${line}`],
  },
  {
    name: 'two rows of 30 kB',
    trace: new Story()
      .sql('SELECT doc FROM docs WHERE id = $1', same({ rows: 2, detail: { bytes: 30_000 } }))
      .trace(),
    want: [],
  },
];

export const labelled: [point: string, requests: Labelled[]][] = [
  ['reads in a loop', reads],
  ['repeated reads', repeats],
  ['writes in a loop', writes],
  ['remote calls and caches', remote],
  ['failed calls', errors],
  ['waits and slow calls', times],
];
