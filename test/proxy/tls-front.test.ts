/** TLS and plain HTTP on one port. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import https from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type Test, test } from 'tap';
import { acceptTls, type TlsIdentity } from '../../src/proxy/tls-front.js';
import { ask, until } from '../scooby.js';
import { cert, key } from './certificate.js';

async function frontWith(
  t: Test,
  identity: TlsIdentity,
): Promise<{ port: number; sockets: Set<Socket>; server: Server }> {
  const server = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk) => {
      body += chunk;
    });
    req.on('end', () => res.end(`${req.method} ${'encrypted' in req.socket} ${body.length}`));
  });
  const sockets = new Set<Socket>();
  acceptTls(server, identity);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets, server };
}

function askByTls(port: number, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      port,
      host: '127.0.0.1',
      method: 'POST',
      ca: cert,
      servername: 'localhost',
      agent: false,
    };
    const request = https.request(options, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    });
    request.on('error', reject).end(body);
  });
}

test('the first byte tells which a client speaks', async (t) => {
  const { port } = await frontWith(t, () => async () => ({ key, cert }));
  const large = 'x'.repeat(1_000_000);
  t.equal(await askByTls(port, large), 'POST true 1000000');
  t.equal(await askByTls(port, 'again'), 'POST true 5');
  t.equal(
    (await ask(`http://127.0.0.1:${port}/`, { method: 'POST', body: large })).body,
    'POST false 1000000',
  );
});

test('without a certificate there is no TLS, and HTTP as before', async (t) => {
  const { port } = await frontWith(t, () => undefined);
  await t.rejects(askByTls(port, ''));
  t.equal((await ask(`http://127.0.0.1:${port}/`)).body, 'GET false 0');
});

test('a certificate that cannot be had, and a client that says nothing', async (t) => {
  const { port, sockets } = await frontWith(t, () => () => Promise.reject(new Error('none')));
  await t.rejects(askByTls(port, ''));
  const silent = connect(port, '127.0.0.1');
  await until(() => sockets.size === 1, 'the connection');
  silent.end();
  await until(() => sockets.size === 0, 'its end');
});
