import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http2 from 'node:http2';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import type { ServerAddress } from '../../src/domain/link.js';
import { cert, key } from './certificate.js';
import { ask, client, peer, proxy, responder, until } from './wire.js';

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok';

async function freeAddress(): Promise<ServerAddress & { port: number }> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return { protocol: 'http', host: '127.0.0.1', port };
}

test('requests wait until the app listens', async (t) => {
  const app = await responder(t, OK);
  const { port, upstream, ended } = await proxy(t);
  const get = await client(t, port);
  get.send(GET);
  const post = await client(t, port);
  post.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello');
  await until(() => get.socket.bytesWritten > 0 && post.socket.bytesWritten > 0);
  upstream.set(app.address);
  await get.got('\r\n\r\nok');
  await post.got('\r\n\r\nok');
  t.match(app.text, '\r\n\r\nhello');
  await until(() => ended.length === 2);
  t.same(
    ended.map(({ status, reached }) => [status, reached]),
    [
      [200, true],
      [200, true],
    ],
  );
});

test('an address that refuses at first is retried, also with a body', async (t) => {
  const address = await freeAddress();
  const { port } = await proxy(t, address);
  const get = await client(t, port);
  get.send(GET);
  const post = await client(t, port);
  post.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello');
  await until(() => get.socket.bytesWritten > 0 && post.socket.bytesWritten > 0);
  let text = '';
  const late = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      text += chunk;
      if (/hello$|^GET/.test(String(chunk))) socket.write(OK);
    });
  });
  late.listen(address.port, '127.0.0.1');
  t.teardown(() => late.close());
  await get.got('\r\n\r\nok');
  await post.got('\r\n\r\nok');
  t.equal(text.match(/hello/g)?.length, 1);
});

test('no app within the wait: a plain 503 page', async (t) => {
  const { port, ended } = await proxy(t, undefined, { wait: 20 });
  const text = await ask(t, port, GET, '--upstream');
  t.match(text, /^HTTP\/1.1 503 Service Unavailable\r\n/);
  t.match(text, '\r\nRetry-After: 1\r\n');
  t.match(text, '\r\nContent-Type: text/plain; charset=utf-8\r\n');
  t.match(text, '\r\nCache-Control: no-store\r\n');
  t.match(text, /\r\nX-Scooby: [0-9a-f-]{36}\r\n/);
  t.match(text, 'the app is not listening yet');
  t.match(text, 'within 0.02 s');
  await until(() => ended.length === 1);
  t.same([ended[0]!.status, ended[0]!.reached, ended[0]!.aborted], [503, false, undefined]);
  const refused = await proxy(t, await freeAddress(), { wait: 20 });
  t.match(await ask(t, refused.port, GET, '--upstream'), /^HTTP\/1.1 503 /, 'as for one that never accepted');
});

test('a request that waits for an app that exits gets a 503', async (t) => {
  const { port, upstream, opened, ended } = await proxy(t);
  const wire = await client(t, port);
  wire.send(GET);
  await until(() => opened.length === 1);
  upstream.end();
  await wire.got(/^HTTP\/1.1 503 Service Unavailable\r\n[\s\S]*scooby: the app has ended\./);
  await until(() => ended.length === 1);
  t.same([ended[0]!.status, ended[0]!.aborted], [503, undefined]);
  t.match(await ask(t, port, GET, 'for the reason.'), /^HTTP\/1.1 503 /, 'and so does a later request');
});

test('a waiting request whose client disconnects is dropped', async (t) => {
  const app = await peer(t);
  const { port, upstream, opened, ended } = await proxy(t);
  const wire = await client(t, port);
  wire.send(GET);
  await until(() => opened.length === 1);
  wire.socket.destroy();
  await until(() => ended.length === 1);
  t.same([ended[0]!.reached, ended[0]!.aborted, ended[0]!.status], [false, true, undefined]);
  upstream.set(app.address);
  const next = await client(t, port);
  next.send(GET);
  await app.wire();
  t.equal(app.wires.length, 1);
});

