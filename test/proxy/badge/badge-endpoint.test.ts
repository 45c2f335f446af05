import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { createBadgeEndpoint } from '../../../src/proxy/badge/badge-endpoint.js';
import { ask, proxy, responder } from '../wire.js';

test('the script, at the origin of the app', async (t) => {
  const file = join(t.testdir(), 'badge.js');
  writeFileSync(file, 'é');
  const app = await responder(t, 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\napp');
  const { port, opened } = await proxy(t, app.address, { intercept: createBadgeEndpoint(file) });
  const request = (start: string, end: RegExp) => ask(t, port, `${start} HTTP/1.1\r\nHost: h\r\n\r\n`, end);
  const text = await request('GET /scooby/badge.js?a', /\r\n\r\n../);
  t.equal(
    text.replace(/Date: .*\r\n/, ''),
    'HTTP/1.1 200 OK\r\nContent-Type: text/javascript; charset=utf-8\r\nCache-Control: no-cache\r\n' +
      'X-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\nContent-Length: 2\r\n' +
      `Connection: keep-alive\r\nKeep-Alive: timeout=120\r\n\r\n${Buffer.from('é').toString('latin1')}`,
  );
  t.match(await request('HEAD /scooby/badge.js', /\r\n\r\n$/), /Content-Length: 2\r\n[\s\S]*\r\n\r\n$/);
  t.match(await request('POST /scooby/badge.js', /\r\n\r\n$/), /^HTTP\/1.1 405 .*\r\nAllow: GET, HEAD\r\n/);
  t.equal(opened.length, 0);
  for (const path of ['/scooby/badge.jsx', '/scooby/badge', '/badge.js', '/'])
    t.match(await request(`GET ${path}`, /app$/), /app$/);
});
