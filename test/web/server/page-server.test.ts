/** The page's server: who is let in, and each attacker of this machine or of another site who is not. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'tap';
import type { Feed } from '../../../src/feed/feed.js';
import { MAX_REPLACED_CALLS } from '../../../src/insight/rewrite/finding-loops.js';
import { pageSecrets } from '../../../src/web/server/page-secrets.js';
import { createPageServer } from '../../../src/web/server/page-server.js';
import { MAX_BODY_BYTES } from '../../../src/web/server/read-json.js';
import { aTrace } from '../../factory.js';
import { ask, call, type Question, sessionHeaders } from '../ask.js';
import { type ServedPage, servePage } from '../served-page.js';

const ALL = [{ query: [] }, { by: 'time', reverse: false }, 0, 10];

/** Asks for recorded requests as the page does, but for what is changed. */
async function attempt(page: ServedPage, change: Question): Promise<[status: number, isTold: boolean]> {
  const { status, body } = await call(page, 'page', ALL, change);
  return [status, body.includes('/secret-path')];
}

/** Headers of a session without some of them. */
function without(page: ServedPage, ...names: string[]): Question {
  const headers = Object.entries(sessionHeaders(page)).filter(([name]) => !names.includes(name));
  return {
    method: 'POST',
    path: '/api/feed/page',
    body: JSON.stringify(ALL),
    headers: Object.fromEntries(headers),
  };
}

async function attemptWith(page: ServedPage, question: Question): Promise<[status: number, isTold: boolean]> {
  const { status, body } = await ask(page.port, question);
  return [status, body.includes('/secret-path')];
}

const REQUESTS = [aTrace({ url: '/secret-path' })];

test('the link lets a browser in: a cookie that scripts do not see, a key that is never sent', async (t) => {
  const page = await servePage(t, REQUESTS);
  const opened = await ask(page.port, { path: `/?token=${page.secrets.token}&at=%2Fr%2F1` });
  t.equal(opened.status, 303);
  t.equal(opened.headers.location, `/#key=${page.secrets.key}&at=%2Fr%2F1`);
  t.same(opened.headers['set-cookie'], [
    `scooby-page-${page.port}=${page.secrets.cookie}; Path=/; HttpOnly; SameSite=Strict`,
  ]);
  t.equal(opened.headers['referrer-policy'], 'no-referrer');
  t.same(await attempt(page, {}), [200, true]);
  t.same(
    await attempt(page, {
      headers: { Host: `localhost:${page.port}`, Origin: `http://localhost:${page.port}` },
    }),
    [200, true],
    'by its other name',
  );
});

test('attacker: DNS rebinding, a name of theirs that leads to this machine', async (t) => {
  const page = await servePage(t, REQUESTS);
  for (const Host of [
    'evil.test',
    `evil.test:${page.port}`,
    '127.0.0.1',
    `127.0.0.1:${page.port + 1}`,
    `127.0.0.1:${page.port}.evil.test`,
    '',
    `0.0.0.0:${page.port}`,
  ]) {
    t.same(await attempt(page, { headers: { Host, Origin: `http://${Host}` } }), [403, false], Host);
    t.equal((await ask(page.port, { headers: { Host } })).status, 403, `files for ${Host}`);
    const opened = await ask(page.port, { path: `/?token=${page.secrets.token}`, headers: { Host } });
    t.equal(opened.headers['set-cookie'], undefined);
  }
  const two = [`127.0.0.1:${page.port}`, 'evil.test'];
  t.match(await ask(page.port, { headers: { Host: two } }).catch(() => ({ status: 403 })), {
    status: /40[03]/,
  });
});

test('attacker: another site, and a server on another port of this host', async (t) => {
  const page = await servePage(t, REQUESTS);
  for (const Origin of [
    'https://evil.test',
    `http://127.0.0.1:${page.port + 1}`,
    `https://127.0.0.1:${page.port}`,
    `http://localhost:${page.port}`,
  ])
    t.same(await attempt(page, { headers: { Origin } }), [403, false], Origin);
  for (const site of ['cross-site', 'same-site', 'none'])
    t.same(await attempt(page, { headers: { 'Sec-Fetch-Site': site } }), [403, false], site);
  t.same(
    await attemptWith(page, without(page, 'Sec-Fetch-Site', 'Origin')),
    [200, true],
    'older browsers send neither',
  );
});

