import { deepStrictEqual } from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type Test, test } from 'tap';
import { requirePackage } from '../../packages.js';
import { headerOf, messageAt } from '../../properties/http-message.js';
import { holds, pieces, someCuts } from '../../property.js';
import { anonymous, client, peer, proxy, responder, until, type Wire } from '../wire.js';

const NAVIGATION =
  'GET /a HTTP/1.1\r\nHost: h\r\nSec-Fetch-Dest: document\r\nAccept-Encoding: gzip, br\r\nIf-None-Match: "1"\r\n' +
  'If-Modified-Since: yesterday\r\nAccept: text/html\r\n\r\n';
const PAGE = '<!doctype html><html><head><title>é</title></head><body>hello</body></html>';
const SCRIPT = '<script src="/scooby/badge.js" data-id="ID" defer></script>';
const BADGED = PAGE.replace('<head>', `<head>${SCRIPT}`);
const NO_TAG = 'the page has no badge: no <head> or <body> tag in its first 16 KB';

const HOP = new Set(['connection', 'keep-alive']);

const latin1 = (text: string) => Buffer.from(text).toString('latin1');

/** A response with that head and body, its length given. */
function sized(head: string, body: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n${head}Content-Length: ${body.length}\r\n\r\n${body}`;
}

const messageIn = ({ text }: Wire) => messageAt(text, 0, () => false);

/** The proxy's response, with what the app was asked and what was reported. */
async function exchange(t: Test, response: string, request = NAVIGATION, badge = true) {
  const app = await responder(t, response);
  const { port, ended } = await proxy(t, app.address, { badge });
  const wire = await client(t, port);
  wire.send(request);
  await until(() => messageIn(wire) !== undefined || wire.closed);
  await until(() => ended.length === 1);
  const message = messageIn(wire)!;
  return {
    ...message,
    body: anonymous(message.body),
    names: message.headers.map(([name]) => name.toLowerCase()).filter((name) => !HOP.has(name)),
    asked: (await app.wire()).text,
    note: ended[0]!.note,
  };
}

test('a document gets the script behind its head, and what describes other bytes is dropped', async (t) => {
  const head =
    'ETag: "1"\r\nLast-Modified: now\r\nContent-MD5: a\r\nDigest: b\r\nContent-Digest: c\r\nRepr-Digest: d\r\nX-App: 1\r\n';
  const { body, headers, names, asked, note } = await exchange(t, sized(head, latin1(PAGE)));
  t.equal(body, latin1(BADGED));
  t.same(
    [names.sort(), headerOf({ headers }, 'transfer-encoding')],
    [['content-type', 'transfer-encoding', 'x-app', 'x-scooby'], 'chunked'],
  );
  t.match(body, /data-id="ID"/);
  t.equal(note, undefined);
  t.match(
    asked.replace(/: [\da-f-]{36}|: per-run-secret/g, ': X'),
    /^GET \/a HTTP\/1.1\r\nHost: h\r\nSec-Fetch-Dest: document\r\nAccept: text\/html\r\nConnection: keep-alive\r\nX-Scooby: X\r\nX-Scooby-Secret: X\r\nAccept-Encoding: identity\r\n\r\n$/,
  );
});

test('without the option, nothing is asked or answered otherwise', async (t) => {
  const response = sized('ETag: "1"\r\n', latin1(PAGE));
  const { body, names, asked, note } = await exchange(t, response, NAVIGATION, false);
  t.equal(body, latin1(PAGE));
  t.same(names, ['content-type', 'etag', 'content-length', 'x-scooby']);
  t.match(asked, 'Accept-Encoding: gzip, br\r\nIf-None-Match: "1"\r\nIf-Modified-Since: yesterday\r\n');
  t.equal(note, undefined);
});

test('what is no navigation is left alone', async (t) => {
  const dest = 'Sec-Fetch-Dest: document\r\n';
  for (const request of [
    ...['iframe', 'frame', 'embed', 'empty', 'script', 'document, document'].map((each) =>
      NAVIGATION.replace('dest: document', `dest: ${each}`).replace('Dest: document', `Dest: ${each}`),
    ),
    NAVIGATION.replace(dest, ''),
    NAVIGATION.replace(dest, `${dest}Range: bytes=0-9\r\n`),
    NAVIGATION.replace('GET', 'PUT'),
    NAVIGATION.replace('HTTP/1.1', 'HTTP/1.0'),
  ]) {
    const { body, names, asked, note } = await exchange(t, sized('ETag: "1"\r\n', latin1(PAGE)), request);
    t.equal(body, latin1(PAGE), request);
    t.ok(names.includes('etag') && names.includes('content-length'));
    t.match(asked, 'If-None-Match: "1"');
    t.equal(note, undefined);
  }
});

test('a request that is not recorded is left alone', async (t) => {
  const app = await responder(t, sized('ETag: "1"\r\n', latin1(PAGE)));
  const observer = { decide: () => ({ isRecorded: false }), requestStarted() {}, requestEnded() {} };
  const { port } = await proxy(t, app.address, { badge: true, observer });
  const wire = await client(t, port);
  wire.send(NAVIGATION);
  await wire.got('</html>');
  t.match(wire.text, 'ETag: "1"');
  t.notMatch(wire.text, 'badge.js');
});

test('a HEAD request has no body to change', async (t) => {
  const app = await responder(t, 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\n');
  const { port } = await proxy(t, app.address, { badge: true });
  const wire = await client(t, port);
  wire.send(NAVIGATION.replace('GET', 'HEAD'));
  t.match(await wire.got('\r\n\r\n'), 'Content-Length: 9');
});

test('what is no document is left alone, and where it is one, the recording says why', async (t) => {
  const none = "neither a nonce nor 'self' for scripts";
  const zipped = gzipSync(PAGE).toString('latin1');
  const of = (reason: string) => `the page has no badge: ${reason}`;
  const cases: [string, string | undefined][] = [
    [sized('', latin1(PAGE)).replace('200 OK', '404 Not Found'), undefined],
    [sized('', latin1(PAGE)).replace('text/html', 'application/xhtml+xml'), undefined],
    [sized('', latin1(PAGE)).replace('text/html', 'text/htmlx'), undefined],
    [sized('', latin1(PAGE)).replace('Content-Type: text/html\r\n', ''), undefined],
    [sized('Content-Disposition: attachment; filename=a\r\n', latin1(PAGE)), undefined],
    [sized('', ''), undefined],
    [sized('Content-Encoding: gzip\r\n', zipped), of('the app has sent it as gzip, though asked not to')],
    [sized('', PAGE).replace('text/html', 'text/html; charset=utf-16le'), of('its charset is utf-16le')],
    [sized('', PAGE).replace('text/html', 'text/html; charset="Shift_JIS"'), of('its charset is Shift_JIS')],
    [sized('Content-Type: text/html\r\n', PAGE), of('it has two content types')],
    [sized('Cache-Control: private, no-transform\r\n', PAGE), of('its Cache-Control says no-transform')],
    [
      sized('Integrity-Policy: blocked-destinations=(script)\r\n', PAGE),
      of('its Integrity-Policy is for scripts'),
    ],
    [
      sized("Content-Security-Policy: default-src 'none'\r\n", PAGE),
      of(`its Content-Security-Policy has ${none}`),
    ],
    [
      sized('Content-Security-Policy: sandbox\r\n', PAGE),
      of('its Content-Security-Policy puts it into a sandbox'),
    ],
    [
      sized("Content-Security-Policy: require-trusted-types-for 'script'\r\n", PAGE),
      of('its Content-Security-Policy requires trusted types'),
    ],
  ];
  for (const [response, reason] of cases) {
    const { headers, body, note } = await exchange(
      t,
      response.replace('Content-L', 'ETag: "1"\r\nContent-L'),
    );
    const sent = response.slice(response.indexOf('\r\n\r\n') + 4);
    t.equal(body, sent, response);
    t.same([headerOf({ headers }, 'etag'), note], ['"1"', reason]);
    t.equal(headerOf({ headers }, 'content-length'), String(sent.length));
  }
});

test('a document without a place for it keeps its bytes', async (t) => {
  for (const body of [
    '<p>hello',
    '<!-- <head> -->',
    ' '.repeat(20_000),
    '\xff\xfe<\0h\0e\0a\0d\0>\0',
    '<head',
  ]) {
    const { body: sent, note } = await exchange(t, sized('', body));
    t.same([sent, note], [body, NO_TAG]);
  }
});

test('the nonce of its own policies, in the head and in the document', async (t) => {
  const withNonce = (nonce: string, more = '') =>
    SCRIPT.replace(' data-id="ID"', ` nonce="${nonce}" data-id="ID"${more}`);
  const badgeOf = async (head: string, html: string) => {
    const { body, note } = await exchange(t, sized(head, html));
    return note ?? /<script.*?<\/script>/.exec(body)?.[0];
  };
  const page = (meta: string) => `<head><meta http-equiv="Content-Security-Policy" content="${meta}"></head>`;
  const csp = (policy: string) => `Content-Security-Policy: ${policy}\r\n`;
  const neither =
    "the page has no badge: its Content-Security-Policy has neither a nonce nor 'self' for scripts";
  t.equal(await badgeOf(csp("script-src 'nonce-abc'"), '<head>'), withNonce('abc'));
  t.equal(
    await badgeOf(csp("default-src 'none'; script-src 'nonce-abc'"), '<head>'),
    withNonce('abc', ' data-silent'),
  );
  t.equal(await badgeOf('', page('script-src &#39;nonce-abc&#39;')), withNonce('abc'));
  t.equal(await badgeOf('', page("script-src 'self'; sandbox")), SCRIPT, 'browsers ignore it there');
  t.equal(await badgeOf('', page('script-src https:')), neither);
  t.equal(await badgeOf(csp("script-src 'nonce-abc'"), page("script-src 'nonce-x'")), neither);
  t.equal(
    await badgeOf(csp("script-src 'self'") + csp("script-src 'nonce-abc'"), '<head>'),
    withNonce('abc'),
  );
  t.equal(
    await badgeOf("Content-Security-Policy-Report-Only: script-src 'nonce-abc'\r\n", '<head>'),
    withNonce('abc'),
  );
});

/** A navigation through a proxy with the badge, which has arrived at the app. */
async function navigated(t: Test) {
  const app = await peer(t);
  const { port, ended } = await proxy(t, app.address, { badge: true });
  const wire = await client(t, port);
  wire.send(NAVIGATION);
  const upstream = await app.wire();
  await upstream.got('\r\n\r\n');
  return { wire, upstream, ended };
}

test('a stream stays a stream: heads, pieces and trailers as they come', async (t) => {
  const { wire, upstream, ended } = await navigated(t);
  upstream.send(
    'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n',
  );
  await wire.got('\r\n\r\n');
  for (const [piece, seen] of [
    ['<html><he', '<html><he'],
    ['ad>', 'ad>\r\n3b\r\n'.slice(0, 3)],
    ['<link>', '<link>'],
    ['<me', '<me'],
  ] as const) {
    upstream.send(`${piece.length.toString(16)}\r\n${piece}\r\n`);
    await wire.got(seen);
  }
  t.match(anonymous(wire.text), `ad>\r\n`);
  upstream.send('0\r\nX-T: 1\r\n\r\n');
  await wire.got('X-T: 1\r\n\r\n');
  await until(() => ended.length === 1);
  const { body, trailers } = messageIn(wire)!;
  t.equal(anonymous(body), `<html><head>${SCRIPT}<link><me`);
  t.same(trailers, [['X-T', '1']]);
});

test('a tag that may be a policy is waited for, and nothing longer', async (t) => {
  const { wire, upstream } = await navigated(t);
  upstream.send(
    'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 90\r\n\r\n<head><meta http-equiv=Content-Sec',
  );
  await wire.got('<head>\r\n');
  upstream.send(`urity-Policy content="script-src 'nonce-abc'">`);
  await wire.got('nonce-abc\'">');
  t.match(anonymous(messageIn(wire)?.body ?? wire.text), 'nonce="abc"');
});

test('an app that ends in the middle of a document breaks the connection of the client', async (t) => {
  const { wire, upstream, ended } = await navigated(t);
  upstream.send(`HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 900\r\n\r\n${PAGE}`);
  await wire.got('hello');
  upstream.socket.destroy();
  await until(() => ended.length === 1 && (wire.ended || wire.closed));
  t.same([ended[0]!.aborted, wire.text.endsWith('0\r\n\r\n')], [true, false]);
});

test('a reader that is slow pauses the app', async (t) => {
  const app = await peer(t);
  const { port } = await proxy(t, app.address, { badge: true });
  const wire = await client(t, port, '127.0.0.1', false);
  wire.send(NAVIGATION);
  const { socket, ...upstream } = await app.wire();
  await until(() => upstream !== undefined);
  const size = 64 * 1024 * 1024;
  socket.write(`HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${size}\r\n\r\n${PAGE}`);
  await until(() => wire.bytes > 0);
  wire.socket.pause();
  const piece = Buffer.alloc(64 * 1024, 'x');
  let sent = PAGE.length + 1;
  while (sent + piece.length < size && socket.write(piece)) sent += piece.length;
  t.ok(sent < size);
  wire.socket.resume();
  const rest = Buffer.alloc(size - sent, 'x');
  socket.write(rest);
  await until(() => wire.bytes > size);
});

test('cut anywhere, a document has the script once, and is otherwise as it was', async (t) => {
  const parts = [
    ...['<head>', '<body>', '<HEAD a=">">', '<!-- <head> -->', '<script>"<head>"</script>', '<p a="<body>">'],
    ...[
      '<template><head></template>',
      '<title><body></title>',
      '\r\n',
      'text',
      '\xe9',
      '\0',
      '<',
      '>',
      "'",
      '"',
    ],
    ...['<meta http-equiv=content-security-policy content="script-src \'nonce-n\'">', '<me', '<!--', '-->'],
    ...['y'.repeat(17_000), '</head>'],
  ];
  const document = fc.record({
    body: fc.array(fc.constantFrom(...parts), { maxLength: 8 }).map((each) => each.join('')),
    cuts: someCuts,
    isChunked: fc.boolean(),
  });
  let answer = { body: '', cuts: [] as number[], isChunked: false };
  const app = await peer(t, (to) => {
    to.socket.setNoDelay();
    to.socket.on('data', async () => {
      if (!to.text.endsWith('\r\n\r\n')) return;
      to.text = '';
      const { body, cuts, isChunked } = answer;
      const framing = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`;
      to.send(`HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n${framing}\r\n\r\n`);
      for (const piece of pieces(body, cuts).filter((each) => each !== '')) {
        to.send(isChunked ? `${piece.length.toString(16)}\r\n${piece}\r\n` : piece);
        await new Promise(setImmediate);
      }
      if (isChunked) to.send('0\r\n\r\n');
    });
  });
  const { port } = await proxy(t, app.address, { badge: true });
  const wire = await client(t, port);
  let withScript = 0;
  const property = fc.asyncProperty(document, async (next) => {
    answer = next;
    wire.text = '';
    wire.send(NAVIGATION);
    await until(() => messageIn(wire) !== undefined);
    const sent = anonymous(messageIn(wire)!.body);
    const [script, ...others] = sent.match(/<script src="\/scooby.*?<\/script>/g) ?? [];
    deepStrictEqual([others, sent.replace(script ?? '', '')], [[], next.body]);
    if (script === undefined) return;
    withScript++;
    deepStrictEqual(/<(?:head|body)( a=">")?>$/i.test(sent.slice(0, sent.indexOf(script))), true);
  });
  await holds(property, 200);
  t.ok(withScript > 20);
});

