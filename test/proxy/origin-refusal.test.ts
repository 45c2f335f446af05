/** Forms that an app refuses for their Origin, by what it answers. */

import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { test } from 'tap';
import { type OriginRefusal, watchOriginRefusal } from '../../src/proxy/origin-refusal.js';

const FORM = 'application/x-www-form-urlencoded';

/** What is recognized in a response to a POST from a page of the proxy. */
async function refusalOf(
  status: number,
  body: string | Buffer,
  {
    headers = {},
    request = {},
    method = 'POST',
  }: { headers?: object; request?: object; method?: string } = {},
): Promise<OriginRefusal | undefined> {
  const req = Object.assign(new IncomingMessage(new Socket()), { method, url: '/login?a=1' });
  req.headers = { host: 'localhost:4000', origin: 'http://localhost:4000', 'content-type': FORM, ...request };
  const response = Object.assign(new IncomingMessage(new Socket()), { statusCode: status });
  response.headers = { ...headers };
  let found: OriginRefusal | undefined;
  watchOriginRefusal(req, response, (refusal) => {
    found = refusal;
  });
  response.push(body);
  response.push(null);
  for await (const _ of response);
  return found;
}

test('texts of frameworks', async (t) => {
  const told = 'Cross-site POST form submissions are forbidden';
  t.same(await refusalOf(403, told), {
    method: 'POST',
    path: '/login',
    status: 403,
    text: told,
    origin: 'http://localhost:4000',
  });
  const texts: [number, string][] = [
    [403, '{"message":"Cross-site POST form submissions are forbidden"}'],
    [500, 'Error: Invalid Server Actions request.'],
    [403, '{"message":"Invalid origin","code":"INVALID_ORIGIN"}'],
    [500, 'Error: Not allowed by CORS'],
    [422, "HTTP Origin header (http://localhost:4000) didn't match request.base_url (http://localhost:3000)"],
    [400, 'host header does not match `origin` header from a forwarded action request'],
    [403, '<html><style>b{}</style><p>CSRF verification failed. Request aborted.</p>'],
  ];
  for (const [status, text] of texts) t.ok(await refusalOf(status, text), text);
  t.equal((await refusalOf(403, gzipSync(told), { headers: { 'content-encoding': 'gzip' } }))?.text, told);
  t.equal((await refusalOf(403, 'Forbidden'))?.text, '', 'hono says no more');
});

test('what is no such refusal', async (t) => {
  t.equal(await refusalOf(403, 'You may not edit this page'), undefined);
  t.equal(await refusalOf(403, '{"error":"invalid csrf token"}'), undefined, 'the proxy changes no token');
  t.equal(await refusalOf(403, 'Forbidden', { request: { 'content-type': 'application/json' } }), undefined);
  t.equal(await refusalOf(200, 'Invalid origin'), undefined);
  t.equal(await refusalOf(403, 'Invalid origin', { method: 'GET' }), undefined);
  t.equal(
    await refusalOf(403, 'Invalid origin', { request: { origin: 'http://evil.example' } }),
    undefined,
    'another site',
  );
  t.equal(await refusalOf(403, 'Invalid origin', { request: { origin: undefined } }), undefined);
});