test('a restart: requests wait while no app listens, and go to its next address', async (t) => {
  const first = await responder(t, OK.replace('ok', '#1'));
  const second = await responder(t, OK.replace('ok', '#2'));
  const { port, upstream } = await proxy(t, first.address);
  const wire = await client(t, port);
  wire.send(GET);
  await wire.got('#1');
  upstream.set(undefined);
  t.equal(upstream.address, undefined);
  wire.send(GET);
  upstream.set(second.address);
  await wire.got('#2');
  t.same(upstream.address, second.address);
  await until(() => first.open === 0);
});

test('a connection that is in use when its server closes is not kept', async (t) => {
  const closing = await peer(t, ({ socket }) => socket.on('end', () => socket.end()));
  const next = await responder(t, OK);
  const { port, upstream } = await proxy(t, closing.address);
  const wire = await client(t, port);
  wire.send(GET);
  const used = await closing.wire();
  await used.got('\r\n\r\n');
  upstream.set(next.address);
  const other = await client(t, port);
  other.send(GET);
  await other.got('\r\n\r\nok');
  used.send(OK);
  await wire.got('\r\n\r\nok');
  await until(() => closing.open === 0);
  t.equal(next.open, 1, 'before a connection that has been idle for longer');
});

test('an app that has responded and then refuses connections: 502', async (t) => {
  const address = await freeAddress();
  const server = net.createServer((socket) => socket.resume().end(OK.replace('keep-alive', 'close')));
  server.listen(address.port, '127.0.0.1');
  await once(server, 'listening');
  const { port, ended } = await proxy(t, address);
  await ask(t, port, GET, '\r\n\r\nok');
  server.close();
  await once(server, 'close');
  const text = await ask(t, port, GET, 'reason.\n');
  t.match(text, /^HTTP\/1.1 502 Bad Gateway\r\n/);
  t.match(text, `the app cannot be reached (ECONNREFUSED at http://127.0.0.1:${address.port})`);
  t.match(text, /\r\nX-Scooby: [0-9a-f-]{36}\r\n/);
  await until(() => ended.length === 2);
  t.same([ended[1]!.status, ended[1]!.reached], [502, false]);
});

test('a request refused during a restart goes to the next address', async (t) => {
  const old = await freeAddress();
  const server = net.createServer((socket) => socket.resume().end(OK.replace('keep-alive', 'close')));
  server.listen(old.port, '127.0.0.1');
  await once(server, 'listening');
  const next = await responder(t, OK.replace('ok', '#2'));
  const { port, upstream, opened } = await proxy(t, old);
  await ask(t, port, GET, '\r\n\r\nok');
  server.close();
  await once(server, 'close');
  const wire = await client(t, port);
  wire.send(GET);
  await until(() => opened.length === 2);
  upstream.set(undefined);
  upstream.set(next.address);
  await wire.got('\r\n\r\n');
  t.match(await wire.got('#2'), /^HTTP\/1.1 200 OK\r\n/);
});

test('an app that closes before it responds: 502, and the client’s connection stays usable', async (t) => {
  const app = await peer(t, (wire) => wire.socket.on('data', () => wire.socket.resetAndDestroy()));
  const { port, ended } = await proxy(t, app.address);
  const wire = await client(t, port);
  for (const request of [GET, 'POST /<b> HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi', GET]) {
    wire.text = '';
    wire.send(request);
    await wire.got('reason.\n');
    t.match(wire.text, /^HTTP\/1.1 502 Bad Gateway\r\n/);
    t.match(wire.text, '(ECONNRESET at ');
    t.notMatch(wire.text, '<b>');
  }
  await until(() => ended.length === 3);
  t.same(
    ended.map(({ reached }) => reached),
    [true, true, true],
  );
});

