/** Traces with problems, and the findings that are expected for each. */

import { learnKinds } from '../../src/domain/span-kinds.js';
import type { RecordedTrace } from '../../src/domain/trace.js';
import { Story, upTo } from './story.js';

export interface Bad {
  name: string;
  trace: RecordedTrace;
  /** Kind, site and number of spans of each expected finding, the most severe first. */
  want: [kind: string, site: string | undefined, spans: number][];
}

const LIST = 'SELECT id, user_id FROM orders ORDER BY id LIMIT 50';
const USER = 'SELECT * FROM users WHERE id = $1';
const list = (story: Story, rows = 50) => story.sql(LIST, { rows, at: 'src/orders.js:31 listOrders' });
const at = 'src/orders.js:47 listOrders';

export const bad: Bad[] = [
  {
    name: 'a write by range for each row',
    trace: list(new Story(), 6)
      .each([30, 10, 20, 60, 40, 50], (s, n) =>
        s.sql('UPDATE visits SET seen = true WHERE at BETWEEN $1 AND $2', {
          params: [n, n + 3],
          rows: 2,
          at,
        }),
      )
      .trace(),
    want: [['n+1-writes', 'src/orders.js:47', 6]],
  },
  {
    name: 'rows by ids that follow one another, and by ids far apart',
    trace: new Story()
      .each([100, 101, 102, 103, 104, 105], (s, id) => s.sql(USER, { params: [id], rows: 1, at }))
      .each([10, 50, 12, 80, 11, 70], (s, id) =>
        s.sql('SELECT * FROM tags WHERE id = $1', { params: [id], rows: 1, at: 'src/tags.js:3 tags' }),
      )
      .trace(),
    want: [
      ['n+1', 'src/orders.js:47', 6],
      ['n+1', 'src/tags.js:3', 6],
    ],
  },
  {
    name: 'what a service knows of each user, by a cursor of their own',
    trace: list(new Story(), 6)
      .each(upTo(6), (s, id) => s.http(`GET http://api.test/inbox?cursor=${id}`, { at, ms: 10 }))
      .trace(),
    want: [['n+1-http', 'src/orders.js:47', 6]],
  },
  {
    name: 'a query for each row',
    trace: list(new Story())
      .each(upTo(50), (s, id) => s.sql(USER, { params: [id], rows: 1, at }))
      .trace(),
    want: [['n+1', 'src/orders.js:47', 50]],
  },
  {
    name: 'a database function called for each row',
    trace: list(new Story(), 8)
      .each(upTo(8), (s, id) => s.sql('SELECT price_of($1)', { params: [id], rows: 1, at }))
      .trace(),
    want: [['n+1', 'src/orders.js:47', 8]],
  },
  {
    name: 'values in the text',
    trace: list(new Story(), 8)
      .each(upTo(8), (s, id) => s.sql(`SELECT * FROM users WHERE id = ${id}`, { rows: 1, at }))
      .trace(),
    want: [['n+1', 'src/orders.js:47', 8]],
  },
  {
    name: 'Promise.all over map',
    trace: list(new Story())
      .all(upTo(50), (s, id) => s.sql(USER, { params: [id], rows: 1, at }))
      .trace(),
    want: [['n+1-parallel', 'src/orders.js:47', 50]],
  },
  {
    name: 'Promise.all over map on a pool of ten',
    trace: list(new Story())
      .all(upTo(50), (s, id) =>
        s.sql(USER, { params: [id], rows: 1, at, ms: 20, wait: Math.floor((id - 1) / 10) * 20 }),
      )
      .trace(),
    want: [['n+1-parallel', 'src/orders.js:47', 50]],
  },
  {
    name: "through the user's own db.js",
    trace: new Story()
      .sql(LIST, { rows: 12, at: ['src/db.js:9 query', 'src/orders.js:31 listOrders'] })
      .each(upTo(12), (s, id) => s.sql(USER, { params: [id], rows: 1, at: ['src/db.js:9 query', at] }))
      .trace(),
    want: [['n+1', 'src/orders.js:47', 12]],
  },
  {
    name: 'a wrapper with several callers',
    trace: new Story()
      .sql(USER, { params: [7], rows: 1, at: ['src/users.js:5 findUser', 'src/auth.js:3 auth'] })
      .sql(LIST, { rows: 9, at: 'src/orders.js:31 listOrders' })
      .each(upTo(9), (s, id) => s.sql(USER, { params: [id], rows: 1, at: ['src/users.js:5 findUser', at] }))
      .trace(),
    want: [['n+1', 'src/orders.js:47', 9]],
  },
  {
    name: 'mysql2',
    trace: new Story({ library: 'mysql2' })
      .sql('SELECT id FROM orders', { rows: 6, at: 'src/orders.js:31' })
      .each(upTo(6), (s, id) => s.sql('SELECT * FROM `users` WHERE `id` = ?', { params: [id], rows: 1, at }))
      .trace(),
    want: [['n+1', 'src/orders.js:47', 6]],
  },
  {
    name: 'sequelize, lazily',
    trace: new Story({ library: 'mysql2' })
      .sql('SELECT `id` FROM `orders` AS `Order`;', { rows: 6, at: ['sequelize', 'src/orders.js:31'] })
      .each(upTo(6), (s, id) =>
        s.sql(`SELECT \`id\` FROM \`items\` AS \`Item\` WHERE \`Item\`.\`order_id\` = ${id};`, {
          rows: 2,
          at: ['sequelize', at],
        }),
      )
      .trace(),
    want: [['n+1', 'src/orders.js:47', 6]],
  },
  {
    name: 'a GraphQL resolver',
    trace: new Story()
      .sql('SELECT * FROM posts', { rows: 20, at: ['src/resolvers.js:8 posts', 'graphql'] })
      .all(upTo(20), (s, id) =>
        s.sql('SELECT * FROM authors WHERE id = $1', {
          params: [id % 7],
          rows: 1,
          at: ['src/resolvers.js:14 author', 'graphql'],
        }),
      )
      .trace(),
    want: [['n+1-parallel', 'src/resolvers.js:14', 20]],
  },
  {
    name: 'a constant IN beside the key',
    trace: list(new Story(), 10)
      .each(upTo(10), (s, id) =>
        s.sql('SELECT * FROM items WHERE order_id = $1 AND state IN ($2, $3)', {
          params: [id, 'new', 'paid'],
          rows: 3,
          at,
        }),
      )
      .trace(),
    want: [['n+1', 'src/orders.js:47', 10]],
  },
  {
    name: 'a batch of one each time',
    trace: list(new Story(), 10)
      .each(upTo(10), (s, id) =>
        s.sql('SELECT * FROM users WHERE id = ANY($1)', { params: [[id]], rows: 1, at: ['dataloader', at] }),
      )
      .trace(),
    want: [['n+1', 'src/orders.js:47', 10]],
  },
  {
    name: 'the newest three of each',
    trace: list(new Story(), 10)
      .each(upTo(10), (s, id) =>
        s.sql('SELECT * FROM notes WHERE order_id = $1 ORDER BY id DESC LIMIT 3', {
          params: [id],
          rows: 3,
          at,
        }),
      )
      .trace(),
    want: [['n+1', 'src/orders.js:47', 10]],
  },
  {
    name: 'a tree, node by node',
    trace: new Story()
      .each(upTo(8), (s, id) =>
        s.sql('SELECT * FROM folders WHERE parent_id = $1', {
          params: [id],
          rows: 1,
          at: ['src/tree.js:4 load', ...upTo(id - 1).map(() => 'src/tree.js:6 load'), 'src/app.js:9 handler'],
        }),
      )
      .trace(),
    want: [['n+1', 'src/tree.js:4', 8]],
  },
  {
    name: 'a row at a time',
    trace: new Story()
      .each(upTo(20), (s, id) =>
        s.sql('INSERT INTO items (a, b) VALUES ($1, $2)', { params: [id, 'x'], rows: 1, at }),
      )
      .trace(),
    want: [['n+1-writes', 'src/orders.js:47', 20]],
  },
  {
    name: 'an update for each, in one transaction',
    trace: new Story({ library: 'mysql2' })
      .sql('START TRANSACTION', { at: 'src/orders.js:40' })
      .each(upTo(8), (s, id) =>
        s.sql('UPDATE stock SET n = n - ? WHERE id = ?', { params: [1, id], rows: 1, at }),
      )
      .sql('COMMIT', { at: 'src/orders.js:50' })
      .trace(),
    want: [['n+1-writes', 'src/orders.js:47', 8]],
  },
  {
    name: 'a loop of two reads and a write',
    trace: list(new Story(), 6)
      .each(upTo(6), (s, id) =>
        s
          .sql(USER, { params: [id], rows: 1, at: 'src/orders.js:47 listOrders' })
          .sql('SELECT * FROM items WHERE order_id = $1', {
            params: [id],
            rows: 3,
            at: 'src/orders.js:48 listOrders',
          })
          .sql('UPDATE orders SET seen = true WHERE id = $1', {
            params: [id],
            rows: 1,
            at: 'src/orders.js:49 listOrders',
          }),
      )
      .trace(),
    want: [['n+1-group', 'src/orders.js:47', 18]],
  },
  {
    name: 'a loop in a loop',
    trace: list(new Story(), 5)
      .each(upTo(5), (s, order) => {
        s.sql('SELECT * FROM items WHERE order_id = $1', { params: [order], rows: 4, at });
        s.each(upTo(4), (t, item) =>
          t.sql('SELECT * FROM products WHERE id = $1', {
            params: [order * 10 + item],
            rows: 1,
            at: 'src/orders.js:52 listOrders',
          }),
        );
      })
      .trace(),
    want: [
      ['n+1', 'src/orders.js:52', 20],
      ['n+1', 'src/orders.js:47', 5],
    ],
  },
  {
    name: 'the same row again and again',
    trace: new Story().each(upTo(4), (s) => s.sql(USER, { params: [7], rows: 1, at })).trace(),
    want: [['duplicate', 'src/orders.js:47', 4]],
  },
  {
    name: 'the same row again, with the id of a trace in a comment',
    trace: new Story()
      .each(upTo(6), (s, n) => s.sql(`${USER} /*traceparent='00-${n}-01'*/`, { params: [7], rows: 1, at }))
      .trace(),
    want: [['duplicate', 'src/orders.js:47', 6]],
  },
  {
    name: 'a row for each, with the id of a trace in a comment',
    trace: list(new Story(), 6)
      .each(upTo(6), (s, id) => s.sql(`/* trace ${id} */ ${USER}`, { params: [id], rows: 1, at }))
      .trace(),
    want: [['n+1', 'src/orders.js:47', 6]],
  },
  {
    name: 'three rows, over and over',
    trace: new Story().each(upTo(12), (s, i) => s.sql(USER, { params: [i % 3], rows: 1, at })).trace(),
    want: [['duplicate', 'src/orders.js:47', 12]],
  },
  {
    name: 'the current user, queried from everywhere',
    trace: new Story()
      .each(['src/auth.js:3 auth', 'src/menu.js:8 menu', 'src/orders.js:20 listOrders'], (s, caller) =>
        s.sql(USER, { params: [7], rows: 1, at: ['src/users.js:5 currentUser', caller] }),
      )
      .trace(),
    want: [['same-query', 'src/users.js:5', 3]],
  },
  {
    name: 'three counts one after the other',
    trace: new Story()
      .sql('SELECT count(*) FROM users', { ms: 30, rows: 1, at: 'src/home.js:5 home' })
      .sql('SELECT count(*) FROM orders', { ms: 40, rows: 1, at: 'src/home.js:6 home' })
      .sql('SELECT count(*) FROM items', { ms: 20, rows: 1, at: 'src/home.js:7 home' })
      .trace(),
    want: [['could-be-parallel', 'src/home.js:5', 3]],
  },
  {
    name: 'memcached, key by key',
    trace: list(new Story(), 10)
      .each(upTo(10), (s, id) => s.cache(`get user:${id}`, { at, detail: { hit: true } }))
      .trace(),
    want: [['n+1-cache', 'src/orders.js:47', 10]],
  },
  {
    name: 'redis, field by field',
    trace: new Story({ library: 'ioredis' })
      .each(upTo(10), (s, id) => s.cache(`hget cart:${id} total`, { at }))
      .trace(),
    want: [['n+1-cache', 'src/orders.js:47', 10]],
  },
  {
    name: 'thrift, one by one',
    trace: new Story()
      .each(upTo(6), (s, id) => s.rpc('Users.getUser', { at, detail: { args: [id] } }))
      .trace(),
    want: [['n+1-rpc', 'src/orders.js:47', 6]],
  },
  {
    name: 'thrift, without its arguments',
    trace: new Story().each(upTo(6), (s) => s.rpc('Users.getUser', { at })).trace(),
    want: [['n+1-rpc', 'src/orders.js:47', 6]],
  },
  {
    name: 'calls of a kind that an instrument of the project has named',
    trace: ((trace: RecordedTrace) => {
      learnKinds({ made: { kinds: [{ kind: 'made-up', loop: true }] } });
      return { ...trace, spans: trace.spans.map((span) => ({ ...span, kind: 'made-up' })) };
    })(new Story().each(upTo(6), (s, id) => s.rpc('find', { at, detail: { id, shape: 'find' } })).trace()),
    want: [['n+1-call', 'src/orders.js:47', 6]],
  },
  {
    name: 'HTTP, by a query key',
    trace: list(new Story(), 7)
      .all(upTo(7), (s, id) => s.http(`GET http://users.test/users?id=${id}`, { at, ms: 10 }))
      .trace(),
    want: [['n+1-http', 'src/orders.js:47', 7]],
  },
  {
    name: 'a loop that also calls a service',
    trace: list(new Story(), 6)
      .each(upTo(6), (s, id) =>
        s
          .sql(USER, { params: [id], rows: 1, at })
          .http('POST http://mail.test/send', { ms: 80, at: 'src/orders.js:48' }),
      )
      .trace(),
    want: [['n+1', 'src/orders.js:47', 6]],
  },
  {
    name: 'lines of the app unknown',
    trace: new Story({ at: ['pg'] }).each(upTo(9), (s, id) => s.sql(USER, { params: [id], rows: 1 })).trace(),
    want: [['n+1', undefined, 9]],
  },
  {
    name: 'a slow response, and its cause',
    trace: (() => {
      const story = new Story().block({ ms: 550, at: 'src/report.js:12 render' });
      story.now = 5;
      return story.sql(USER, { params: [1], rows: 1, ms: 560, at }).trace();
    })(),
    want: [['event-loop', 'src/report.js:12', 1]],
  },
  {
    name: 'HTTP, one POST after the other, bodies not recorded',
    trace: new Story()
      .each(upTo(6), (s) =>
        s.http('POST http://search.test/graphql', { at, ms: 10, detail: { status: 200 } }),
      )
      .trace(),
    want: [['n+1-http', 'src/orders.js:47', 6]],
  },
  {
    name: 'HTTP, one by one',
    trace: new Story()
      .each(upTo(6), (s, id) => s.http(`GET http://users.test/users/${id}?full=1`, { at, ms: 10 }))
      .trace(),
    want: [['n+1-http', 'src/orders.js:47', 6]],
  },
  {
    name: 'one slow query',
    trace: new Story()
      .sql('SELECT * FROM logs WHERE text LIKE $1', { params: ['%x%'], rows: 3, ms: 900, at })
      .trace(),
    want: [['slow', 'src/orders.js:47', 1]],
  },
  {
    name: 'all rows for a small response',
    trace: new Story()
      .sql('SELECT * FROM orders', { rows: 20_000, ms: 60, at })
      .trace({ headers: { request: [], response: [['Content-Length', '42']] } }),
    want: [['over-fetching', 'src/orders.js:47', 1]],
  },
  {
    name: 'a transaction that waits for a service',
    trace: new Story({ detail: { connection: 7 } })
      .sql('BEGIN', { at: 'src/pay.js:5 pay' })
      .sql('UPDATE orders SET state = $1 WHERE id = $2', {
        params: ['paid', 1],
        rows: 1,
        at: 'src/pay.js:6 pay',
      })
      .http('POST https://pay.test/charges', { ms: 400, at: 'src/pay.js:7 pay' })
      .sql('COMMIT', { at: 'src/pay.js:8 pay' })
      .trace({ method: 'POST' }),
    want: [['transaction', 'src/pay.js:5', 3]],
  },
  {
    name: 'a transaction that a wrapper opens',
    trace: new Story({ detail: { connection: 7 } })
      .sql('BEGIN', { at: ['src/db.js:14 transaction', 'src/app.js:5 handler'] })
      .sql('UPDATE orders SET state = $1 WHERE id = $2', {
        params: ['paid', 1],
        rows: 1,
        at: ['src/pay.js:6 pay', 'src/db.js:15 transaction'],
      })
      .idle(400)
      .sql('COMMIT', { at: 'src/db.js:16 transaction' })
      .trace({ method: 'POST' }),
    want: [['transaction', 'src/app.js:5', 3]],
  },
  {
    name: 'a transaction that a wrapper opens, whose caller is not on the stack',
    trace: new Story({ detail: { connection: 7 } })
      .sql('BEGIN', { at: 'src/db.js:14 transaction' })
      .sql('UPDATE orders SET state = $1 WHERE id = $2', {
        params: ['paid', 1],
        rows: 1,
        at: ['src/pay.js:6 pay', 'src/db.js:15 transaction'],
      })
      .idle(400)
      .sql('COMMIT', { at: 'src/db.js:16 transaction' })
      .trace({ method: 'POST' }),
    want: [['transaction', 'src/pay.js:6', 3]],
  },
  {
    name: 'a transaction without an end',
    trace: new Story({ detail: { connection: 7 } })
      .sql('BEGIN', { at: 'src/pay.js:5 pay' })
      .sql('UPDATE orders SET state = $1 WHERE id = $2', {
        params: ['paid', 1],
        rows: 1,
        at: 'src/pay.js:6 pay',
      })
      .trace({ method: 'POST' }),
    want: [['transaction', 'src/pay.js:5', 2]],
  },
  {
    name: 'a pool that is empty',
    trace: new Story().sql(USER, { params: [1], rows: 1, wait: 120, at }).trace(),
    want: [['pool-wait', 'src/orders.js:47', 1]],
  },
  {
    name: 'a cache that is never filled',
    trace: new Story()
      .cache('get user:7', { at: 'src/users.js:3 load', detail: { hit: false } })
      .sql(USER, { params: [7], rows: 1, at: 'src/users.js:5 load' })
      .trace(),
    want: [['cache-not-filled', 'src/users.js:3', 2]],
  },
  {
    name: 'an error that the response hides',
    trace: new Story()
      .sql('INSERT INTO audit (a) VALUES ($1)', {
        params: [1],
        error: '42P01: relation "audit" does not exist',
        at,
      })
      .trace(),
    want: [['swallowed-error', 'src/orders.js:47', 1]],
  },
  {
    name: 'a blocked event loop',
    trace: new Story().block({ ms: 300, at: 'src/report.js:12 render' }).trace(),
    want: [['event-loop', 'src/report.js:12', 1]],
  },
  {
    name: 'a wait for a request that blocks the event loop',
    trace: new Story().blocked('buildCsv', { ms: 180, at: 'src/report.js:88 buildCsv' }).trace(),
    want: [['blocked-by', 'src/report.js:88', 1]],
  },
];
