import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { test } from 'tap';
import { UserError } from '../../src/domain/errors.js';
import { ask, client, proxy, responder, until } from './wire.js';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

async function occupy(t: Parameters<typeof proxy>[0], host = '127.0.0.1', port = 0): Promise<number> {
  const server = net.createServer().listen(port, host);
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('the proxy responds on both loopback families', async (t) => {
  const app = await responder(t, OK);
  const { port, url, urls } = await proxy(t, app.address);
  t.equal(url, `http://localhost:${port}`);
  t.same(urls, [`http://127.0.0.1:${port}`, `http://[::1]:${port}`]);
  for (const host of ['127.0.0.1', '::1']) {
    const wire = await client(t, port, host);
    wire.send('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    t.match(await wire.got('ok'), /^HTTP\/1.1 200 OK\r\n/);
  }
});

test('where a port is taken on either family, the next free port is used', async (t) => {
  for (const host of ['127.0.0.1', '::1']) {
    const taken = await occupy(t, host);
    const { port } = await proxy(t, undefined, { port: taken });
    t.ok(port > taken && port < taken + 20, `${port} instead of ${taken} on ${host}`);
  }
});

test('an exact port that is taken: a UserError with the remedy', async (t) => {
  for (const host of ['127.0.0.1', '::1']) {
    const taken = await occupy(t, host);
    const error = await proxy(t, undefined, { port: taken, exactPort: true }).catch((reason) => reason);
    t.type(error, UserError);
    t.equal(
      error.message,
      `Port ${taken} is already in use on ${host}. Choose another with --port, or --port 0 for any free one.`,
    );
    t.equal(error.exitCode, 2);
  }
});

test('a host that is no address of this machine: a UserError with the remedy', async (t) => {
  await t.rejects(proxy(t, undefined, { host: '192.0.2.1' }), {
    name: 'UserError',
    message: '192.0.2.1 is no address of this machine. Choose another with --host, or leave it out.',
  });
});

test('a host that is not loopback is bound alone', async (t) => {
  const { urls, url, port } = await proxy(t, undefined, { host: '127.0.0.2' });
  t.same([url, urls], [`http://127.0.0.2:${port}`, [`http://127.0.0.2:${port}`]]);
  const any = await proxy(t, undefined, { host: '0.0.0.0' });
  t.same([any.url, any.urls], [`http://localhost:${any.port}`, [`http://0.0.0.0:${any.port}`]]);
});

test('a burst of connections waits until it is accepted, as many as Linux lets an app ask for', async (t) => {
  const app = await responder(t, OK);
  const { port } = await proxy(t, app.address);
  // This process accepts none of them meanwhile.
  const code = `
    let connected = 0;
    for (let n = 0; n < 1200; n++)
      require('node:net').connect(${port}, '127.0.0.1', () => ++connected === 1200 && process.exit(7));
  `;
  const { status } = spawnSync(process.execPath, ['-e', code], { timeout: 20_000 });
  t.equal(status, 7);
});

test('close() closes open connections and frees the port', async (t) => {
  const app = await responder(t, (head) =>
    /upgrade/i.test(head)
      ? 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'
      : OK,
  );
  const running = await proxy(t, app.address);
  const idle = await client(t, running.port);
  idle.send('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
  await idle.got('ok');
  const tunnel = await client(t, running.port);
  tunnel.send('GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
  await tunnel.got('101');
  await running.close();
  await until(() => idle.ended && tunnel.ended && app.open === 0);
  t.equal((await proxy(t, app.address, { port: running.port, exactPort: true })).port, running.port);
  t.match(await ask(t, running.port, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n', 'ok'), /^HTTP\/1.1 200 OK\r\n/);
});
