import { test } from 'tap';
import { OtlpSender } from '../../src/export/otlp-sender.js';
import { aSpan, aTrace } from '../factory.js';
import { until } from '../scooby.js';
import { startCollector } from './otlp-collector.js';

// On a busy machine an answer takes longer than the second that a run has at its end.
const SETTINGS = { service: 'shop', version: '1.2.3', closeMs: 120_000 };

test('a request and its calls arrive as the official definitions have them', async (t) => {
  const collector = await startCollector();
  t.teardown(() => collector.close());
  const sender = new OtlpSender({ ...SETTINGS, url: collector.url }, (message) => t.fail(message));
  const trace = aTrace({ start: 1795348931204.25, libraries: { pg: { dialect: 'pg' } }, spans: [aSpan()] });
  sender.add(trace);
  await sender.close();
  t.equal(collector.requests[0]!.path, '/v1/traces');
  t.equal(collector.requests[0]!.headers['content-type'], 'application/x-protobuf');
  const [root, call] = collector.spans;
  t.match(root, {
    name: 'GET /orders',
    kind: 'SPAN_KIND_SERVER',
    traceId: trace.id.replaceAll('-', ''),
    parentSpanId: '',
    startTimeUnixNano: '1795348931204250000',
    endTimeUnixNano: '1795348931216750000',
    attributes: { 'http.request.method': 'GET', 'http.response.status_code': '200' },
    resource: { 'service.name': 'shop', 'process.pid': '4242' },
    scope: { name: 'scooby', version: '1.2.3' },
  });
  t.match(call, {
    name: 'SELECT items',
    kind: 'SPAN_KIND_CLIENT',
    parentSpanId: root!.spanId,
    startTimeUnixNano: '1795348931205250000',
    attributes: { 'db.system.name': 'postgresql', 'code.line.number': '47' },
  });
});

test('a late call is sent alone', async (t) => {
  const collector = await startCollector();
  t.teardown(() => collector.close());
  const sender = new OtlpSender({ ...SETTINGS, url: collector.url }, (message) => t.fail(message));
  const trace = aTrace({ spans: [aSpan({ start: 1 })] });
  sender.add(trace);
  await collector.until(() => collector.spans.length === 2);
  sender.add({ ...trace, spans: [...trace.spans, aSpan({ start: 5, name: 'DELETE FROM late' })] });
  await sender.close();
  t.same(
    collector.spans.map(({ name }) => name),
    ['GET /orders', 'SELECT items', 'DELETE late'],
  );
});

test('requests between apps are one trace, in whatever order they end', async (t) => {
  const collector = await startCollector();
  t.teardown(() => collector.close());
  const sender = new OtlpSender({ ...SETTINGS, url: collector.url }, (message) => t.fail(message));
  const first = aTrace({ url: '/a', route: '/a' });
  const second = aTrace({ url: '/b', route: '/b', parent: first.id });
  const third = aTrace({ url: '/c', route: '/c', parent: second.id });
  for (const trace of [third, second, first]) sender.add(trace);
  await sender.close();
  t.same([...new Set(collector.spans.map(({ traceId }) => traceId))], [first.id.replaceAll('-', '')]);
  const idOf = (name: string) => collector.spans.find((span) => span.name === name)!.spanId;
  t.same(Object.fromEntries(collector.spans.map(({ name, parentSpanId }) => [name, parentSpanId])), {
    'GET /a': '',
    'GET /b': idOf('GET /a'),
    'GET /c': idOf('GET /b'),
  });
});

test('a request whose caller another run has recorded is sent at the end', async (t) => {
  const collector = await startCollector();
  t.teardown(() => collector.close());
  const sender = new OtlpSender({ ...SETTINGS, url: collector.url }, (message) => t.fail(message));
  const parent = '5f0c9a4e-8d1b-4c6f-9a57-2f1e0b7c3d21';
  sender.add(aTrace({ parent }));
  await sender.close();
  t.equal(collector.spans[0]!.traceId, parent.replaceAll('-', ''));
});

test('a collector that is gone is told of once, and so is its return', async (t) => {
  let isGone = true;
  const collector = await startCollector(() => ({ status: isGone ? 400 : 200 }));
  t.teardown(() => collector.close());
  const warnings: string[] = [];
  const sender = new OtlpSender({ ...SETTINGS, url: collector.url }, (message) => warnings.push(message));
  for (const count of [1, 2]) {
    sender.add(aTrace());
    await collector.until(() => collector.requests.length === count);
  }
  isGone = false;
  sender.add(aTrace());
  await sender.close();
  t.match(warnings, [
    /^the OpenTelemetry collector cannot be reached \(400 .*\): calls go on being stored, and are not sent there$/,
    /^the OpenTelemetry collector answers again; 2 calls were not sent there$/,
  ]);
  t.equal(warnings.length, 2);
  t.equal(collector.spans.length, 1);
});

test('503 is asked again after the time that it names', async (t) => {
  const collector = await startCollector((n) =>
    n === 0 ? { status: 503, headers: { 'Retry-After': '0' } } : { status: 200 },
  );
  t.teardown(() => collector.close());
  const sender = new OtlpSender({ ...SETTINGS, url: collector.url }, (message) => t.fail(message));
  sender.add(aTrace());
  await collector.until(() => collector.spans.length === 1);
  await sender.close();
  t.equal(collector.requests.length, 2);
});

test('rejected calls are counted and told', async (t) => {
  // ExportTraceServiceResponse{partial_success{rejected_spans: 3, error_message: "full"}}
  const body = Buffer.from([0x0a, 8, 0x08, 3, 0x12, 4, ...Buffer.from('full')]);
  const collector = await startCollector(() => ({ status: 200, body }));
  t.teardown(() => collector.close());
  const warnings: string[] = [];
  const sender = new OtlpSender({ ...SETTINGS, url: collector.url }, (message) => warnings.push(message));
  sender.add(aTrace());
  await until(() => warnings.length === 1, 'the first rejection');
  sender.add(aTrace());
  await sender.close();
  t.same(warnings, [
    'the OpenTelemetry collector rejected 3 calls: full',
    'the OpenTelemetry collector rejected 6 calls in all',
  ]);
});

test('calls outside of requests are not sent', async (t) => {
  const collector = await startCollector();
  t.teardown(() => collector.close());
  const sender = new OtlpSender({ ...SETTINGS, url: collector.url }, (message) => t.fail(message));
  sender.add(aTrace({ outside: true }));
  await sender.close();
  t.same(collector.requests, []);
});
