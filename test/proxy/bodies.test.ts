import { test } from 'tap';
import { anonymous, ask, client, peer, proxy, responder, until } from './wire.js';

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n';

test('response headers and every chunk of a stream are forwarded without buffering', async (t) => {
  const app = await peer(t);
  const { port, ended } = await proxy(t, app.address);
  const wire = await client(t, port);
  wire.send(GET);
  const upstream = await app.wire();
  await upstream.got('\r\n\r\n');
  upstream.send(
    'HTTP/1.1 200 OK\r\nX-L: \xe9\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n',
  );
  await wire.got('\r\n\r\n');
  t.match(wire.text, '\r\nX-L: \xe9\r\n', 'headers do not wait for a body');
  for (const piece of ['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n']) {
    upstream.send(`9\r\n${piece}\r\n`);
    await wire.got(`9\r\n${piece}\r\n`);
  }
  t.equal(ended.length, 0);
  upstream.send('0\r\n\r\n');
  await wire.got('0\r\n\r\n');
  await until(() => ended.length === 1);
  t.same([ended[0]!.status, ended[0]!.aborted], [200, undefined]);
});

test('request headers, then every chunk of the body, are forwarded without buffering', async (t) => {
  const app = await peer(t);
  const { port } = await proxy(t, app.address);
  const wire = await client(t, port);
  wire.send('POST / HTTP/1.1\r\nHost: h\r\nX-L: \xe9\r\nContent-Length: 6\r\n\r\n');
  const upstream = await app.wire();
  await upstream.got('\r\n\r\n');
  t.match(upstream.text, '\r\nX-L: \xe9\r\n');
  for (const piece of ['ab', 'cd', 'ef']) {
    wire.send(piece);
    await upstream.got(piece);
  }
  upstream.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  await wire.got('\r\n\r\nok');
});

