import { test } from 'tap';
import { createDataEndpoint } from '../../src/proxy/data-endpoint.js';
import { ask, proxy, responder } from './wire.js';

const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\napp';

async function served(t: Parameters<typeof proxy>[0], allowHosts: string[] = []) {
  const app = await responder(t, OK);
  const requestedIds: string[] = [];
  const find = async (id: string) => {
    requestedIds.push(id);
    if (id === ID.replace('0f', 'ee')) throw new Error('the store is gone');
    return id === ID ? `${JSON.stringify({ id, url: '/<b>é' })}\n` : undefined;
  };
  const running = await proxy(t, app.address, { intercept: createDataEndpoint({ find, allowHosts }) });
  return { ...running, app, requestedIds };
}

const statusOf = (text: string) => text.slice(9, 12);

test('the JSON of a trace, for this machine only', async (t) => {
  const { port, opened } = await served(t);
  for (const path of [`/scooby/get-data/${ID}/`, `/scooby/get-data/${ID}`, `/scooby/get-data/${ID}/?a=b`]) {
    const text = await ask(
      t,
      port,
      `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`,
      /\r\n\r\n[\s\S]*\n$/,
    );
    t.equal(
      text.replace(/Date: .*\r\n/, ''),
      'HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 61\r\nCache-Control: no-store\r\n' +
        "X-Content-Type-Options: nosniff\r\nContent-Security-Policy: default-src 'none'\r\nCross-Origin-Resource-Policy: same-origin\r\n" +
        `Connection: keep-alive\r\nKeep-Alive: timeout=120\r\n\r\n{"id":"${ID}","url":"/<b>${Buffer.from('é').toString('latin1')}"}\n`,
    );
  }
  t.equal(opened.length, 0);
});

test('allowed Host headers', async (t) => {
  const { port, requestedIds } = await served(t, ['MyApp.test', 'dev.example:8080']);
  const allowed = [
    ...['localhost', 'LOCALHOST', 'localhost:1', 'localhost:65535', 'app.localhost', 'a.b.localhost:3000'],
    ...[
      '127.0.0.1',
      '127.0.0.1:4000',
      '[::1]',
      '[::1]:4000',
      'myapp.test',
      'MYAPP.TEST:4000',
      'dev.example:8080',
    ],
  ];
  const refused = [
    ...[
      'localhost.evil.com',
      'localhost.',
      'localhost.:4000',
      '127.0.0.1.nip.io',
      '127.0.0.1.',
      '127.0.0.2',
      '127.1',
    ],
    ...[
      '0.0.0.0',
      '2130706433',
      '0x7f000001',
      '017700000001',
      '[::ffff:127.0.0.1]',
      '[::]',
      '::1',
      '[::1',
      '[0:0:0:0:0:0:0:1]',
    ],
    ...[
      'evil.com',
      'evil.com:4000',
      'evillocalhost',
      '.localhost',
      'a..localhost',
      'localhost:',
      'localhost:x',
      'localhost:123456',
    ],
    ...[
      'localhost@evil.com',
      'evil.com@localhost',
      'localhost/',
      'localhost#',
      'localhost?',
      'localhost evil.com',
      'localhost,evil.com',
    ],
    ...[
      '',
      'dev.example',
      'dev.example:80',
      'sub.myapp.test',
      'myapp.test.',
      'xn--localhost',
      'local host',
      'localhost%00',
      'ⓛocalhost',
    ],
  ];
  for (const host of [...allowed, ...refused]) {
    const before = requestedIds.length;
    const bytes = Buffer.from(`GET /scooby/get-data/${ID}/ HTTP/1.1\r\nHost: ${host}\r\n\r\n`).toString(
      'latin1',
    );
    const status = statusOf(await ask(t, port, bytes));
    t.equal(status, allowed.includes(host) ? '200' : '403', JSON.stringify(host));
    t.equal(requestedIds.length - before, allowed.includes(host) ? 1 : 0);
  }
});

test('exactly one Host header is required, and an absolute-form URL must be allowed too', async (t) => {
  const { port } = await served(t);
  const path = `/scooby/get-data/${ID}/`;
  const table: [string, string][] = [
    [`GET ${path} HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n`, '403'],
    [`GET ${path} HTTP/1.1\r\nHost: localhost\r\nhost: evil.com\r\n\r\n`, '403'],
    [`GET ${path} HTTP/1.1\r\nHost: evil.com\r\nHost: localhost\r\n\r\n`, '403'],
    [`GET ${path} HTTP/1.1\r\n\r\n`, '403'],
    [`GET ${path} HTTP/1.0\r\n\r\n`, '403'],
    [`GET http://localhost${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`, '200'],
    [`GET http://evil.com${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`, '403'],
    [`GET http://localhost${path} HTTP/1.1\r\nHost: evil.com\r\n\r\n`, '403'],
    [`GET http://localhost@evil.com${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`, '403'],
  ];
  for (const [bytes, status] of table)
    t.equal(statusOf(await ask(t, port, bytes)), status, JSON.stringify(bytes));
});

