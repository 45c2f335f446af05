import { test } from 'tap';
import { anonymous, ask, client, peer, proxy, responder, SECRET, UUID, until, type Wire } from './wire.js';

const UPGRADE =
  'GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n';
const SWITCH =
  'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: y\r\n\r\n';

async function tunnelled(
  t: Parameters<typeof proxy>[0],
): Promise<{ wire: Wire; upstream: Wire; port: number }> {
  const app = await peer(t);
  const { port } = await proxy(t, app.address);
  const wire = await client(t, port);
  wire.send(UPGRADE);
  const upstream = await app.wire();
  await upstream.got('\r\n\r\n');
  upstream.send(SWITCH);
  await wire.got('\r\n\r\n');
  return { wire, upstream, port };
}

test('an upgrade has X-Scooby in both directions, and forwards all bytes, also those sent before the 101', async (t) => {
  const app = await peer(t);
  const { port, opened, ended } = await proxy(t, app.address);
  const wire = await client(t, port);
  wire.send(`${UPGRADE}early`);
  const upstream = await app.wire();
  await upstream.got('\r\n\r\n');
  t.equal(
    anonymous(upstream.text),
    UPGRADE.replace(/\r\n\r\n$/, `\r\nX-Scooby: ID\r\nX-Scooby-Secret: ${SECRET}\r\n\r\n`),
  );
  upstream.send(`${SWITCH}first`);
  await wire.got('first');
  t.equal(anonymous(wire.text), `${SWITCH.replace(/\r\n\r\n$/, '\r\nX-Scooby: ID\r\n\r\n')}first`);
  t.equal(UUID.exec(wire.text)![0], opened[0]!.id);
  await upstream.got('early');
  wire.send('\x81\x00ping');
  await upstream.got('early\x81\x00ping');
  upstream.send('\x81\x00pong');
  await wire.got('first\x81\x00pong');
  t.same(
    ended.map(({ status, upgraded, reached, aborted }) => ({ status, upgraded, reached, aborted })),
    [{ status: 101, upgraded: true, reached: true, aborted: undefined }],
  );
});

test('a tunnel half-closed by the client still forwards the bytes of the app', async (t) => {
  const { wire, upstream } = await tunnelled(t);
  wire.send('bye');
  wire.socket.end();
  await until(() => upstream.ended);
  t.ok(upstream.text.endsWith('bye'));
  t.notOk(wire.ended);
  upstream.send('last words');
  await wire.got('last words');
  upstream.socket.end();
  await until(() => wire.closed && upstream.closed);
  t.equal(wire.error, undefined);
});

test('a tunnel half-closed by the app still forwards the bytes of the client', async (t) => {
  const { wire, upstream } = await tunnelled(t);
  upstream.socket.end('bye');
  await until(() => wire.ended);
  t.ok(wire.text.endsWith('bye'));
  wire.send('last words');
  await upstream.got('last words');
  t.notOk(upstream.ended);
  wire.socket.end();
  await until(() => wire.closed && upstream.closed);
  t.equal(upstream.error, undefined);
});

test('each side of a tunnel closes with the other', async (t) => {
  for (const dying of ['wire', 'upstream'] as const) {
    for (const death of ['destroy', 'resetAndDestroy'] as const) {
      const ends = await tunnelled(t);
      const other = ends[dying === 'wire' ? 'upstream' : 'wire'];
      ends[dying].socket[death]();
      await until(() => other.ended || other.closed);
      // A destroyed peer sends a FIN first; bytes sent to it from then on are refused by RST.
      other.socket.end();
      await until(() => other.closed);
      t.pass(`${dying} ${death}`);
    }
  }
});

test('a large message to a slow reader arrives complete', async (t) => {
  const { wire, upstream } = await tunnelled(t);
  const before = upstream.bytes;
  upstream.socket.pause();
  const size = 16 * 1024 * 1024;
  wire.send('z'.repeat(size));
  wire.socket.end();
  upstream.socket.resume();
  await until(() => upstream.ended);
  t.equal(upstream.bytes - before, size);
});

test('a refused upgrade is relayed with its body', async (t) => {
  const refusals = [
    'HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nno way',
    'HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nno way\r\n0\r\n\r\n',
    'HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\nno way',
  ];
  for (const refusal of refusals) {
    const app = await responder(t, refusal);
    const { port, ended } = await proxy(t, app.address);
    const wire = await client(t, port);
    wire.send(UPGRADE);
    await wire.got('no way');
    if (refusal.endsWith('\r\n\r\nno way')) app.wires[0]!.socket.end();
    await until(() => wire.ended);
    t.match(wire.text, /^HTTP\/1.1 403 Forbidden\r\n/);
    t.match(wire.text, /\r\nX-Scooby: [0-9a-f-]{36}\r\n/);
    t.match(wire.text, /\r\nConnection: close\r\n/);
    wire.socket.end();
    await until(() => ended.length === 1);
    t.same([ended[0]!.status, ended[0]!.upgraded, ended[0]!.aborted], [403, undefined, undefined]);
  }
});

