/** Deterministic traces of a shop, for tests, development and the bench. */

import type { Finding, Frame, Span, Summary, Trace } from '../../src/domain/trace.js';
import { totalsOf } from '../../src/domain/trace.js';
import { atFirstFrame } from '../factory.js';

/** Start of the newest trace (epoch ms). */
export const NOW = Date.UTC(2026, 0, 15, 12, 0, 0);

export const ORDERS_SOURCE = [
  "import { db } from './db.js';",
  '',
  'const ITEMS = `SELECT id, sku, amount FROM items WHERE order_id = $1`;',
  '',
  'export async function listOrders(req, res) {',
  '  const page = Number(req.query.page ?? 1);',
  '  const { rows } = await db.query(ORDERS, [req.user.id, page]);',
  '  await loadItems(rows);',
  '  res.json(rows);',
  '}',
  '',
  'async function loadItems(orders) {',
  '  for (const order of orders) {',
  '    // one query per order',
  '    const items = await db.query(ITEMS, [order.id]);',
  '    order.items = items.rows;',
  '  }',
  '}',
  '',
].join('\n');

const APP = { pid: 8123, command: 'node app.js', cwd: '/home/ann/shop', node: 'v20.20.2' };

function frame(name: string, file: string, line: number, column = 11, application = true): Frame {
  return { function: name, file, line, column, application };
}

const LIBRARY = [
  frame('Client.query', 'node_modules/pg/lib/client.js', 532, 5, false),
  frame('Pool.query', 'node_modules/pg-pool/index.js', 417, 20, false),
];
const EXPRESS = [
  frame('Layer.handleRequest', 'node_modules/router/lib/layer.js', 152, 17, false),
  frame('next', 'node_modules/router/lib/route.js', 157, 13, false),
];

function sql(
  name: string,
  at: [string, string, number],
  start: number,
  duration: number,
  more: Partial<Span> = {},
): Span {
  const own = frame(at[0], at[1], at[2]);
  const stack = [...LIBRARY, own, frame('listOrders', 'src/orders.js', 8, 9), ...EXPRESS];
  return atFirstFrame({ kind: 'sql', library: 'pg', name, start, duration, rows: 1, stack, ...more });
}

function call(
  kind: string,
  library: string,
  name: string,
  start: number,
  duration: number,
  more: Partial<Span> = {},
): Span {
  const stack = [frame('handler', 'src/app.js', 40), ...EXPRESS];
  return atFirstFrame({ kind, library, name, start, duration, stack, ...more });
}

type TraceFields = Pick<Trace, 'method' | 'url'> & Partial<Trace>;

const ITEMS = 'SELECT id, sku, amount FROM items WHERE order_id = $1';
const SESSION =
  'SELECT u.id, u.name, u.email FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token = $1';

function session(start: number): Span[] {
  return [
    call('cache', 'memcached', 'get session:8f2c', start, 0.6, {
      detail: { hit: true, key: 'session:8f2c' },
    }),
    sql(SESSION, ['currentUser', 'src/session.js', 14], start + 1, 2.4, { detail: { params: ['8f2c19'] } }),
  ];
}

function orders(i: number): TraceFields {
  const spans = session(1);
  spans.push(
    sql(
      'SELECT o.id, o.placed_at, o.total FROM orders o WHERE o.user_id = $1 ORDER BY o.placed_at DESC LIMIT 48 OFFSET $2',
      ['listOrders', 'src/orders.js', 7],
      6,
      31,
      { rows: 48, detail: { params: [42, 48] } },
    ),
  );
  let at = 40;
  for (let n = 0; n < 48; n++) {
    const duration = 6 + ((n * 7 + i) % 11);
    spans.push(
      sql(ITEMS, ['loadItems', 'src/orders.js', 15], at, duration, { rows: 3, detail: { params: [17 + n] } }),
    );
    at += duration + 1;
  }
  spans.push(call('log', 'console', 'served 48 orders', at, 0, { detail: { level: 'info' } }));
  const repeated = spans.flatMap((span, index) => (span.name === ITEMS ? [index] : []));
  const ms = repeated.reduce((sum, index) => sum + spans[index]!.duration!, 0);
  const finding: Finding = {
    id: 'f1',
    kind: 'n+1',
    severity: 'high',
    message: '48 queries ran one after the other, one for each row of the query at src/orders.js:7.',
    suggestion: 'Load them at once: WHERE order_id = ANY($1), then group them by order_id.',
    spans: repeated,
    site: 'src/orders.js:15',
    function: 'loadItems',
    ms,
    confidence: 0.97,
    reasons: ['same statement, 48 different values', 'sequential', 'follows a query that returned 48 rows'],
  };
  return {
    method: 'GET',
    url: `/api/orders?page=${1 + (i % 9)}`,
    route: '/api/orders',
    handler: 'listOrders src/orders.js:5',
    status: 200,
    duration: at + 12,
    spans,
    findings: [finding],
    sources: { 'src/orders.js': 'orders-v1' },
  };
}