test('backpressure: a slow reader pauses the sender, in both directions', async (t) => {
  const size = 256 * 1024 * 1024;
  const piece = Buffer.alloc(64 * 1024, 'x');
  const app = await peer(t, (wire) => {
    if (app.wires.length === 1) {
      wire.socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      wire.socket.pause();
    } else wire.socket.pause();
  });
  const { port } = await proxy(t, app.address);
  const stalled = async (socket: {
    write(chunk: Buffer): boolean;
    once(name: 'drain', fn: () => void): unknown;
  }) => {
    let sent = 0;
    // The bytes in flight have settled once a whole second passes without 'drain'.
    for (;;) {
      while (socket.write(piece)) sent += piece.length;
      const drained = await new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), 1000);
        socket.once('drain', () => {
          clearTimeout(timer);
          resolve(true);
        });
      });
      if (!drained || sent > 64 * 1024 * 1024) return sent;
    }
  };

  const reader = await client(t, port, '127.0.0.1', false);
  reader.send(GET);
  await until(() => reader.bytes > 0);
  reader.socket.pause();
  t.ok((await stalled((await app.wire(0)).socket)) < 32 * 1024 * 1024, 'response');

  const writer = await client(t, port);
  writer.send(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${size}\r\n\r\n`);
  await app.wire(1);
  t.ok((await stalled(writer.socket)) < 32 * 1024 * 1024, 'request');
});

test('64 MB arrive complete, in both directions', async (t) => {
  const size = 64 * 1024 * 1024;
  const piece = 'y'.repeat(1024 * 1024);
  const app = await peer(t, (wire) => {
    wire.socket.removeAllListeners('data');
    let got = 0;
    wire.socket.on('data', (chunk) => {
      got += chunk.length;
      if (got < size || wire.text) return;
      wire.text = 'whole';
      wire.send(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      for (let i = 0; i < 64; i++) wire.send(piece);
    });
  });
  const { port, ended } = await proxy(t, app.address);
  const wire = await client(t, port, '127.0.0.1', false);
  wire.send(`PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: ${size}\r\n\r\n`);
  for (let i = 0; i < 64; i++) wire.send(piece);
  await until(() => ended.length === 1);
  t.same([ended[0]!.status, ended[0]!.aborted], [200, undefined]);
  await until(() => wire.bytes > size);
  t.ok(wire.bytes < size + 1000);
});

test('a client that disconnects aborts the request to the app: before headers, in the response, in the upload', async (t) => {
  const app = await peer(t);
  const { port, ended } = await proxy(t, app.address);
  const cases: [string, string][] = [
    [GET, ''],
    [GET, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n'],
    ['POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf', ''],
    [
      'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf',
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nh',
    ],
  ];
  for (const [i, [request, response]] of cases.entries()) {
    const wire = await client(t, port);
    wire.send(request);
    const upstream = await app.wire(i);
    await upstream.got(/\r\n\r\n(?:half)?$/);
    upstream.send(response);
    if (response) await wire.got(/\r\n\r\n[\s\S]+/);
    wire.socket.resetAndDestroy();
    await until(() => upstream.ended || upstream.closed);
    upstream.socket.destroy();
    await until(() => ended.length === i + 1);
    t.same(
      [ended[i]!.aborted, ended[i]!.reached, ended[i]!.status],
      [true, true, response ? 200 : undefined],
    );
  }
});

test('a client that ends its connection (FIN) aborts the request to the app', async (t) => {
  const app = await peer(t);
  const { port, ended } = await proxy(t, app.address);
  const wire = await client(t, port);
  wire.send(GET);
  const upstream = await app.wire();
  await upstream.got('\r\n\r\n');
  wire.socket.destroy();
  await until(() => upstream.ended || upstream.closed);
  await until(() => ended.length === 1);
  t.equal(ended[0]!.aborted, true);
});

test('all pipelined requests of a disconnected client end', async (t) => {
  const app = await peer(t);
  const { port, ended } = await proxy(t, app.address);
  const wire = await client(t, port);
  wire.send(GET.repeat(3));
  await until(
    () => app.wires.length === 3 && app.wires.every((upstream) => upstream.text.endsWith('\r\n\r\n')),
  );
  wire.socket.resetAndDestroy();
  await until(() => app.wires.every((upstream) => upstream.ended || upstream.closed));
  await until(() => ended.length === 3);
  t.same(
    ended.map((ending) => ending.aborted),
    [true, true, true],
  );
});

test('500 aborted streams leave no connection to the app open', async (t) => {
  const app = await responder(t, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n');
  const { port, ended } = await proxy(t, app.address);
  for (let i = 0; i < 10; i++) {
    await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        const wire = await client(t, port);
        wire.send(GET);
        if (n % 2) await wire.got('hello');
        if (n % 3) wire.socket.destroy();
        else wire.socket.resetAndDestroy();
      }),
    );
  }
  await until(() => ended.length > 0 && app.open === 0);
  t.equal(app.open, 0);
  t.equal(ended.filter((ending) => !ending.aborted).length, 0);
});

test('an app that exits in the middle of a body breaks the connection to the client', async (t) => {
  const bodies = ['Content-Length: 100\r\n\r\nhalf', 'Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'];
  for (const body of bodies) {
    for (const death of ['destroy', 'resetAndDestroy', 'end'] as const) {
      const app = await responder(t, `HTTP/1.1 200 OK\r\n${body}`);
      const { port, ended } = await proxy(t, app.address);
      const wire = await client(t, port);
      wire.send(GET);
      await wire.got('half');
      app.wires[0]!.socket[death]();
      await until(() => wire.ended || wire.closed);
      t.notMatch(wire.text, /\r\n0\r\n\r\n$/, 'and the body does not look whole');
      await until(() => ended.length === 1);
      t.same([ended[0]!.aborted, ended[0]!.status, ended[0]!.reached], [true, 200, true]);
    }
  }
});

test('invalid chunks from the app break the connection to the client', async (t) => {
  const app = await responder(t, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n');
  const { port } = await proxy(t, app.address);
  const wire = await client(t, port);
  wire.send(GET);
  await until(() => wire.ended || wire.closed);
  t.notMatch(wire.text, /\r\n0\r\n\r\n$/);
});

test('bytes beyond Content-Length close the connection to the app, and change no response', async (t) => {
  const app = await responder(
    t,
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nokHTTP/1.1 666 Evil\r\n\r\n',
  );
  const { port, ended } = await proxy(t, app.address);
  const wire = await client(t, port);
  for (let i = 1; i <= 3; i++) {
    wire.send(GET);
    // Its end at the proxy is not yet its arrival at the client.
    await until(() => ended.length === i && wire.text.split('\r\n\r\nok').length > i);
  }
  t.equal(
    anonymous(wire.text),
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\nX-Scooby: ID\r\n\r\nok'.repeat(3),
  );
});

test('data that the app sends between two requests becomes no response', async (t) => {
  const app = await responder(t, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok');
  const { port } = await proxy(t, app.address);
  await ask(t, port, GET, '\r\n\r\nok');
  app.wires[0]!.send('HTTP/1.1 666 Evil\r\nContent-Length: 0\r\n\r\n');
  await until(() => app.open === 0);
  const text = await ask(t, port, GET, '\r\n\r\nok');
  t.match(text, /^HTTP\/1.1 200 OK\r\n/);
});

test('a response before the end of the request: the rest still reaches the app, and the connection is reused', async (t) => {
  const app = await peer(t);
  const { port, ended } = await proxy(t, app.address);
  const wire = await client(t, port);
  wire.send('POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhello');
  const upstream = await app.wire();
  await upstream.got('hello');
  upstream.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok');
  await wire.got('\r\n\r\nok');
  await until(() => ended.length === 1);
  t.equal(ended[0]!.aborted, undefined);
  wire.send('world');
  await upstream.got('helloworld');
  wire.send(GET);
  const next = await app.wire(1);
  await next.got('\r\n\r\n');
  t.ok(next.text.startsWith('GET / HTTP/1.1\r\n'));
});

test('a connection to the app is not reused after a request that was not fully sent', async (t) => {
  const app = await peer(t);
  const { port } = await proxy(t, app.address);
  const wire = await client(t, port);
  wire.send('POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhello');
  const upstream = await app.wire();
  await upstream.got('hello');
  upstream.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok');
  await wire.got('\r\n\r\nok');
  wire.socket.destroy();
  await until(() => upstream.ended || upstream.closed);
  t.ok(upstream.text.endsWith('\r\n\r\nhello'), 'no final chunk was sent to the app');
});

test('an app that responds and closes in the middle of an upload: the client receives the response', async (t) => {
  const app = await peer(t, (wire) => {
    wire.socket.once('data', () => {
      wire.socket.end('HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno');
      wire.socket.destroySoon();
    });
  });
  const { port, ended } = await proxy(t, app.address);
  const wire = await client(t, port);
  wire.send(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n${'x'.repeat(100_000)}`);
  await wire.got('\r\n\r\nno');
  t.match(wire.text, /^HTTP\/1.1 413 Payload Too Large\r\n/);
  await until(() => ended.length === 1);
  t.equal(ended[0]!.status, 413);
});
