/**
 * Cost of the proxy: requests/s and CPU per request with and without it. `npx tsc && node
 * bench/proxy.mjs`
 */

import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';

const CONNECTIONS = 32;
const ROUNDS = 3;
const WARM_UP = 500;
const MEASURED = 900;

const BODY = JSON.stringify({
  orders: Array.from({ length: 20 }, (_, id) => ({ id, customer: `c${id}`, total: id * 3 })),
});
const REQUEST = [
  'GET /orders?page=2 HTTP/1.1',
  'Host: localhost:4000',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'Accept-Language: en-US,en;q=0.5',
  'Accept-Encoding: gzip, deflate, br',
  'Connection: keep-alive',
  'Cookie: session=0123456789abcdef; theme=dark',
  'Sec-Fetch-Site: same-origin',
  '\r\n',
].join('\r\n');

const roles = {
  app() {
    const server = createServer((_, res) => {
      res.setHeader('X-Powered-By', 'Express');
      res.setHeader('Content-Type', 'application/json; charset=utf-8');
      res.setHeader('Content-Length', Buffer.byteLength(BODY));
      res.setHeader('ETag', 'W/"428-QrLQcGGmZ"');
      res.end(BODY);
    });
    server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  },

  async proxy(port) {
    const { startProxy } = await import('../dist/src/proxy/server.js');
    const { Upstream } = await import('../dist/src/proxy/upstream.js');
    const upstream = new Upstream();
    upstream.set({ protocol: 'http', host: '127.0.0.1', port: Number(port) });
    const observer = { requestStarted() {}, requestEnded() {} };
    const options = {
      host: '127.0.0.1',
      port: 0,
      exactPort: false,
      secret: 'bench',
      wait: 1000,
      upstream,
      observer,
    };
    process.send({ port: (await startProxy(options)).port });
  },

  load() {
    process.on('message', async ({ port, ms }) => {
      if (port) process.send({ done: await load(port, ms) });
    });
    process.send({ port: 0 });
  },
};

// Number of responses within `ms`; each connection sends its next request after a complete
// response.
function load(port, ms) {
  return new Promise((resolve) => {
    let done = 0;
    let open = CONNECTIONS;
    const end = performance.now() + ms;
    for (let i = 0; i < CONNECTIONS; i++) {
      const socket = connect(port, '127.0.0.1');
      let size = 0;
      let received = 0;
      socket.setNoDelay(true);
      socket.on('error', (error) => {
        throw error;
      });
      socket.on('data', (chunk) => {
        // All responses have the same length, because ids do.
        if (size === 0) size = chunk.indexOf('\r\n\r\n') + 4 + BODY.length;
        received += chunk.length;
        if (received < size) return;
        received = 0;
        done++;
        if (performance.now() < end) socket.write(REQUEST, 'latin1');
        else {
          socket.destroy();
          if (--open === 0) resolve(done);
        }
      });
      socket.write(REQUEST, 'latin1');
    }
  });
}

function start(role, ...args) {
  const child = fork(fileURLToPath(import.meta.url), [role, ...args.map(String)]);
  return new Promise((resolve) => child.once('message', ({ port }) => resolve({ child, port })));
}

const query = ({ child }, message) =>
  new Promise((resolve) => {
    child.once('message', resolve);
    child.send(message);
  });

async function measure(generator, port, servers) {
  await query(generator, { port, ms: WARM_UP });
  const before = await Promise.all(servers.map((server) => query(server, 'cpu')));
  const began = performance.now();
  const { done } = await query(generator, { port, ms: MEASURED });
  const seconds = (performance.now() - began) / 1000;
  const after = await Promise.all(servers.map((server) => query(server, 'cpu')));
  return { rate: done / seconds, cpu: after.map((cpu, i) => (cpu - before[i]) / done) };
}

async function main() {
  const app = await start('app');
  const proxy = await start('proxy', app.port);
  const generator = await start('load');
  const direct = [];
  const proxied = [];
  for (let i = 0; i < ROUNDS; i++) {
    direct.push(await measure(generator, app.port, [app]));
    proxied.push(await measure(generator, proxy.port, [app, proxy]));
  }
  for (const { child } of [app, proxy, generator]) child.kill();
  const best = (results) => results.reduce((a, b) => (a.rate > b.rate ? a : b));
  const [none, through] = [best(direct), best(proxied)];
  const [app0, app1, own] = [none.cpu[0], through.cpu[0], through.cpu[1]];
  const line = (name, { rate }, cpu) => console.log(`${name.padEnd(10)}${Math.round(rate)} req/s  ${cpu}`);
  line('no proxy', none, `app ${app0.toFixed(0)}µs CPU a request`);
  line('proxy', through, `app ${app1.toFixed(0)}µs + proxy ${own.toFixed(0)}µs CPU a request`);
  console.log(
    `ratios    requests/s ${(through.rate / none.rate).toFixed(2)}  CPU of both to the app alone ${((app1 + own) / app0).toFixed(2)}  proxy to app ${(own / app1).toFixed(2)}`,
  );
}

const [, , role, ...args] = process.argv;
if (role) {
  process.on('message', (message) => {
    const { user, system } = process.cpuUsage();
    if (message === 'cpu') process.send(user + system);
  });
  process.on('disconnect', () => process.exit());
  await roles[role](...args);
} else await main();