function user(i: number): TraceFields {
  const spans = session(0.8);
  spans.push(
    sql('SELECT * FROM users WHERE id = $1', ['showUser', 'src/users.js', 22], 5, 3.1, {
      detail: { params: [i % 97] },
    }),
    sql('SELECT count(*) FROM orders WHERE user_id = $1', ['showUser', 'src/users.js', 25], 9, 2.2, {
      detail: { params: [i % 97] },
    }),
  );
  return {
    method: 'GET',
    url: `/api/users/${i % 97}`,
    route: '/api/users/:id',
    handler: 'showUser src/users.js:20',
    status: 200,
    duration: 14 + (i % 40),
    spans,
  };
}

function checkout(i: number): TraceFields {
  const spans = session(1);
  spans.push(
    sql('BEGIN', ['confirm', 'src/checkout.js', 31], 8, 0.4),
    sql('UPDATE stock SET amount = amount - $1 WHERE sku = $2', ['confirm', 'src/checkout.js', 33], 9, 84, {
      wait: 41,
      detail: { params: [1, 'A-7'] },
    }),
    call('http', 'fetch', 'POST https://pay.example/charge', 140, 820, {
      detail: { status: 502 },
      error: '502 Bad Gateway',
    }),
    call('rpc', 'thrift', 'Shipping.quote', 150, 60, { detail: { args: { zip: '10115' } } }),
    sql('ROLLBACK', ['confirm', 'src/checkout.js', 41], 970, 0.5),
    call('log', 'console', 'payment failed: 502 Bad Gateway', 975, 0, { detail: { level: 'error' } }),
  );
  return {
    method: 'POST',
    url: '/checkout/confirm',
    route: '/checkout/confirm',
    handler: 'confirm src/checkout.js:28',
    status: 500,
    duration: 1240 + (i % 60),
    spans,
  };
}

function search(i: number): TraceFields {
  const words = ['shoes', '靴 日本語', 'naïve café', '한국어', 'a%20b'];
  const word = words[Math.floor(i / 10) % words.length]!;
  const spans = session(0.7);
  for (let n = 0; n < 4; n++) {
    spans.push(
      sql(
        'SELECT id, name FROM products WHERE name ILIKE $1 AND shelf = $2',
        ['search', 'src/search.js', 18],
        4 + n,
        120 + n * 20,
        { detail: { params: [`%${word}%`, n] } },
      ),
    );
  }
  spans.push(call('cache', 'memcached', `set search:${word}`, 200, 1.1, { detail: { hit: false } }));
  return {
    method: 'GET',
    url: `/search?q=${word}`,
    route: '/search',
    handler: 'search src/search.js:9',
    status: 200,
    duration: 233 + (i % 30),
    spans,
  };
}

const SHAPES: ((i: number) => TraceFields)[] = [
  user,
  orders,
  checkout,
  (i) => ({
    method: 'GET',
    url: `/products/日本語-${i % 12}`,
    route: '/products/:slug',
    status: 200,
    duration: 84,
    spans: session(1),
  }),
  (i) => ({
    method: 'PUT',
    url: `/api/cart/${i % 7}`,
    route: '/api/cart/:id',
    status: 204,
    duration: 22,
    spans: session(1).slice(0, 2),
  }),
  search,
  () => ({ method: 'GET', url: '/health', route: '/health', status: 200, duration: 1.2, spans: [] }),
  (i) => ({
    method: 'DELETE',
    url: `/api/cart/${i % 7}/items/3?reason=\x1b[31mred`,
    route: '/api/cart/:id/items/:item',
    status: 404,
    duration: 9.4,
    spans: session(1),
  }),
  user,
  (i) => ({ method: 'GET', url: `/import/${i}`, route: '/import/:id', state: 'died', spans: session(2) }),
];

/** The nth trace, counted from the newest; each starts 500 ms before the previous. */
export function traceAt(n: number): Trace {
  const fields = SHAPES[n % SHAPES.length]!(n);
  const id = `${(0xa0000000 + n).toString(16)}-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const spans = fields.spans ?? [];
  return {
    id,
    start: NOW - n * 500,
    state: 'done',
    app: APP,
    headers: {
      request: [
        ['host', 'localhost:4000'],
        ['accept', 'application/json'],
        ['cookie', 'REDACTED'],
        ['user-agent', 'curl/8.5.0'],
      ],
      ...(fields.status
        ? {
            response: [
              ['content-type', 'application/json; charset=utf-8'],
              ['content-length', '5120'],
              ['x-scooby', id],
            ],
          }
        : {}),
    },
    findings: [],
    totals: totalsOf(spans, fields.duration, fields.profiles),
    ...fields,
    spans,
  };
}

/** Summary of a trace, as in the list. */
export function summaryOf(trace: Trace): Summary {
  const { id, method, url, start, state, totals } = trace;
  return {
    id,
    method,
    url,
    start,
    state,
    totals,
    ...(trace.route === undefined ? {} : { route: trace.route }),
    ...(trace.status === undefined ? {} : { status: trace.status }),
    ...(trace.duration === undefined ? {} : { duration: trace.duration }),
    findings: [...new Set(trace.findings.map((finding) => finding.kind))],
    spans: trace.spans.length,
  };
}