test('an exact place, cut at each byte', async (t) => {
  const html = latin1(
    `<!doctype html>\n<!-- <head> --><html><head data-a=">"><meta http-equiv=Content-Security-Policy content="script-src 'nonce-n'"><title>é`,
  );
  const place = html.indexOf('<meta');
  const script = SCRIPT.replace(' data-id', ' nonce="n" data-id');
  const app = await peer(t, (wire) => {
    wire.socket.setNoDelay();
    wire.socket.on('data', () => {
      const cut = Number(/\/(\d+) /.exec(wire.text)?.[1]);
      wire.text = '';
      wire.send('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n');
      for (const piece of [html.slice(0, cut), html.slice(cut)])
        if (piece !== '') wire.send(`${piece.length.toString(16)}\r\n${piece}\r\n`);
      wire.send('0\r\n\r\n');
    });
  });
  const { port } = await proxy(t, app.address, { badge: true });
  const wire = await client(t, port);
  for (let cut = 0; cut <= html.length; cut++) {
    wire.text = '';
    wire.send(NAVIGATION.replace('/a', `/${cut}`));
    await until(() => messageIn(wire) !== undefined);
    const sent = anonymous(messageIn(wire)!.body);
    const isBare = cut === place;
    const expected = html.slice(0, place) + (isBare ? SCRIPT : script) + html.slice(place);
    if (sent !== expected && !(isBare && sent.includes(script))) t.equal(sent, expected, `cut at ${cut}`);
  }
  t.pass(`${html.length} cuts`);
});