test('allowed Origin and Sec-Fetch-Site headers', async (t) => {
  const { port } = await served(t, ['myapp.test']);
  const table: [string, string][] = [
    ['Sec-Fetch-Site: none', '200'],
    ['Sec-Fetch-Site: same-origin', '200'],
    ['Sec-Fetch-Site: same-site', '200'],
    ['Sec-Fetch-Site: cross-site', '403'],
    ['sec-fetch-site: Cross-Site ', '403'],
    ['Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site', '403'],
    ['Origin: http://localhost:4000', '200'],
    ['Origin: https://[::1]:4000', '200'],
    ['Origin: http://myapp.test', '200'],
    ['Origin: null', '403'],
    ['Origin: http://evil.com', '403'],
    ['Origin: http://localhost.evil.com', '403'],
    ['Origin: http://localhost\r\nOrigin: http://evil.com', '403'],
    ['Origin: file://', '403'],
    ['Origin: http://evil.com#@localhost', '403'],
    ['Origin: chrome-extension://abcdefghijklmnop', '403'],
  ];
  for (const [headers, status] of table) {
    const text = await ask(
      t,
      port,
      `GET /scooby/get-data/${ID}/ HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n`,
    );
    t.equal(statusOf(text), status, headers);
    t.notMatch(text, /access-control/i);
  }
});

test('GET only', async (t) => {
  const { port, app } = await served(t);
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']) {
    const text = await ask(t, port, `${method} /scooby/get-data/${ID}/ HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    t.match(text, /^HTTP\/1.1 405 Method Not Allowed\r\n/);
    t.match(text, '\r\nAllow: GET\r\n');
  }
  t.equal(app.text, '');
});

test('an id is exactly a lowercase UUID v4', async (t) => {
  const { port, requestedIds, app } = await served(t);
  const malformed = [
    ...[
      ID.toUpperCase(),
      ID.slice(1),
      `${ID}0`,
      ID.replaceAll('-', ''),
      `{${ID}}`,
      '',
      '.',
      '..',
      '../..',
      ID.replace('4', '1'),
    ],
    ...[
      `${ID}//`,
      `${ID}/x`,
      `${ID}%00`,
      `%30${ID.slice(1)}`,
      ID.replace('-a165', '-c165'),
      'last',
      '__proto__',
      `${ID}/../..`,
    ],
  ];
  for (const id of malformed) {
    const text = await ask(t, port, `GET /scooby/get-data/${id} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    t.match(text, /^HTTP\/1.1 404 /, JSON.stringify(id));
  }
  t.same(requestedIds, []);
  const unknown = await ask(
    t,
    port,
    `GET /scooby/get-data/${ID.replace('0f', 'ff')}/ HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    'expired',
  );
  t.match(unknown, /^HTTP\/1.1 404 [\s\S]*{"error":"no such request; it may have expired"}\n$/);
  t.equal(app.text, '');
});

test('other paths are forwarded to the app', async (t) => {
  const { port } = await served(t);
  const paths = [
    '/scooby/',
    '/scooby',
    '/scooby/get-data',
    '/scooby/other',
    '/SCOOBY/get-data/x/',
    '//scooby/get-data/x/',
    '/scooby%2fget-data/x/',
  ];
  for (const path of paths) {
    t.ok(
      (await ask(t, port, `GET ${path} HTTP/1.1\r\nHost: evil.com\r\n\r\n`, 'app')).endsWith('\r\n\r\napp'),
      path,
    );
  }
});

test('an error of the store is a 500 with its message', async (t) => {
  const { port } = await served(t);
  const text = await ask(
    t,
    port,
    `GET /scooby/get-data/${ID.replace('0f', 'ee')}/ HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    'gone',
  );
  t.match(text, /^HTTP\/1.1 500 [\s\S]*scooby: the store is gone\n$/);
});

test('reading needs a client of this machine, or the token: a Host header alone does not do', async (t) => {
  const token = 'a-token-of-this-user';
  const request = (peer: string, headers: Record<string, string>, own = '192.168.1.5') => {
    const rawHeaders = Object.entries({ Host: 'localhost', ...headers }).flat();
    const lowercase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    return {
      url: `/scooby/get-data/${ID}/`,
      method: 'GET',
      rawHeaders,
      headers: Object.fromEntries(lowercase),
      socket: { remoteAddress: peer, localAddress: own },
      resume: () => {},
    } as never;
  };
  const statusWith = (req: never, options: { token?: string } = {}) =>
    new Promise<number>((resolve) => {
      const res = { writeHead: resolve, end: () => {} } as never;
      t.equal(createDataEndpoint({ find: async () => '{}\n', ...options })(req, res), true);
    });
  for (const peer of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1', '192.168.1.5'])
    t.equal(await statusWith(request(peer, {})), 200, peer);
  for (const peer of [
    '192.168.1.6',
    '10.0.0.1',
    '172.17.0.1',
    '::ffff:10.0.0.1',
    'fe80::1',
    '1127.0.0.1',
    '::127.0.0.1',
  ])
    t.equal(await statusWith(request(peer, {})), 403, peer);
  const bearer = (value: string) =>
    request('192.168.1.6', { Authorization: value, Host: '192.168.1.5:4000' });
  t.equal(await statusWith(bearer(`Bearer ${token}`), { token }), 200);
  t.equal(await statusWith(bearer(`Bearer ${token}x`), { token }), 403);
  t.equal(await statusWith(bearer(token), { token }), 403);
  t.equal(await statusWith(bearer('Bearer '), { token: '' }), 403);
  t.equal(await statusWith(bearer('Bearer undefined')), 403);
});
