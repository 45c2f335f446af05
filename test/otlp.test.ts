/** OpenTelemetry from end to end: what an app sends is one tree with what an instrumented service tells of it. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'tap';
import { startCollector } from './export/otlp-collector.js';
import { scooby, until } from './scooby.js';

const APP = `
const http = require('node:http');
http.createServer(async (req, res) => {
  const ask = (how) => how(process.env.SERVICE + '/' + (how.name || 'fetch'));
  const plain = () => new Promise((resolve) => http.get(process.env.SERVICE + '/http', (answer) => answer.resume().on('end', resolve)));
  await plain();
  await (await fetch(process.env.SERVICE + '/fetch')).text();
  await (await fetch(process.env.SERVICE + '/own', { headers: { traceparent: 'own' } })).text();
  res.end(String(req.headers.traceparent));
}).listen(0);
`;

test('one tree: the app, the services that it calls, and what is sent to a collector', async (t) => {
  const seen: Record<string, string | undefined> = {};
  const service = createServer((req, res) => {
    seen[req.url!] = req.headers.traceparent as string | undefined;
    res.end('ok');
  }).listen(0, '127.0.0.1');
  t.teardown(() => service.close());
  await once(service, 'listening');
  const collector = await startCollector();
  t.teardown(() => collector.close());
  const run = scooby(t, {
    ...{ command: ['app.cjs'], files: { 'app.cjs': APP } },
    options: ['--otlp', collector.url, '--otlp-listen', '0', '--otlp-parent'],
    env: {
      SERVICE: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
      OTEL_SERVICE_NAME: 'shop',
    },
  });
  await run.url();
  const [, endpoint] = await run.said(/spans of OpenTelemetry are taken at (http:\/\/127\.0\.0\.1:\d+)/);
  const answer = await run.ask('/page', { headers: { traceparent: 'not valid' } });
  const id = answer.headers['x-scooby'] as string;
  const traceId = id.replaceAll('-', '');
  const own = new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`);
  t.match(answer.body, own, 'a header that is not valid is replaced');
  t.match(seen['/http'], own);
  t.equal(seen['/fetch'], seen['/http']);
  t.equal(seen['/own'], 'own', 'that of the app is left alone');
  await collector.until(() => collector.spans.length >= 4);
  const root = collector.spans.find(({ kind }) => kind === 'SPAN_KIND_SERVER')!;
  t.match(root, { traceId, resource: { 'service.name': 'shop' } });
  t.equal(answer.body, `00-${traceId}-${root.spanId}-01`, "the app's own spans hang below the request's");
  const span = {
    ...{ traceId, spanId: '00000000000000b1', parentSpanId: root.spanId, name: 'GET /stock', kind: 2 },
    ...{ startTimeUnixNano: root.startTimeUnixNano, endTimeUnixNano: root.endTimeUnixNano },
    attributes: [
      { key: 'http.request.method', value: { stringValue: 'GET' } },
      { key: 'url.path', value: { stringValue: '/stock' } },
    ],
  };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'stock.py' } }] };
  const sent = await fetch(`${endpoint}/v1/traces`, {
    ...{ method: 'POST', headers: { 'Content-Type': 'application/json' } },
    body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] }),
  });
  t.equal(sent.status, 200);
  await run.lines(2);
  const tree = await until(() => {
    const { stdout } = run.cli('show', id, '--tree');
    return stdout.includes('/stock') && stdout;
  }, 'the service in the tree');
  t.match(tree, /2 requests in 2 processes/);
  t.match(tree, /GET \/stock done? +stock\.py|GET \/stock \S+ +stock\.py/);
  await run.stop();
});
