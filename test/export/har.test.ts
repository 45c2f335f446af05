import { test } from 'tap';
import { harOf } from '../../src/export/har.js';
import { readHar } from '../../src/export/read-har.js';
import { publicTrace } from '../../src/store/json.js';
import { aSpan, aTrace } from '../factory.js';

const trace = aTrace({
  ...{ url: '/orders?page=2&page=3', start: Date.UTC(2026, 10, 27), duration: 31.5 },
  headers: {
    request: [
      ['Host', 'shop.test:4000'],
      ['Cookie', 'REDACTED'],
      ['Authorization', 'REDACTED'],
    ],
    response: [
      ['Content-Type', 'text/html'],
      ['Content-Length', '120'],
      ['Set-Cookie', 'REDACTED'],
      ['Location', '/next'],
    ],
  },
  spans: [aSpan()],
});

test('a request is an entry without cookies and credentials', (t) => {
  t.match(harOf([trace], '1.2.3'), {
    log: {
      version: '1.2',
      creator: { name: 'scooby', version: '1.2.3' },
      entries: [
        {
          startedDateTime: '2026-11-27T00:00:00.000Z',
          time: 31.5,
          request: {
            method: 'GET',
            url: 'http://shop.test:4000/orders?page=2&page=3',
            headers: [{ name: 'Host', value: 'shop.test:4000' }],
            queryString: [
              { name: 'page', value: '2' },
              { name: 'page', value: '3' },
            ],
            cookies: [],
            bodySize: -1,
          },
          response: {
            status: 200,
            statusText: 'OK',
            headers: [
              { name: 'Content-Type' },
              { name: 'Content-Length' },
              { name: 'Location' },
              { name: 'X-Scooby', value: trace.id },
            ],
            content: { size: 120, mimeType: 'text/html' },
            redirectURL: '/next',
          },
          timings: { send: 0, wait: 31.5, receive: 0 },
        },
      ],
    },
  });
  t.notMatch(JSON.stringify(harOf([trace], '1')), /cookie":|Authorization|Set-Cookie/i);
  t.end();
});

test('units are no requests of HTTP', (t) => {
  const job = aTrace({ method: 'job', url: 'mail' });
  t.match(harOf([job, aTrace({ outside: true })], '1'), { log: { entries: [] } });
  t.end();
});

test('what was exported is read as it was, but for cookies and credentials', (t) => {
  const [read] = readHar(JSON.parse(JSON.stringify(harOf([trace], '1'))));
  const { headers: _, ...rest } = publicTrace(read!);
  const { headers: __, ...original } = publicTrace(trace);
  t.same(rest, original);
  t.same(read!.headers!.request, [['Host', 'shop.test:4000']]);
  t.end();
});

test("a browser's file is read as requests without calls; its secrets are masked", (t) => {
  const file = {
    log: {
      entries: [
        {
          startedDateTime: '2026-11-27T10:00:00.000Z',
          time: 12.5,
          request: {
            method: 'POST',
            url: 'https://shop.test/login?token=abc&page=2',
            headers: [
              { name: 'cookie', value: 'sid=1' },
              { name: 'x-api-key', value: 'k' },
              { name: 'accept', value: '*/*' },
            ],
          },
          response: { status: 0, headers: [] },
        },
      ],
    },
  };
  const [read] = readHar(file);
  t.match(read, {
    ...{ method: 'POST', url: '/login?token=REDACTED&page=2', duration: 12.5, state: 'done', aborted: true },
    ...{ start: Date.UTC(2026, 10, 27, 10), spans: [] },
    headers: {
      request: [
        ['x-api-key', 'REDACTED'],
        ['accept', '*/*'],
      ],
    },
  });
  t.match(read!.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  t.equal(readHar(file)[0]!.id, read!.id, 'again: the same id');
  t.end();
});