test('attacker: a sandboxed frame or a file, whose origin is null', async (t) => {
  const page = await servePage(t, REQUESTS);
  t.same(await attempt(page, { headers: { Origin: 'null' } }), [403, false]);
});

test('attacker: a form of another site', async (t) => {
  const page = await servePage(t, REQUESTS);
  for (const type of [
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'text/plain',
    'text/plain; application/json',
  ]) {
    t.same(await attempt(page, { headers: { 'Content-Type': type } }), [415, false], type);
    const form = without(page, 'X-Scooby-Key', 'Sec-Fetch-Site', 'Origin');
    t.same(await attemptWith(page, { ...form, headers: { ...form.headers, 'Content-Type': type } }), [
      401,
      false,
    ]);
  }
});

test('attacker: without a token, with a wrong one, and with that of another run', async (t) => {
  const page = await servePage(t, REQUESTS);
  t.same(await attemptWith(page, without(page, 'Cookie', 'X-Scooby-Key')), [401, false]);
  const other = pageSecrets();
  for (const token of [
    '',
    'x',
    other.token,
    `${page.secrets.token}x`,
    page.secrets.cookie,
    page.secrets.key,
  ]) {
    const opened = await ask(page.port, { path: `/?token=${token}` });
    t.equal(opened.status, 403);
    t.equal(opened.headers['set-cookie'], undefined);
    t.equal(opened.headers.location, undefined);
  }
  for (const { cookie, key } of [
    other,
    { ...page.secrets, key: page.secrets.token },
    { cookie: '', key: '' },
  ])
    t.same(
      await attempt(page, { headers: { Cookie: `scooby-page-${page.port}=${cookie}`, 'X-Scooby-Key': key } }),
      [401, false],
    );
});

test('attacker: who has the cookie only, which a browser sends to each port; or the key only', async (t) => {
  const page = await servePage(t, REQUESTS);
  t.same(await attemptWith(page, without(page, 'X-Scooby-Key')), [401, false]);
  t.same(await attemptWith(page, without(page, 'Cookie')), [401, false]);
  t.same(await attempt(page, { headers: { Cookie: `scooby-page-1=${page.secrets.cookie}` } }), [401, false]);
});

