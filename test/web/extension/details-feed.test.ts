import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'tap';
import { publicTrace } from '../../../src/store/json.js';
import { DetailsFeed } from '../../../src/web/extension/details-feed.js';
import type { PanelRequest } from '../../../src/web/extension/panel-request.js';
import { aSpan, aTrace } from '../../factory.js';

test('a request is read from the proxy that it passed', async (t) => {
  const trace = aTrace({ spans: [aSpan({ kind: 'sql', name: 'SELECT 1' })] });
  let answer = { status: 200, body: JSON.stringify(publicTrace(trace)) };
  const asked: string[] = [];
  const server = http.createServer((req, res) => {
    asked.push(req.url!);
    res.writeHead(answer.status).end(answer.body);
  });
  t.teardown(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const row: PanelRequest = {
    ...{ id: trace.id, method: 'GET', path: '/a', origin, status: 200, start: 5, isFetch: true, page: '' },
    figures: { ms: 3, queries: 2 },
  };
  const rows: PanelRequest[] = [];
  const feed = new DetailsFeed({ rows: () => rows, subscribe: () => () => {}, close() {} });
  t.equal(await feed.find(trace.id), undefined, 'without any request there is no proxy');
  rows.push(row);
  t.same(
    (await feed.find(trace.id))?.spans.map(({ name, shape }) => [name, shape.verb]),
    [['SELECT 1', 'SELECT']],
  );
  await feed.find('another');
  t.same(asked, [`/scooby/get-data/${trace.id}/`, '/scooby/get-data/another/']);
  answer = { status: 404, body: '{}' };
  t.equal(await feed.find(trace.id), undefined);
  answer = { status: 403, body: '{}' };
  await t.rejects(feed.find(trace.id), { message: 'The proxy answered 403.' });
  answer = { status: 200, body: '{"id":"<b>"}' };
  await t.rejects(feed.find(trace.id), { message: /request/ });
  server.close();
  server.closeAllConnections();
  await t.rejects(feed.find(trace.id), {
    message: `The proxy at ${origin} does not answer: the run has ended.`,
  });
  t.same(
    feed
      .page({ query: [] as never }, { by: 'time', reverse: false }, 0, 10)
      .map(({ id, duration }) => [id, duration]),
    [[trace.id, 3]],
  );
  t.same([feed.count(), feed.stats().total, feed.position({} as never, {} as never, trace.id)], [1, 1, 0]);
  t.same([feed.source(), feed.routes(), feed.countNewer(), feed.status().url], [undefined, [], 0, origin]);
});
