import { test } from 'tap';
import { otlpJsonOf } from '../../src/export/otlp-exporter.js';
import { readRequestFile } from '../../src/export/read-file.js';
import { aSpan, aTrace } from '../factory.js';

const attribute = (key: string, value: string | number) => ({
  key,
  value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
});
const TRACE = '5f0c9a4e8d1b4c6f9a572f1e0b7c3d21';
const at = (ms: number) => `${1795348931204n * 1000000n + BigInt(Math.round(ms * 1000)) * 1000n}`;

function span(
  spanId: string,
  parentSpanId: string,
  kind: number,
  name: string,
  from: number,
  to: number,
  attributes: object[] = [],
) {
  return {
    traceId: TRACE,
    spanId,
    parentSpanId,
    kind,
    name,
    attributes,
    ...{ startTimeUnixNano: at(from), endTimeUnixNano: at(to) },
  };
}

function document(spans: object[], service = 'orders-py') {
  return {
    resourceSpans: [
      { resource: { attributes: [attribute('service.name', service)] }, scopeSpans: [{ spans }] },
    ],
  };
}

const read = (...documents: object[]) =>
  readRequestFile(documents.map((each) => JSON.stringify(each)).join('\n'), '/srv/shop').traces;

test('a service in another language becomes a request with its calls, judged by the same rules', (t) => {
  const queries = Array.from({ length: 8 }, (_, n) =>
    span(`00000000000000${10 + n}`, '00000000000000a2', 3, 'SELECT items', 2 + n * 2, 3 + n * 2, [
      attribute('db.system.name', 'postgresql'),
      attribute('db.query.text', `SELECT * FROM items WHERE order_id = ${n}`),
      attribute('code.file.path', 'orders.py'),
      attribute('code.line.number', 12),
      attribute('code.function.name', 'list_orders'),
    ]),
  );
  const [trace] = read(
    document([
      ...queries,
      span('00000000000000a2', '00000000000000a1', 1, 'list_orders', 1, 20),
      span('00000000000000a1', '', 2, 'GET /orders', 0, 25, [
        ...[
          attribute('http.request.method', 'GET'),
          attribute('url.path', '/orders'),
          attribute('url.query', 'token=x'),
        ],
        ...[attribute('http.route', '/orders'), attribute('http.response.status_code', 200)],
      ]),
    ]),
  );
  t.match(trace, {
    ...{ id: '5f0c9a4e-8d1b-4c6f-9a57-2f1e0b7c3d21', method: 'GET', url: '/orders?token=REDACTED' },
    ...{ route: '/orders', status: 200, start: 1795348931204, duration: 25, state: 'done' },
    app: { command: 'orders-py' },
  });
  t.equal(trace!.spans.filter(({ kind }) => kind === 'sql').length, 8);
  t.match(trace!.spans[1], { kind: 'sql', start: 2, duration: 1, site: 'orders.py:12' });
  t.match(trace!.findings[0], { kind: 'n+1', site: 'orders.py:12' });
  t.end();
});

test('several services of a trace are requests of their own, linked', (t) => {
  const [first, second] = read(
    document([
      span('00000000000000a1', '', 2, 'GET', 0, 25, [
        attribute('http.method', 'GET'),
        attribute('http.target', '/a'),
      ]),
    ]),
    document(
      [
        span('00000000000000b2', '00000000000000a1', 3, 'GET', 1, 9, [
          ...[attribute('http.method', 'GET'), attribute('http.url', 'http://b/b')],
        ]),
        span('00000000000000b1', '00000000000000b2', 2, 'GET', 2, 8, [
          attribute('http.method', 'GET'),
          attribute('http.target', '/b'),
        ]),
      ],
      'b',
    ),
  );
  t.match([first!.url, second!.url], ['/a', '/b']);
  t.match(first!.spans, [{ kind: 'http', name: 'GET http://b/b' }]);
  t.equal(second!.parent, first!.id);
  t.end();
});

test('an error is that of its exception', (t) => {
  const failed = {
    ...span('00000000000000a2', '00000000000000a1', 3, 'INSERT', 1, 2, [
      attribute('db.system', 'mysql'),
      attribute('db.statement', 'INSERT INTO a VALUES (1)'),
    ]),
    status: { code: 2, message: 'no' },
    events: [
      {
        name: 'exception',
        timeUnixNano: at(1),
        attributes: [
          attribute('exception.type', 'IntegrityError'),
          attribute('exception.message', 'duplicate key'),
        ],
      },
    ],
  };
  const [trace] = read(document([failed, span('00000000000000a1', '', 5, 'mails process', 0, 5)]));
  t.match(trace, { method: 'message', url: 'mails process', state: 'done' });
  t.match(trace!.spans, [{ kind: 'sql', library: 'mysql', error: 'IntegrityError: duplicate key' }]);
  t.end();
});

test('what was exported comes back as the same requests', (t) => {
  const original = aTrace({
    libraries: { pg: { dialect: 'pg' } },
    spans: [
      aSpan(),
      aSpan({
        start: 4,
        kind: 'log',
        library: 'pino',
        name: 'hello',
        detail: { level: 'warn' },
        duration: 0,
      }),
    ],
  });
  const [trace] = readRequestFile(otlpJsonOf([original], { service: 'shop', version: '1' }), '/srv').traces;
  t.match(trace, {
    id: original.id,
    method: 'GET',
    url: '/orders',
    route: '/orders',
    status: 200,
    duration: 12.5,
  });
  t.match(trace!.spans, [
    {
      kind: 'sql',
      name: 'SELECT * FROM items WHERE order_id = $1',
      site: 'src/orders.js:47',
      start: 1,
      duration: 2,
    },
    { kind: 'log', name: 'hello', detail: { level: 'warn' }, start: 4 },
  ]);
  t.end();
});

test('a parent that is its own child ends nothing', (t) => {
  const traces = read(
    document([
      span('00000000000000a1', '00000000000000a2', 1, 'a', 0, 1),
      span('00000000000000a2', '00000000000000a1', 1, 'b', 0, 1),
    ]),
  );
  t.same(traces, []);
  t.end();
});
