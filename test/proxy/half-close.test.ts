/** Clients that close their side after the request, and clients of HTTP/1.0 without a Host. */

import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Test, test } from 'tap';
import { client, peer, proxy, responder, until } from './wire.js';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n';

/** Address of a Node server. */
async function nodeApp(t: Test, handle: RequestListener) {
  const server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close().closeAllConnections());
  return { protocol: 'http' as const, host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

for (const [name, request] of Object.entries({
  'a GET': GET,
  'a POST with a body': 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc',
  'HTTP/1.0': 'GET / HTTP/1.0\r\n\r\n',
  'HTTP/1.0 with keep-alive': 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
  'Connection: close': 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n',
})) {
  test(`the response to ${name}, after which the client half-closes, from a Node app`, async (t) => {
    const app = await nodeApp(t, (_, res) => res.end('ok'));
    const { port, ended } = await proxy(t, app);
    const wire = await client(t, port);
    wire.socket.end(request);
    t.match(await wire.whole(), /^HTTP\/1\.1 200 OK\r\n[\s\S]*ok$/);
    await until(() => ended.length === 1);
    t.match(ended[0], { status: 200, reached: true, aborted: undefined });
  });
}

test('pipelined requests before a half-close are all answered', async (t) => {
  const app = await nodeApp(t, (_, res) => res.end('ok'));
  const { port } = await proxy(t, app);
  const wire = await client(t, port);
  wire.socket.end(GET.repeat(15));
  t.equal((await wire.whole()).match(/200 OK/g)?.length, 15);
});

test('an app that answers after the half-close is waited for, in several pieces', async (t) => {
  const app = await peer(t);
  const { port } = await proxy(t, app.address);
  const wire = await client(t, port);
  wire.socket.end(GET);
  const upstream = await app.wire();
  await upstream.got('\r\n\r\n');
  await until(() => wire.socket.writableFinished);
  upstream.send('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\none');
  await wire.got('one');
  upstream.send('two');
  t.match(await wire.whole(), /onetwo$/);
});

test('a client that half-closes and an app that does not answer: the request is aborted', async (t) => {
  const app = await peer(t);
  const { port, ended } = await proxy(t, app.address);
  const wire = await client(t, port);
  wire.socket.end(GET);
  t.equal(await wire.whole(), '');
  const upstream = await app.wire();
  await until(() => upstream.ended && ended.length === 1);
  t.match(ended, [{ aborted: true, reached: true, status: undefined }]);
});

test('a client that disconnects: a Node app learns it, nothing stays open', async (t) => {
  let closed = 0;
  let arrived = 0;
  const app = await nodeApp(t, (req, res) => {
    arrived++;
    if (req.url === '/stream') res.write('part');
    res.on('close', () => closed++);
  });
  const { port, ended } = await proxy(t, app);
  for (const url of ['/', '/stream']) {
    const wire = await client(t, port);
    wire.send(`GET ${url} HTTP/1.1\r\nHost: h\r\n\r\n`);
    const count = arrived;
    await until(() => arrived > count || arrived === 2);
    if (url === '/stream') await wire.got('part');
    wire.socket.destroy();
  }
  await until(() => closed === 2 && ended.length === 2);
  t.same(
    ended.map(({ aborted }) => aborted),
    [true, true],
  );
});

test('a request that waits for the app is dropped when its client leaves', async (t) => {
  const { port, upstream, opened, ended } = await proxy(t);
  const wire = await client(t, port);
  wire.socket.end('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi');
  await until(() => opened.length === 1 && ended.length === 1);
  const app = await responder(t, OK);
  upstream.set(app.address);
  const other = await client(t, port);
  other.send(GET);
  await other.got('ok');
  t.equal(app.text.match(/ HTTP\/1\.1/g)?.length, 1);
});

test('HTTP/1.0 without Host passes as it does without the proxy', async (t) => {
  const hosts: unknown[] = [];
  const app = await nodeApp(t, (req, res) => {
    hosts.push(req.headers.host);
    res.end('ok');
  });
  const { port } = await proxy(t, app);
  for (const request of ['GET / HTTP/1.0\r\n\r\n', 'GET / HTTP/1.0\r\nHost: mine\r\n\r\n']) {
    const wire = await client(t, port);
    wire.send(request);
    t.match(await wire.got('\r\n\r\nok'), /200 OK/);
  }
  t.same(hosts, ['', 'mine']);
  const refused = await client(t, port);
  refused.send('GET / HTTP/1.1\r\n\r\n');
  t.match(await refused.got('\r\n\r\n'), /^HTTP\/1\.1 400 /, 'the answer of the app, as before');
});
