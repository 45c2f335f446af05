import { test } from 'tap';
import type { Trace } from '../../src/domain/trace.js';
import { OtlpSpans } from '../../src/export/otlp-spans.js';
import { aSpan, aTrace } from '../factory.js';

const ID = '5f0c9a4e-8d1b-4c6f-9a57-2f1e0b7c3d21';
const make = (trace: Partial<Trace>) =>
  new OtlpSpans({ service: 'shop', version: '1.2.3' }).of(aTrace({ id: ID, start: 1000, ...trace }));

test('a request is a span of a server, with its route', (t) => {
  const [root, ...calls] = make({
    url: '/orders/7?page=2',
    route: '/orders/:id',
    headers: {
      request: [
        ['Host', 'shop.test:4000'],
        ['User-Agent', 'curl/8'],
      ],
    },
  });
  t.equal(root!.name, 'GET /orders/:id');
  t.equal(root!.kind, 1);
  t.same(root!.spanContext().traceId, '5f0c9a4e8d1b4c6f9a572f1e0b7c3d21');
  t.equal(root!.parentSpanContext, undefined);
  t.same(root!.startTime, [1, 0]);
  t.same(root!.endTime, [1, 12_500_000]);
  t.same(root!.attributes, {
    'http.request.method': 'GET',
    'url.path': '/orders/7',
    'url.query': 'page=2',
    'url.scheme': 'http',
    'http.route': '/orders/:id',
    'http.response.status_code': 200,
    'user_agent.original': 'curl/8',
    'server.address': 'shop.test',
    'server.port': 4000,
    'scooby.id': ID,
  });
  t.same(calls, []);
  t.same(root!.resource.attributes, {
    'service.name': 'shop',
    'telemetry.sdk.name': 'scooby',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.version': '1.2.3',
    'service.instance.id': '4242',
    'process.pid': 4242,
    'process.command_line': 'node app.js',
    'process.runtime.name': 'nodejs',
    'process.runtime.version': '20.20.2',
  });
  t.end();
});

test('a traceparent makes it part of its trace', (t) => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const [root, call] = make({ headers: { request: [['traceparent', traceparent]] }, spans: [aSpan()] });
  t.equal(root!.spanContext().traceId, '4bf92f3577b34da6a3ce929d0e0e4736');
  t.match(root!.parentSpanContext, { spanId: '00f067aa0ba902b7', isRemote: true, traceFlags: 1 });
  t.equal(call!.spanContext().traceId, '4bf92f3577b34da6a3ce929d0e0e4736');
  t.equal(call!.parentSpanContext!.spanId, root!.spanContext().spanId);
  t.end();
});

test('two traceparents are none', (t) => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const request: [string, string][] = [
    ['traceparent', traceparent],
    ['Traceparent', traceparent],
  ];
  t.equal(make({ headers: { request } })[0]!.spanContext().traceId, ID.replaceAll('-', ''));
  t.end();
});

test('calls are named and described by their kind', (t) => {
  const [, sql, failed, cache, rpc, http] = make({
    libraries: { pg: { dialect: 'pg' } },
    spans: [
      aSpan({ start: 1, wait: 0.5 }),
      aSpan({ start: 2, name: 'INSERT INTO a SELECT * FROM b', error: '42P01: relation "a" does not exist' }),
      aSpan({ start: 3, kind: 'cache', library: 'ioredis', name: 'get user:7', detail: { command: 'get' } }),
      aSpan({ start: 4, kind: 'rpc', library: 'grpc', name: 'shop.Users.find' }),
      aSpan({
        start: 5,
        kind: 'http',
        library: 'undici',
        name: 'GET https://api.test/users/7',
        detail: { status: 404 },
      }),
    ],
  });
  t.equal(sql!.name, 'SELECT items');
  t.equal(sql!.kind, 2);
  t.same(
    [sql!.startTime, sql!.endTime],
    [
      [1, 1_000_000],
      [1, 3_500_000],
    ],
  );
  t.match(sql!.attributes, {
    'db.system.name': 'postgresql',
    'db.query.text': 'SELECT * FROM items WHERE order_id = $1',
    'db.query.summary': 'SELECT items',
    'db.operation.name': 'SELECT',
    'db.collection.name': 'items',
    'db.response.returned_rows': 1,
    'code.file.path': 'src/orders.js',
    'code.line.number': 47,
    'code.column.number': 21,
    'code.function.name': 'listOrders',
    'scooby.wait_ms': 0.5,
  });
  t.same(failed!.status, { code: 2, message: '42P01: relation "a" does not exist' });
  t.match(failed!.attributes, { 'db.response.status_code': '42P01', 'error.type': '42P01' });
  t.notOk('db.collection.name' in failed!.attributes, 'of two tables none is named');
  t.equal(cache!.name, 'GET');
  t.match(cache!.attributes, { 'db.system.name': 'redis', 'db.operation.name': 'GET' });
  t.equal(rpc!.name, 'shop.Users/find');
  t.match(rpc!.attributes, { 'rpc.system.name': 'grpc', 'rpc.method': 'shop.Users/find' });
  t.equal(http!.name, 'GET');
  t.match(http!.attributes, {
    'url.full': 'https://api.test/users/7',
    'server.address': 'api.test',
    'server.port': 443,
    'http.response.status_code': 404,
    'error.type': '404',
  });
  t.end();
});

test('findings and log lines are events of the request', (t) => {
  const [root, ...calls] = make({
    spans: [
      aSpan({ start: 3 }),
      aSpan({ kind: 'log', library: 'pino', name: 'two orders', detail: { level: 'info' }, start: 4 }),
    ],
    findings: [
      {
        ...{ id: 'f', kind: 'n+1', severity: 'high', message: 'The same query ran 50 times.' },
        ...{ spans: [0], site: 'src/orders.js:47', ms: 8, confidence: 1, reasons: [] },
      },
    ],
  });
  t.equal(calls.length, 1, 'a log line is no span');
  t.match(root!.events, [
    {
      name: 'scooby.finding',
      time: [1, 3_000_000],
      attributes: {
        'scooby.finding.kind': 'n+1',
        'scooby.finding.severity': 'high',
        'scooby.finding.message': 'The same query ran 50 times.',
        'scooby.finding.calls': 1,
        'scooby.finding.site': 'src/orders.js:47',
      },
    },
    {
      name: 'log',
      time: [1, 4_000_000],
      attributes: { 'log.message': 'two orders', 'log.severity': 'info' },
    },
  ]);
  t.end();
});

test('a unit is a consumer; a call that has not ended is left out', (t) => {
  const { route: _, status: __, ...unit } = aTrace({ method: 'job', url: 'mail:send' });
  const [root, ...calls] = new OtlpSpans({ service: 'a', version: '1' }).of({
    ...unit,
    spans: [{ ...aSpan(), duration: undefined } as never],
  });
  t.equal(root!.name, 'mail:send');
  t.equal(root!.kind, 4);
  t.same(calls, []);
  t.end();
});

test('a method that no standard knows is told beside', (t) => {
  const [root] = make({ method: 'PURGE' });
  t.match(root!.attributes, { 'http.request.method': '_OTHER', 'http.request.method_original': 'PURGE' });
  t.end();
});