test('a large refusal to a slow reader arrives complete', async (t) => {
  const size = 8 * 1024 * 1024;
  const app = await responder(
    t,
    `HTTP/1.1 403 Forbidden\r\nContent-Length: ${size}\r\n\r\n${'n'.repeat(size)}`,
  );
  const { port } = await proxy(t, app.address);
  const wire = await client(t, port);
  wire.socket.pause();
  wire.send(UPGRADE);
  await app.wire();
  wire.socket.resume();
  await until(() => wire.ended);
  t.equal(wire.text.length - wire.text.indexOf('\r\n\r\n') - 4, size);
});

test('a client that resets during the handshake aborts its request to the app, and no other', async (t) => {
  const app = await peer(t);
  const { port, ended } = await proxy(t, app.address);
  for (let i = 0; i < 20; i++) {
    const wire = await client(t, port);
    wire.send(UPGRADE);
    const upstream = await app.wire(i);
    await upstream.got('\r\n\r\n');
    if (i % 2) wire.socket.resetAndDestroy();
    else upstream.send(SWITCH);
    wire.socket.resetAndDestroy();
    await until(() => upstream.ended || upstream.closed);
    upstream.socket.destroy();
  }
  await until(() => ended.length === 20 && app.open === 0);
  const wire = await client(t, port);
  wire.send(UPGRADE);
  await app.wire(20);
});

test('a client that ends during the handshake, or sends too much before the 101, leaves no connection', async (t) => {
  const app = await peer(t);
  const { port, ended } = await proxy(t, app.address);
  for (const early of ['', 'early', 'e'.repeat(1_000_000)]) {
    const n = app.wires.length;
    const wire = await client(t, port);
    wire.send(UPGRADE + early);
    const upstream = await app.wire(n);
    await upstream.got('\r\n\r\n');
    wire.socket.end();
    if (early.length > 100_000) {
      upstream.send(SWITCH);
      await until(() => upstream.text.length >= early.length && upstream.ended);
      t.ok(upstream.text.endsWith(`\r\n\r\n${early}`), 'it is held back until the app agrees');
      upstream.socket.end();
    }
    await until(() => upstream.ended || upstream.closed);
    upstream.socket.end();
    await until(() => wire.closed && ended.length === n + 1);
  }
  t.same(
    ended.map(({ aborted }) => aborted),
    [true, true, undefined],
  );
});

test('upgrades to an app that is absent, or closes, get the same error pages as requests', async (t) => {
  const app = await peer(t, (wire) => wire.socket.on('data', () => wire.socket.destroy()));
  const { port } = await proxy(t, app.address);
  const broken = await ask(t, port, UPGRADE, 'reason');
  t.match(
    broken,
    /^HTTP\/1.1 502 Bad Gateway\r\n[\s\S]*\r\nConnection: close\r\nX-Scooby: [0-9a-f-]{36}\r\n/,
  );
  const { port: none } = await proxy(t, undefined, { wait: 1 });
  const early = await ask(t, none, UPGRADE, '--upstream');
  t.match(early, /^HTTP\/1.1 503 Service Unavailable\r\n/);
});

test('an upgrade pipelined behind an open request gets no response before it', async (t) => {
  const app = await peer(t);
  const { port } = await proxy(t, app.address);
  const wire = await client(t, port);
  wire.send(`GET /a HTTP/1.1\r\nHost: h\r\n\r\n${UPGRADE}`);
  await until(() => wire.ended || wire.closed);
  t.equal(wire.text, '');
});

test('a request that offers h2c, or has a body, is served without its Upgrade header', async (t) => {
  const app = await peer(t, (wire) => {
    wire.socket.on('data', () => {
      if (/(?:^GET[\s\S]*|\r\n0)\r\n\r\n$|hello$/.test(wire.text))
        wire.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok');
    });
  });
  const { port } = await proxy(t, app.address);
  const wish =
    'Host: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n';
  const wire = await client(t, port);
  const bodies = [
    ['GET', '', ''],
    ['POST', 'Content-Length: 5\r\n', 'hello'],
    ['POST', 'Transfer-Encoding: chunked\r\n', '5\r\nhello\r\n0\r\n\r\n'],
  ];
  for (const [i, [method, headers, body]] of bodies.entries()) {
    wire.send(`${method} / HTTP/1.1\r\n${wish}${headers}\r\n${body}`);
    await until(() => wire.text.split('\r\n\r\nok').length === i + 2);
  }
  wire.send(
    'POST /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n\r\nhello',
  );
  await until(() => wire.text.split('\r\n\r\nok').length === 5);
  t.notMatch(app.text, /upgrade|http2/i);
  t.equal(app.text.match(/hello/g)?.length, 3);
});
