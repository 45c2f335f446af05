import { once } from 'node:events';
import { request } from 'node:http';
import { test } from 'tap';
import { OtlpReceiver } from '../../src/collector/otlp-receiver.js';
import type { RecordedTrace } from '../../src/domain/trace.js';
import { OtlpSender } from '../../src/export/otlp-sender.js';
import { aSpan, aTrace } from '../factory.js';
import { until } from '../scooby.js';

function post(
  url: string,
  body: Buffer | string,
  headers: Record<string, string> = {},
  method = 'POST',
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const req = request(
      url,
      { method, headers: { 'Content-Type': 'application/json', ...headers } },
      async (res) => {
        let text = '';
        for await (const chunk of res) text += chunk;
        resolve({ status: res.statusCode!, body: text });
      },
    );
    req.on('error', reject);
    req.end(body);
  });
}

test('what an exporter sends becomes a request, and later spans become part of it', async (t) => {
  const received: [trace: RecordedTrace, isAgain: boolean][] = [];
  let wake = () => {};
  const receiver = await OtlpReceiver.open(0, '/srv', (trace, isAgain) => {
    received.push([trace, isAgain]);
    wake();
  });
  t.teardown(() => receiver.close());
  const sender = new OtlpSender({ service: 'shop', version: '1', url: receiver.url }, (message) =>
    t.fail(message),
  );
  const trace = aTrace({ spans: [aSpan()] });
  const next = () => new Promise<void>((resolve) => (wake = resolve));
  let made = next();
  sender.add(trace);
  await made;
  t.match(received, [[{ id: trace.id, url: '/orders', spans: [{ kind: 'sql' }] }, false]]);
  made = next();
  sender.add({ ...trace, spans: [...trace.spans, aSpan({ start: 5, name: 'DELETE FROM late' })] });
  await made;
  t.match(received[1], [{ id: trace.id, spans: [{ kind: 'sql' }, { name: 'DELETE FROM late' }] }, true]);
  await sender.close();
});

test('what is still waiting is made into requests at the end', async (t) => {
  const received: string[] = [];
  const receiver = await OtlpReceiver.open(0, '/srv', ({ url }) => received.push(url));
  const span = {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    name: 'job',
    kind: 5,
    startTimeUnixNano: '1000000',
  };
  const message = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
  t.same(await post(`${receiver.url}/v1/traces`, message), { status: 200, body: '{}' });
  receiver.close();
  t.same(received, ['job']);
});

test('spans are remembered up to a bound in bytes: the oldest request is made, and forgotten', async (t) => {
  const received: [url: string, isAgain: boolean][] = [];
  const onReceived = ({ url }: RecordedTrace, isAgain: boolean) => void received.push([url, isAgain]);
  const receiver = await OtlpReceiver.open(0, '/srv', onReceived, 10_000);
  const send = (trace: number, spanId: string, parent?: string) => {
    const span = {
      traceId: String(trace).padStart(32, '0'),
      ...{ spanId: spanId.repeat(16), name: `job ${trace}`, kind: 5, startTimeUnixNano: '1000000' },
      ...(parent !== undefined && { parentSpanId: parent.repeat(16), kind: 1 }),
      attributes: [{ key: 'text', value: { stringValue: 'x'.repeat(2100) } }],
    };
    const message = { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] };
    return post(`${receiver.url}/v1/traces`, JSON.stringify(message));
  };
  for (const trace of [1, 2, 3, 4, 5]) await send(trace, 'a');
  await until(() => new Set(received.map(([url]) => url)).size === 5, 'all requests');
  t.ok(received.every(([, isAgain]) => !isAgain));
  for (const trace of [5, 1]) await send(trace, 'b', 'a');
  receiver.close();
  const again = (trace: number) => received.filter(([url]) => url === `job ${trace}`).slice(1);
  t.same(again(5), [['job 5', true]]);
  t.notOk(
    again(1).some(([, isAgain]) => isAgain),
    'it was forgotten',
  );
});

test('pages, strangers and what is no message are refused', async (t) => {
  const receiver = await OtlpReceiver.open(0, '/srv', () => t.fail('nothing is received'));
  t.teardown(() => receiver.close());
  const url = `${receiver.url}/v1/traces`;
  t.equal((await post(url, '{}', { Origin: 'http://evil.test' })).status, 403);
  t.equal((await post(url, '{}', { Host: 'evil.test' })).status, 403);
  t.equal((await post(`${receiver.url}/v1/logs`, '{}')).status, 404);
  t.equal((await post(url, '', {}, 'GET')).status, 405);
  t.equal((await post(url, '{}', { 'Content-Type': 'text/plain' })).status, 415);
  t.same(await post(url, '{'), { status: 400, body: 'the message cannot be read' });
  t.same(await post(url, '{"resourceSpans": 1}'), {
    status: 400,
    body: 'the message.resourceSpans is no list',
  });
  t.same(await post(url, Buffer.from([0x0a, 200, 1]), { 'Content-Type': 'application/x-protobuf' }), {
    status: 400,
    body: 'the message is cut off',
  });
  t.same(await post(url, 'no gzip', { 'Content-Encoding': 'gzip' }), {
    status: 400,
    body: 'the message cannot be read',
  });
});

test('a message that is too large is not read to its end', async (t) => {
  const receiver = await OtlpReceiver.open(0, '/srv', () => t.fail('nothing is received'));
  t.teardown(() => receiver.close());
  const req = request(`${receiver.url}/v1/traces`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
  });
  req.on('error', () => {});
  req.end(Buffer.alloc(17 << 20, ' '));
  const [res] = await once(req, 'response');
  t.equal(res.statusCode, 413);
  req.destroy();
});

test('a port that is taken is said', async (t) => {
  const first = await OtlpReceiver.open(0, '/srv', () => {});
  t.teardown(() => first.close());
  await t.rejects(
    OtlpReceiver.open(Number(new URL(first.url).port), '/srv', () => {}),
    /EADDRINUSE/,
  );
});