test('a response that is not HTTP: 502', async (t) => {
  const answers = [
    'nonsense\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n',
    'HTTP/1.1 204 N\x01\r\n\r\n',
    'HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n',
  ];
  for (const answer of answers) {
    const app = await responder(t, answer);
    const { port } = await proxy(t, app.address);
    const text = await ask(t, port, GET, 'not valid HTTP/1.1');
    t.match(text, /^HTTP\/1.1 502 Bad Gateway\r\n/, JSON.stringify(answer));
    t.match(text, /\r\nX-Scooby: [0-9a-f-]{36}\r\n/);
  }
});

test('a 101 without an upgrade request: 502', async (t) => {
  const app = await responder(
    t,
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
  );
  const { port } = await proxy(t, app.address);
  t.match(await ask(t, port, GET), /^HTTP\/1.1 502 Bad Gateway\r\n/);
});

test('--timeout: 504 where the app sends no headers in time, not where it has sent them', async (t) => {
  const silent = await peer(t);
  const slow = await proxy(t, silent.address, { timeout: 20 });
  const text = await ask(t, slow.port, GET, '--timeout');
  t.match(text, /^HTTP\/1.1 504 Gateway Timeout\r\n/);
  await until(() => silent.wires[0]!.ended || silent.wires[0]!.closed);
  t.equal(slow.ended[0]!.reached, true);
  const app = await peer(t, (wire) =>
    wire.socket.once('data', () => wire.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n')),
  );
  const streaming = await proxy(t, app.address, { timeout: 20 });
  const wire = await client(t, streaming.port);
  wire.send(GET);
  await wire.got('\r\n\r\n');
  const other = await client(t, slow.port);
  other.send(GET);
  await other.got('504');
  app.wires[0]!.send('ok');
  await wire.got('\r\n\r\nok');
  t.match(wire.text, /^HTTP\/1.1 200 OK\r\n/);
});

test('an app on a unix socket', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'scooby-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'app.sock');
  const server = net.createServer((socket) => socket.on('data', () => socket.write(OK)));
  server.listen(path);
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = await proxy(t, { protocol: 'http', path });
  t.match(await ask(t, port, GET, '\r\n\r\nok'), /^HTTP\/1.1 200 OK\r\n/);
});

test('an app on a single loopback family, announced as any interface or as localhost', async (t) => {
  for (const family of ['127.0.0.1', '::1']) {
    const server = net.createServer((socket) => socket.on('data', () => socket.write(OK)));
    server.listen(0, family);
    await once(server, 'listening');
    t.teardown(() => server.close());
    const address = { protocol: 'http' as const, port: (server.address() as AddressInfo).port };
    for (const host of ['localhost', '::', family, undefined]) {
      const { port } = await proxy(t, host === undefined ? address : { ...address, host });
      t.match(await ask(t, port, GET, '\r\n\r\nok'), /^HTTP\/1.1 200 OK\r\n/, `${family} as ${host}`);
    }
  }
});

test('an app with a self-signed certificate, on loopback; an app that speaks HTTP/2 only', async (t) => {
  const keys = { key, cert };
  const secure = https.createServer(keys, (req, res) => {
    req.resume().on('end', () => res.end(`${req.method} ${req.url}`));
  });
  secure.listen(0, '127.0.0.1');
  await once(secure, 'listening');
  t.teardown(() => secure.close());
  const { port } = await proxy(t, {
    protocol: 'https',
    host: '127.0.0.1',
    port: (secure.address() as AddressInfo).port,
  });
  t.match(await ask(t, port, GET, 'GET /'), /^HTTP\/1.1 200 OK\r\n/);
  t.match(
    await ask(t, port, 'POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi', 'POST /p'),
    /^HTTP\/1.1 200 OK\r\n/,
  );
  for (const allowHTTP1 of [true, false]) {
    const modern = http2.createSecureServer({ ...keys, allowHTTP1 }, (_, res) => res.end('both'));
    modern.listen(0, '127.0.0.1');
    await once(modern, 'listening');
    t.teardown(() => modern.close());
    const front = await proxy(t, {
      protocol: 'h2',
      host: '127.0.0.1',
      port: (modern.address() as AddressInfo).port,
    });
    const text = await ask(t, front.port, GET, /both|allowHTTP1/);
    t.match(
      text,
      allowHTTP1 ? /^HTTP\/1.1 200 OK\r\n/ : /^HTTP\/1.1 502 [\s\S]*upstream speaks HTTP\/2 only/,
    );
  }
});