/** Documents of frameworks: from a file, at once, as a stream of Node's and of the web. */
async function frameworkServer(t: Test & { testdir(): string }): Promise<number> {
  const file = join(t.testdir(), 'page.html');
  writeFileSync(file, PAGE);
  const pieces = () =>
    Readable.from([PAGE.slice(0, 18), PAGE.slice(18, 40), PAGE.slice(40)].map(Buffer.from));
  const express = requirePackage('express')();
  express.get('/express/file', (_: unknown, res: { sendFile(path: string, options: object): void }) =>
    res.sendFile(file, { dotfiles: 'allow' }),
  );
  express.get('/express/send', (_: unknown, res: { send(text: string): void }) => res.send(PAGE));
  express.get('/express/stream', (_: unknown, res: http.ServerResponse & { type(type: string): void }) => {
    res.type('html');
    pieces().pipe(res);
  });
  const koa = new (requirePackage('koa'))();
  koa.use((context: { type: string; body: unknown; path: string }) => {
    context.type = 'html';
    context.body = context.path === '/koa/stream' ? pieces() : PAGE;
  });
  const fastify = requirePackage('fastify')();
  fastify.get(
    '/fastify/:how',
    (
      request: { params: { how: string } },
      reply: { type(type: string): typeof reply; send(body: unknown): unknown },
    ) => reply.type('text/html; charset=utf-8').send(request.params.how === 'stream' ? pieces() : PAGE),
  );
  await fastify.ready();
  const { Hono } = requirePackage('hono');
  const { getRequestListener } = requirePackage('@hono/node-server');
  const hono = new Hono();
  hono.get('/hono/send', (context: { html(text: string): Response }) => context.html(PAGE));
  hono.get('/hono/stream', () => {
    const body = Readable.toWeb(pieces()) as unknown as ReadableStream;
    return new Response(body, { headers: { 'Content-Type': 'text/html' } });
  });
  const handlers: Record<string, (req: http.IncomingMessage, res: http.ServerResponse) => void> = {
    express,
    koa: koa.callback(),
    fastify: (req, res) => fastify.routing(req, res),
    hono: getRequestListener(hono.fetch),
  };
  const server = http.createServer((req, res) => handlers[req.url!.split('/')[1]!]!(req, res));
  t.teardown(() => server.close() && server.closeAllConnections());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

test('documents of frameworks, from a file, at once and in pieces', async (t) => {
  const appPort = await frameworkServer(t);
  const address = { protocol: 'http', host: '127.0.0.1', port: appPort } as const;
  const { port } = await proxy(t, address, { badge: true });
  const bare = await proxy(t, address);
  const paths = ['express/file', 'express/send', 'express/stream', 'koa/send', 'koa/stream'];
  for (const path of [...paths, 'fastify/send', 'fastify/stream', 'hono/send', 'hono/stream']) {
    const wire = await client(t, port);
    wire.send(NAVIGATION.replace('/a', `/${path}`));
    await until(() => messageIn(wire) !== undefined);
    t.equal(anonymous(messageIn(wire)!.body), latin1(BADGED), path);
    const plain = await client(t, bare.port);
    plain.send(NAVIGATION.replace('/a', `/${path}`).replace(/If-.*\r\n/g, ''));
    await until(() => messageIn(plain) !== undefined);
    t.equal(messageIn(plain)!.body, latin1(PAGE), path);
  }
});

test('a fetch of the page can be told by its Server-Timing', async (t) => {
  const fetched = NAVIGATION.replace('document', 'empty');
  const json = 'HTTP/1.1 200 OK\r\nServer-Timing: db;dur=1\r\nContent-Length: 2\r\n\r\n{}';
  const { headers } = await exchange(t, json, fetched);
  t.same(
    headers.filter(([name]) => /server-timing/i.test(name)).map(([, value]) => anonymous(value)),
    ['db;dur=1', 'scooby-id;desc="ID"'],
  );
  const plain = await exchange(t, json, fetched, false);
  t.same(plain.names, ['server-timing', 'content-length', 'x-scooby']);
});

test('the script is small', (t) => {
  const script = readFileSync(new URL('../../../badge.js', import.meta.url));
  t.ok(gzipSync(script).length <= 4096, `${gzipSync(script).length}`);
  t.end();
});
