import { test } from 'tap';
import { anonymous, ask, client, peer, proxy, responder, SECRET, UUID, until } from './wire.js';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const OURS = `X-Scooby: ID\r\nX-Scooby-Secret: ${SECRET}\r\n\r\n`;

test('every request target reaches the app unchanged', async (t) => {
  const app = await responder(t, OK);
  const { port } = await proxy(t, app.address);
  const targets = [
    ...[
      '/',
      '/?',
      '//a',
      '/a//b///c',
      '/a/../b',
      '/./a',
      '/%2e%2e/x',
      '/a\\b',
      '/{a}',
      '/a|b',
      "/a'b",
      '/a#frag',
    ],
    ...[
      '/a?b?c',
      '/a?b=//c',
      '/@x',
      '//evil.example/x',
      '/\\evil.example',
      '/a;b=c',
      '/%',
      '/%zz',
      '/~',
      '*',
      '/a*',
    ],
    ...['/a:b', '/a?x=http://h/', '/^', '/"q"', '/a%00b', '/a+b', '/a,b', '/<>', '/`'],
  ];
  for (const target of targets) {
    const before = app.text.length;
    await ask(t, port, `OPTIONS ${target} HTTP/1.1\r\nHost: h\r\n\r\n`, 'ok');
    t.equal(app.text.slice(before).split(' HTTP/1.1\r\n')[0], `OPTIONS ${target}`);
  }
});

test('an absolute-form target is sent as its path, its host ignored', async (t) => {
  const app = await responder(t, OK);
  const { port } = await proxy(t, app.address);
  for (const [target, path] of [
    ['http://evil.example/e?x', '/e?x'],
    ['HTTPS://evil.example:81/e', '/e'],
    ['http://evil.example', '/'],
    ['http://evil.example?x=1', '/?x=1'],
    ['http://u:p@evil.example//x', '//x'],
    ['ftp://evil.example/x', '/x'],
  ]) {
    const before = app.text.length;
    await ask(t, port, `GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`, 'ok');
    t.equal(
      anonymous(app.text.slice(before)),
      `GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\n${OURS}`,
    );
  }
});

test('request headers keep order, casing and duplicates; scooby’s are the last two', async (t) => {
  const app = await responder(t, OK);
  const { port, opened } = await proxy(t, app.address);
  const headers =
    'hOsT: a.example:1\r\nx-b: 2\r\nX-A: 1\r\nX-B: 3\r\nCookie: a=1\r\ncookie: b=2\r\nAccept:\r\nX-L: \xe9\x9b\r\nUser-Agent: a  b\r\n';
  await ask(t, port, `GET / HTTP/1.1\r\n${headers}\r\n`, 'ok');
  const sent = headers.replace('Accept:\r\n', 'Accept: \r\n');
  t.equal(anonymous(app.text), `GET / HTTP/1.1\r\n${sent}Connection: keep-alive\r\n${OURS}`);
  t.ok(app.text.includes(`X-Scooby: ${opened[0]!.id}\r\n`));
});