test("attacker: another user's process of this machine, which can send any header but has no token", async (t) => {
  const page = await servePage(t, REQUESTS);
  const navigation = { 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
  for (const path of ['/', '/page.js', '/icon.svg', '/events', '/api/feed/page', '/?token', '/?at=/r/1']) {
    const { body, headers, status } = await ask(page.port, { path, headers: navigation });
    const all = `${status} ${JSON.stringify(headers)} ${body}`;
    for (const secret of ['/secret-path', ...Object.values(page.secrets)])
      t.notOk(all.includes(secret), path);
  }
  t.equal((await ask(page.port, { path: '/events' })).status, 401);
});

test('attacker: a page that frames this one, or reads it as script or picture', async (t) => {
  const page = await servePage(t, REQUESTS);
  for (const path of ['/', '/page.js', '/nothing', '/api/feed/page', `/?token=${page.secrets.token}`]) {
    const { headers } = await ask(page.port, { path });
    t.match(headers['content-security-policy'], /^default-src 'none';.*frame-ancestors 'none'/, path);
    t.equal(headers['x-frame-options'], 'DENY');
    t.equal(headers['x-content-type-options'], 'nosniff');
    t.equal(headers['cross-origin-resource-policy'], 'same-origin');
    t.equal(headers['cross-origin-opener-policy'], 'same-origin');
    t.equal(headers['access-control-allow-origin'], undefined);
    t.equal(headers['cache-control'], 'no-store');
  }
});

test('attacker: a switch of protocols', async (t) => {
  const page = await servePage(t, REQUESTS);
  for (const head of [
    `GET /events HTTP/1.1\r\nHost: 127.0.0.1:${page.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    `CONNECT 127.0.0.1:${page.port} HTTP/1.1\r\nHost: 127.0.0.1:${page.port}\r\n\r\n`,
  ]) {
    const socket = connect(page.port, '127.0.0.1');
    let said = '';
    socket.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    socket.write(head);
    await once(socket, 'close');
    t.match(said, /^HTTP\/1\.1 400 /);
  }
});

test('attacker: a body without end', async (t) => {
  const page = await servePage(t, REQUESTS);
  const large = JSON.stringify([' '.repeat(MAX_BODY_BYTES)]);
  t.equal((await call(page, 'page', [], { body: large })).status, 413);
  const chunked = await call(page, 'page', [], { body: large, headers: { 'Transfer-Encoding': 'chunked' } });
  t.equal(chunked.status, 413);
  t.equal((await call(page, 'page', [], { body: '[' })).status, 400);
  t.equal((await call(page, 'page', [], { body: '{}' })).status, 400);
  t.equal((await call(page, 'page', [], { body: '['.repeat(60_000) })).status, 400);
});

test('the largest loop that is tried fits into a body', async (t) => {
  const page = await servePage(t, REQUESTS);
  const spans = Array.from({ length: MAX_REPLACED_CALLS }, (_, n) => 999_000 + n);
  const { status, body } = await call(page, 'tryLoop', [REQUESTS[0]!.id, spans, null]);
  t.same([status, body], [422, '{"error":"the app no longer runs under scooby"}']);
});

test('attacker: connections without end, handed over by the launcher', async (t) => {
  const feed = { subscribe: () => () => {}, close() {} } as unknown as Feed;
  const page = createPageServer({ feed, files: new Map(), port: 0, secrets: pageSecrets() });
  const launcher = createServer((socket) => page.server.emit('connection', socket)).listen(0, '127.0.0.1');
  t.teardown(() => launcher.close());
  t.teardown(() => page.close());
  await once(launcher, 'listening');
  const { port } = launcher.address() as AddressInfo;
  const open = Array.from({ length: 128 }, () => connect(port, '127.0.0.1'));
  t.teardown(() => open.map((socket) => socket.destroy()));
  await Promise.all(open.map((socket) => once(socket, 'connect')));
  const last = connect(port, '127.0.0.1');
  await once(last.resume(), 'close');
  open[0]!.destroy();
  let answer: Awaited<ReturnType<typeof ask>> | undefined;
  while (answer === undefined) answer = await ask(port, { path: '/' }).catch(() => undefined);
  t.equal(answer.status, 403, 'there is room again');
});

test('attacker: paths out of the folder', async (t) => {
  const page = await servePage(t, REQUESTS);
  for (const path of [
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/package.json',
    '/./page.js',
    '//page.js',
    '/page.js/',
    '/page.js%00',
    '/..\\package.json',
    '/index.html',
    '/__proto__',
    '/constructor',
  ])
    t.equal((await ask(page.port, { path })).status, 404, path);
});

test('attacker: names of calls that every object has', async (t) => {
  const page = await servePage(t, REQUESTS);
  for (const name of [
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'close',
    'subscribe',
    'status',
    'page/',
    'page%00',
    '',
    '../page',
  ])
    t.equal((await call(page, name, ALL)).status, 404, name);
  const { body } = await call(
    page,
    'page',
    JSON.parse('[{"query":[],"__proto__":{"until":0}},{"by":"__proto__","reverse":false},0,10]'),
  );
  t.match(body, /sort has to be/);
  t.equal(({} as { until?: number }).until, undefined);
});

test('attacker: other methods', async (t) => {
  const page = await servePage(t, REQUESTS);
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'PATCH']) {
    const { status, headers, body } = await call(page, 'page', ALL, { method });
    t.equal(status, 405, method);
    t.equal(headers.allow, 'POST');
    t.equal(headers['access-control-allow-methods'], undefined, 'a preflight is not granted');
    t.notMatch(body, /secret-path|X-Scooby-Key/i, 'TRACE echoes nothing');
  }
  for (const method of ['POST', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])
    t.match(await ask(page.port, { method }), { status: 405, headers: { allow: 'GET, HEAD' } }, method);
  const head = await ask(page.port, { method: 'HEAD', path: '/page.js' });
  t.equal(head.status, 200);
  t.equal(head.body, '');
});

test('files under the name of their version stay, all others are asked for again', async (t) => {
  const page = await servePage(t);
  const { body } = await ask(page.port, {});
  const [, script] = /src="(\/page\.js\?v=[\w-]{16})"/.exec(body)!;
  t.match(await ask(page.port, { path: script! }), {
    status: 200,
    headers: { 'cache-control': /immutable/, 'content-type': /^text\/javascript/ },
  });
  t.equal((await ask(page.port, { path: '/page.js?v=x' })).headers['cache-control'], 'no-store');
});