test('an app that speaks HTTP/2 without encryption', async (t) => {
  const { port } = await proxy(t, { protocol: 'h2c', host: '127.0.0.1', port: 9 });
  t.match(await ask(t, port, GET, 'allowHTTP1'), /^HTTP\/1.1 502 [\s\S]*upstream speaks HTTP\/2 only/);
});

test('keep-alive connections that the app closes immediately: no request fails', async (t) => {
  const app = await peer(t, (wire) => {
    wire.socket.on('data', () => {
      wire.send(OK);
      wire.socket.setTimeout(5, () => wire.socket.destroy());
    });
  });
  const { port, ended } = await proxy(t, app.address);
  const lanes = Array.from({ length: 10 }, async () => {
    const wire = await client(t, port);
    for (let i = 0; i < 100; i++) {
      wire.text = '';
      wire.send(GET);
      await wire.got('\r\n\r\nok');
    }
  });
  await Promise.all(lanes);
  await until(() => ended.length === 1000);
  t.equal(ended.filter(({ status, aborted }) => status !== 200 || aborted).length, 0);
});

test('there is a single retry, for repeatable requests only', async (t) => {
  const requests: [string, number][] = [
    ['GET / HTTP/1.1\r\nHost: h\r\n\r\n', 200],
    ['HEAD / HTTP/1.1\r\nHost: h\r\n\r\n', 200],
    ['OPTIONS / HTTP/1.1\r\nHost: h\r\n\r\n', 200],
    ['GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi', 502],
    ['POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi', 502],
    ['POST / HTTP/1.1\r\nHost: h\r\n\r\n', 502],
    ['DELETE / HTTP/1.1\r\nHost: h\r\n\r\n', 502],
  ];
  for (const [request, status] of requests) {
    // The first connection responds to its first request and resets on its second; so does every
    // later connection, for a second retry.
    let seen = 0;
    const app = await peer(t, (wire) => {
      wire.socket.on('data', () => {
        seen++;
        if (seen === 2) wire.socket.resetAndDestroy();
        else wire.send(OK);
      });
    });
    const { port } = await proxy(t, app.address);
    await ask(t, port, GET, '\r\n\r\nok');
    const text = await ask(t, port, request);
    t.match(text, new RegExp(`^HTTP/1.1 ${status} `), request);
    t.equal(seen, status === 200 ? 3 : 2);
  }
});

test('a second reset is not retried', async (t) => {
  let seen = 0;
  const app = await peer(t, (wire) => {
    wire.socket.on('data', () => {
      if (++seen === 1) wire.send(OK);
      else wire.socket.resetAndDestroy();
    });
  });
  const { port } = await proxy(t, app.address);
  await ask(t, port, GET, '\r\n\r\nok');
  t.match(await ask(t, port, GET), /^HTTP\/1.1 502 /);
  t.equal(seen, 3);
});

test('a proxy that is busy while it connects reaches an app on all interfaces', async (t) => {
  const attemptMs = net.getDefaultAutoSelectFamilyAttemptTimeout();
  net.setDefaultAutoSelectFamilyAttemptTimeout(10);
  t.teardown(() => net.setDefaultAutoSelectFamilyAttemptTimeout(attemptMs));
  const app = await responder(t, OK);
  const { port } = await proxy(t, { ...app.address, host: '::' });
  const get = await client(t, port);
  get.send(GET);
  for (let turn = 0; turn < 10 && !app.text.includes('GET /'); turn++) {
    await new Promise(setImmediate);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
  }
  t.match(await get.got('\r\n\r\n'), /^HTTP\/1\.1 200 OK/);
});