test('response headers keep order, casing and duplicates; X-Scooby is the last', async (t) => {
  const headers =
    'sErVer: x\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nX-B: 2\r\nx-b: 3\r\nContent-Length: 2\r\nEmpty: \r\nX-L: \xe9\x9b\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n';
  const app = await responder(t, `HTTP/1.1 299 Very  well\xe9\r\n${headers}\r\nok`);
  const { port } = await proxy(t, app.address);
  const text = await ask(t, port, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n', 'ok');
  t.equal(anonymous(text), `HTTP/1.1 299 Very  well\xe9\r\n${headers}X-Scooby: ID\r\n\r\nok`);
});

test('an empty reason phrase stays empty, and no Date is added', async (t) => {
  const app = await responder(t, 'HTTP/1.1 200 \r\nConnection: close\r\nContent-Length: 2\r\n\r\nok');
  const { port } = await proxy(t, app.address);
  const text = await ask(t, port, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n', 'ok');
  t.equal(
    anonymous(text),
    'HTTP/1.1 200 \r\nConnection: close\r\nContent-Length: 2\r\nX-Scooby: ID\r\n\r\nok',
  );
});

test('a Content-Disposition after a Content-Length keeps its bytes', async (t) => {
  for (const name of ['\xe9', 'Ã©', '\xc3\xa9', 'plain']) {
    const value = `attachment; filename="${name}"`;
    const head = `HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Disposition: ${value}\r\nConnection: keep-alive\r\n`;
    const app = await responder(t, `${head}\r\nok`);
    const { port } = await proxy(t, app.address);
    const bytes = `POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\ncontent-disposition: ${value}\r\n\r\nhi`;
    const text = await ask(t, port, bytes, 'ok');
    t.equal(anonymous(text), `${head}X-Scooby: ID\r\n\r\nok`);
    t.ok(app.text.includes(`\r\ncontent-disposition: ${value}\r\n`), JSON.stringify(value));
  }
});

test('hop-by-hop headers and those listed by Connection are removed, but not scooby’s', async (t) => {
  const app = await responder(t, OK);
  const { port } = await proxy(t, app.address);
  await ask(
    t,
    port,
    'GET / HTTP/1.1\r\nHost: h\r\nConnection: X-Gone, keep-alive, X-Scooby, x-scooby-secret, X-Scooby-Record, Host\r\nX-Gone: 1\r\nx-gone: 2\r\n' +
      'Keep-Alive: 5\r\nProxy-Connection: keep-alive\r\nProxy-Authorization: Basic x\r\nTE: gzip\r\nUpgrade: h9\r\nX-Stays: 1\r\nX-Scooby-Record: 1\r\n\r\n',
    'ok',
  );
  t.equal(
    anonymous(app.text),
    `GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\nX-Stays: 1\r\nX-Scooby-Record: 1\r\n${OURS}`,
  );
});

test('marks are taken out of the URL and the cookies, and nothing else is', async (t) => {
  const app = await responder(t, OK);
  const { port, opened } = await proxy(t, app.address);
  const cookies = 'Cookie: a=1; scooby=1;b="2; "\r\ncookie: scooby=0\r\nX-Cookie: scooby=1\r\n';
  const bytes = `GET /a?__scooby=1&b=%20&__scooby=x&__scooby=0 HTTP/1.1\r\nHost: h\r\n${cookies}Connection: keep-alive\r\n\r\n`;
  await ask(t, port, bytes, 'ok');
  t.equal(
    anonymous(app.text),
    `GET /a?b=%20&__scooby=x HTTP/1.1\r\nHost: h\r\nCookie: a=1;b="2; "\r\nX-Cookie: scooby=1\r\nConnection: keep-alive\r\n${OURS}`,
  );
  t.match(opened, [{ url: '/a?b=%20&__scooby=x', marked: true }]);
});

test('a request that is left out says so to the agent, whatever the client says', async (t) => {
  const app = await responder(t, OK);
  const observer = {
    requestStarted() {},
    requestEnded() {},
    decide: (_: unknown, { path }: { path: string }) =>
      path === '/calls'
        ? ({ isRecorded: true, withCalls: true, told: 'calls' } as const)
        : ({ isRecorded: false, told: '0' } as const),
  };
  const { port } = await proxy(t, app.address, { observer });
  const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: h\r\nx-scooby-record: 1\r\n\r\n`;
  await ask(t, port, request('/out'), 'ok');
  const out =
    'GET /out HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\nX-Scooby: ID\r\nX-Scooby-Record: 0\r\n\r\n';
  t.equal(anonymous(app.text), out);
  await ask(t, port, request('/calls'), 'ok');
  const calls = `GET /calls HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\nX-Scooby: ID\r\nX-Scooby-Secret: ${SECRET}\r\nX-Scooby-Record: calls\r\n\r\n`;
  t.equal(anonymous(app.text), out + calls);
});

test('a client cannot say to the agent what only the proxy may', async (t) => {
  const app = await responder(t, OK);
  const { port } = await proxy(t, app.address);
  await ask(t, port, 'GET / HTTP/1.1\r\nHost: h\r\nX-Scooby-Record: calls\r\n\r\n', 'ok');
  t.equal(anonymous(app.text), `GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\n${OURS}`);
});

test('Connection cannot remove headers that frame a body', async (t) => {
  const app = await peer(t, (wire) => {
    wire.socket.on('data', () => wire.text.endsWith('hello') && wire.send(OK));
  });
  const { port } = await proxy(t, app.address);
  await ask(
    t,
    port,
    'POST / HTTP/1.1\r\nHost: h\r\nConnection: Content-Length, Transfer-Encoding\r\nContent-Length: 5\r\n\r\nhello',
    'ok',
  );
  t.match(app.text, '\r\nContent-Length: 5\r\n');
});

test('hop-by-hop headers of a response are removed, and Connection describes the client’s hop', async (t) => {
  const app = await responder(
    t,
    'HTTP/1.1 426 Upgrade Required\r\nConnection: Upgrade, X-Gone, close\r\nX-Gone: 1\r\nUpgrade: websocket\r\nContent-Length: 2\r\n\r\nok',
  );
  const { port } = await proxy(t, app.address);
  const text = await ask(t, port, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n', 'ok');
  t.equal(
    anonymous(text),
    'HTTP/1.1 426 Upgrade Required\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\nContent-Length: 2\r\nX-Scooby: ID\r\n\r\nok',
  );
});

test("a client's own X-Scooby and secret are removed, in any casing, number and position", async (t) => {
  const app = await peer(t, (wire) => {
    wire.socket.on('data', () => wire.text.includes('\r\n0\r\n') && wire.send(OK));
  });
  const { port } = await proxy(t, app.address);
  await ask(
    t,
    port,
    'POST / HTTP/1.1\r\nHost: h\r\nX-Scooby: mine\r\nx-scooby: mine\r\nX-SCOOBY: mine\r\nX-Scooby-Secret: mine\r\nx-scooby-secret: mine\r\n' +
      'Transfer-Encoding: chunked\r\nTrailer: X-Scooby\r\n\r\n1\r\na\r\n0\r\nX-Scooby: mine\r\nX-Sum: 1\r\nx-scooby-secret: mine\r\n\r\n',
    'ok',
  );
  t.notMatch(app.text, 'mine');
  t.equal(app.text.match(/x-scooby:/gi)?.length, 1);
  t.equal(app.text.match(/x-scooby-secret:/gi)?.length, 1);
  t.ok(app.text.endsWith('0\r\nX-Sum: 1\r\n\r\n'));
});

test("the app's own X-Scooby is replaced once, also in trailers", async (t) => {
  const app = await responder(
    t,
    'HTTP/1.1 200 OK\r\nX-Scooby: theirs\r\nx-scooby: theirs\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Scooby: theirs\r\nX-Sum: 1\r\n\r\n',
  );
  const { port, opened } = await proxy(t, app.address);
  const text = await ask(t, port, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n', 'X-Sum: 1\r\n\r\n');
  t.notMatch(text, 'theirs');
  t.same(text.match(/X-Scooby: .*/g), [`X-Scooby: ${opened[0]!.id}`]);
});

test('X-Scooby is exposed to scripts where the app allows CORS', async (t) => {
  const table: [string, string | null][] = [
    ['', null],
    ['Access-Control-Allow-Origin: *\r\n', 'X-Scooby'],
    ['Access-Control-Allow-Origin: *\r\naccess-control-expose-headers: ETag\r\n', 'ETag, X-Scooby'],
    ['Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers:\r\n', 'X-Scooby'],
    ['Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: a, x-scooby\r\n', 'a, x-scooby'],
    ['Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: *\r\n', '*'],
    [
      'Access-Control-Allow-Origin: http://a\r\nAccess-Control-Allow-Credentials: true\r\nAccess-Control-Expose-Headers: *\r\n',
      '*, X-Scooby',
    ],
    [
      'Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: a\r\nAccess-Control-Expose-Headers: b\r\n',
      'a|b, X-Scooby',
    ],
    ['Access-Control-Expose-Headers: a\r\n', 'a'],
  ];
  let cors = '';
  const app = await responder(t, () => `HTTP/1.1 200 OK\r\n${cors}Content-Length: 2\r\n\r\nok`);
  const { port } = await proxy(t, app.address);
  for (const [headers, expected] of table) {
    cors = headers;
    const text = await ask(t, port, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n', '\r\n\r\nok');
    const exposed = [...text.matchAll(/access-control-expose-headers: (.*)\r\n/gi)].map((match) => match[1]);
    t.equal(exposed.length === 0 ? null : exposed.join('|'), expected, headers);
  }
});

test('a chunked body of any method stays chunked: no part of it becomes a second request', async (t) => {
  for (const method of ['DELETE', 'OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'TRACE', 'PROPFIND']) {
    const app = await peer(t, (wire) => {
      wire.socket.on(
        'data',
        () => wire.text.endsWith('\r\n0\r\n\r\n') && wire.send('HTTP/1.1 204 No Content\r\n\r\n'),
      );
    });
    const { port } = await proxy(t, app.address);
    const inner = 'GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n';
    const body = `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`;
    await ask(t, port, `${method} / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${body}`);
    t.equal(
      anonymous(app.text),
      `${method} / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n${OURS}${body}`,
    );
  }
});

test('a request without a body is sent without a body', async (t) => {
  const app = await responder(t, OK);
  const { port } = await proxy(t, app.address);
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'GET']) {
    const before = app.text.length;
    await ask(t, port, `${method} / HTTP/1.1\r\nHost: h\r\n\r\n`, 'ok');
    t.equal(
      anonymous(app.text.slice(before)),
      `${method} / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\n${OURS}`,
    );
  }
  const before = app.text.length;
  await ask(t, port, 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nConnection: close\r\n\r\n', 'ok');
  t.equal(
    anonymous(app.text.slice(before)),
    `POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nConnection: close\r\n${OURS}`,
  );
});

test('trailers are forwarded in both directions', async (t) => {
  const app = await peer(t, (wire) => {
    wire.socket.on('data', () => {
      if (!wire.text.endsWith('X-Sum: 2\r\n\r\n')) return;
      wire.send(
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 3\r\nx-sum: 4\r\n\r\n',
      );
    });
  });
  const { port } = await proxy(t, app.address);
  const text = await ask(
    t,
    port,
    'POST / HTTP/1.1\r\nHost: h\r\nTrailer: X-Sum\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n',
    'x-sum: 4\r\n\r\n',
  );
  t.ok(app.text.endsWith('\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n'));
  t.match(app.text, '\r\nTrailer: X-Sum\r\nTE: trailers\r\n');
  t.ok(text.endsWith('\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 3\r\nx-sum: 4\r\n\r\n'));
  t.match(text, '\r\nTrailer: X-Sum\r\n');
});

test('a Trailer header without chunks is harmless', async (t) => {
  const app = await responder(t, 'HTTP/1.1 200 OK\r\nTrailer: x\r\nContent-Length: 2\r\n\r\nok');
  const { port } = await proxy(t, app.address);
  const get = await ask(t, port, 'GET / HTTP/1.1\r\nHost: h\r\nTrailer: x\r\n\r\n', 'ok');
  t.match(get, /^HTTP\/1.1 200 OK\r\n/);
  const post = await ask(
    t,
    port,
    'POST / HTTP/1.1\r\nHost: h\r\nTrailer: x\r\nContent-Length: 2\r\n\r\nhi',
    'ok',
  );
  t.match(post, /^HTTP\/1.1 200 OK\r\n/);
});

test('1xx responses are relayed immediately', async (t) => {
  const app = await responder(
    t,
    'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nlink: </b.js>\r\nX-Scooby: theirs\r\n\r\n' +
      `HTTP/1.1 102 Processing\r\n\r\n${OK}`,
  );
  const { port } = await proxy(t, app.address);
  const text = await ask(t, port, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n', 'ok');
  t.equal(
    anonymous(text).replace(/Connection[\s\S]*/, ''),
    'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nlink: </b.js>\r\n\r\n' +
      'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Scooby: ID\r\n',
  );
  const old = await ask(t, port, 'GET / HTTP/1.0\r\nHost: h\r\n\r\n', 'ok');
  t.match(old, /^HTTP\/1.1 200 OK\r\n/, 'but never to HTTP/1.0');
});

test('Expect: 100-continue waits for the response of the app', async (t) => {
  const app = await peer(t);
  const { port } = await proxy(t, app.address);
  const wire = await client(t, port);
  wire.send(
    'POST / HTTP/1.1\r\nHost: h\r\nX-L: \xe9\x9b\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n',
  );
  const upstream = await app.wire();
  await upstream.got('\r\n\r\n');
  t.match(upstream.text, '\r\nX-L: \xe9\x9b\r\nExpect: 100-continue\r\n');
  t.match(upstream.text, UUID);
  t.equal(wire.text, '', 'nothing is promised in the name of the app');
  upstream.send('HTTP/1.1 100 Continue\r\n\r\n');
  await wire.got('100 Continue\r\n\r\n');
  wire.send('hello');
  await upstream.got('\r\n\r\nhello');
  upstream.send('HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok');
  await wire.got('ok');
  t.equal(
    anonymous(wire.text),
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\nX-Scooby: ID\r\n\r\nok',
  );
});

test('a refused Expect is relayed, and nothing can follow on that connection', async (t) => {
  const app = await responder(
    t,
    'HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nno',
  );
  const { port } = await proxy(t, app.address);
  for (const expectation of ['100-continue', 'something']) {
    const wire = await client(t, port);
    wire.send(`POST / HTTP/1.1\r\nHost: h\r\nExpect: ${expectation}\r\nContent-Length: 50\r\n\r\n`);
    await wire.got('\r\n\r\nno');
    t.equal(
      anonymous(wire.text),
      'HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\nConnection: close\r\nX-Scooby: ID\r\n\r\nno',
    );
    wire.socket.end();
    await wire.whole();
  }
  await until(() => app.open === 0);
});

test('responses to HEAD, and 204 and 304, have no body', async (t) => {
  const table = [
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n'],
    ['HEAD', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n'],
    ['HEAD', 'HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n'],
    ['GET', 'HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n'],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: "x"\r\nConnection: keep-alive\r\n'],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n'],
  ];
  let head = '';
  const app = await responder(t, () => `${head}\r\n`);
  const { port } = await proxy(t, app.address);
  for (const [method, response] of table) {
    head = response!;
    const text = await ask(t, port, `${method} / HTTP/1.1\r\nHost: h\r\n\r\n`);
    t.equal(anonymous(text), `${head}X-Scooby: ID\r\n\r\n`, `${method} ${head}`);
  }
});

test('HTTP/1.0 clients receive no chunks, and a body that ends with the connection', async (t) => {
  const app = await responder(
    t,
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x\r\nConnection: keep-alive\r\n\r\n5\r\nhello\r\n0\r\nx: 1\r\n\r\n',
  );
  const { port } = await proxy(t, app.address);
  for (const connection of ['', 'Connection: keep-alive\r\n']) {
    const wire = await client(t, port);
    wire.send(`GET / HTTP/1.0\r\n${connection}\r\n`);
    await until(() => wire.ended);
    t.equal(anonymous(wire.text), 'HTTP/1.1 200 OK\r\nConnection: close\r\nX-Scooby: ID\r\n\r\nhello');
  }
});

test('HTTP/1.0 with a Content-Length can keep its connection', async (t) => {
  const app = await responder(t, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok');
  const { port } = await proxy(t, app.address);
  const wire = await client(t, port);
  for (let i = 1; i <= 3; i++) {
    wire.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    await until(() => wire.text.split('\r\n\r\nok').length === i + 1);
  }
  t.notOk(wire.ended);
});

test('a body that ends with the app’s connection is framed for the client', async (t) => {
  for (const encoding of ['', 'Transfer-Encoding: identity\r\n']) {
    const app = await peer(t, (wire) => {
      wire.socket.on('data', () => wire.socket.end(`HTTP/1.0 200 OK\r\n${encoding}\r\nhello`));
    });
    const { port } = await proxy(t, app.address);
    const text = await ask(t, port, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n', '0\r\n\r\n');
    t.match(text, '\r\nTransfer-Encoding: chunked\r\n');
    t.notMatch(text, 'identity');
    t.ok(text.endsWith('\r\n\r\n5\r\nhello\r\n0\r\n\r\n'));
  }
});

test('keep-alive and pipelining: three requests on one connection get their responses in order', async (t) => {
  const app = await responder(t, (head) => {
    const name = /\/(\w)/.exec(head)![1]!;
    return `HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\n<${name}>`;
  });
  const { port, ended } = await proxy(t, app.address);
  const wire = await client(t, port);
  wire.send(['a', 'b', 'c'].map((name) => `GET /${name} HTTP/1.1\r\nHost: h\r\n\r\n`).join(''));
  await wire.got('<c>');
  t.same(wire.text.match(/<.>/g), ['<a>', '<b>', '<c>']);
  await until(() => ended.length === 3);
  t.same(
    ended.map((ending) => [ending.status, ending.aborted]),
    [
      [200, undefined],
      [200, undefined],
      [200, undefined],
    ],
  );
});

test('Connection: close is honoured on both sides', async (t) => {
  const app = await responder(t, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok');
  const { port } = await proxy(t, app.address);
  const wire = await client(t, port);
  wire.send('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
  await until(() => wire.ended);
  t.match(app.text, '\r\nConnection: close\r\n');
  t.match(wire.text, '\r\nConnection: close\r\n');
  await until(() => app.open === 0);
});

test('CONNECT is refused with a body', async (t) => {
  const app = await responder(t, OK);
  const { port } = await proxy(t, app.address);
  const wire = await client(t, port);
  wire.send('CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n');
  await until(() => wire.ended);
  t.match(wire.text, /^HTTP\/1.1 405 Method Not Allowed\r\n/);
  t.match(wire.text, /\r\nX-Scooby: [0-9a-f-]{36}\r\n/);
  t.match(wire.text, 'does not CONNECT');
  t.equal(app.wires.length, 0);
});

test('a client that keeps its side open after a refused CONNECT does not keep the proxy open', async (t) => {
  const app = await responder(t, OK);
  const running = await proxy(t, app.address);
  const wire = await client(t, running.port);
  wire.send('CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n');
  await until(() => wire.ended);
  await running.close();
  t.match(wire.text, 'does not CONNECT');
});

test('limits are the app’s: long targets, 3000 headers and a missing Host are forwarded', async (t) => {
  const app = await responder(t, OK);
  const { port } = await proxy(t, app.address);
  const long = `/${'a'.repeat(100_000)}`;
  await ask(t, port, `GET ${long} HTTP/1.1\r\nHost: h\r\n\r\n`, 'ok');
  t.ok(app.text.startsWith(`GET ${long} HTTP/1.1\r\n`));
  await ask(t, port, `GET /b HTTP/1.1\r\n${'a: 1\r\n'.repeat(3000)}\r\n`, 'ok');
  t.equal(app.text.match(/\r\na: 1/g)?.length, 3000);
  t.notMatch(app.text.slice(app.text.indexOf('GET /b')), /host/i);
  await ask(t, port, 'GET /c HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 'ok');
  t.match(app.text, 'Host: a\r\nHost: b\r\n', 'two Hosts stay two');
});

test('3000 response headers are forwarded', async (t) => {
  const app = await responder(t, `HTTP/1.1 200 OK\r\n${'a: 1\r\n'.repeat(3000)}Content-Length: 2\r\n\r\nok`);
  const { port } = await proxy(t, app.address);
  const text = await ask(t, port, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n', '\r\n\r\nok');
  t.equal(text.match(/\r\na: 1/g)?.length, 3000);
});

test('the observer receives each request and its outcome, secrets redacted', async (t) => {
  const app = await responder(t, 'HTTP/1.1 201 Created\r\nSet-Cookie: s=1\r\nContent-Length: 2\r\n\r\nok');
  const { port, opened, ended } = await proxy(t, app.address);
  await ask(
    t,
    port,
    'PUT /a?token=1&b=2 HTTP/1.1\r\nHost: h\r\nCookie: c\r\nX-Scooby-Record: 1\r\nX-Scooby-Secret: guess\r\n\r\n',
    'ok',
  );
  await until(() => ended.length === 1);
  const [exchange] = opened;
  t.match(exchange!.id, UUID);
  t.ok(Math.abs(exchange!.start - Date.now()) < 60_000);
  t.same(exchange, {
    id: exchange!.id,
    start: exchange!.start,
    method: 'PUT',
    url: '/a?token=REDACTED&b=2',
    headers: [
      ['Host', 'h'],
      ['Cookie', 'REDACTED'],
      ['X-Scooby-Record', '1'],
    ],
    marked: true,
  });
  t.type(ended[0]!.duration, 'number');
  t.same(ended, [
    {
      id: exchange!.id,
      duration: ended[0]!.duration,
      status: 201,
      reached: true,
      headers: [
        ['Set-Cookie', 'REDACTED'],
        ['Content-Length', '2'],
      ],
    },
  ]);
});

test('an observer that throws fails no response', async (t) => {
  const app = await responder(t, OK);
  const fail = () => {
    throw new Error('observer');
  };
  const { port } = await proxy(t, app.address, { observer: { requestStarted: fail, requestEnded: fail } });
  t.match(await ask(t, port, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n', 'ok'), /^HTTP\/1.1 200 OK\r\n/);
});

test('an intercepted request is neither forwarded nor observed, and may fail', async (t) => {
  const app = await responder(t, OK);
  const { port, opened } = await proxy(t, app.address, {
    intercept(req, res) {
      if (req.url === '/fails') throw new Error('the store is gone');
      if (req.url === '/own') res.end('own');
      return req.url === '/own';
    },
  });
  t.match(await ask(t, port, 'GET /own HTTP/1.1\r\nHost: h\r\n\r\n', 'own'), '\r\n\r\nown');
  const failed = await ask(t, port, 'GET /fails HTTP/1.1\r\nHost: h\r\n\r\n', 'gone');
  t.match(failed, /^HTTP\/1.1 500 /);
  t.match(await ask(t, port, 'GET /app HTTP/1.1\r\nHost: h\r\n\r\n', 'ok'), /^HTTP\/1.1 200 /);
  t.same(
    opened.map((exchange) => exchange.url),
    ['/app'],
  );
});
