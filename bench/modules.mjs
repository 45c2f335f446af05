/**
 * A page of 1,000 modules, again: as many conditional GETs that are answered 304, by six connections as a browser has
 * them, to a server, to it with the agent, and through the proxy that leaves modules out. `npx tsc && node
 * bench/modules.mjs [vite]`; with `vite` the server is Vite's own.
 */

import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createForwarder } from './forwarder.mjs';

const MODULES = 1000;
const CONNECTIONS = 6;
const ROUNDS = Number(process.env.ROUNDS ?? 7);
const END = Buffer.from('\r\n\r\n');

const HEADERS = [
  'Host: localhost:4000',
  'Connection: keep-alive',
  'sec-ch-ua-platform: "Linux"',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
  'sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24"',
  'sec-ch-ua-mobile: ?0',
  'Accept: */*',
  'Sec-Fetch-Site: same-origin',
  'Sec-Fetch-Mode: cors',
  'Sec-Fetch-Dest: script',
  'Referer: http://localhost:4000/src/main.js',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Accept-Language: en-US,en;q=0.9',
  'Cookie: session=0123456789abcdef; theme=dark',
].join('\r\n');

const roles = {
  app() {
    const server = createServer((req, res) => {
      const headers = { ETag: 'W/"428-QrLQcGGmZ"', 'Cache-Control': 'no-cache', Vary: 'Origin' };
      if (req.headers['if-none-match'] !== undefined) res.writeHead(304, headers).end();
      else res.writeHead(200, { ...headers, 'Content-Length': 2 }).end('ok');
    });
    server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  },

  async vite(folder) {
    const fixtures = createRequire(new URL('../test/fixtures/package.json', import.meta.url));
    const { createServer: createVite } = await import(pathToFileURL(fixtures.resolve('vite')).href);
    const root = { root: folder, configFile: false, logLevel: 'error', cacheDir: join(folder, '.vite') };
    const vite = await createVite({
      ...root,
      server: { host: '127.0.0.1', port: 0, ws: false, watch: null },
    });
    await vite.listen();
    process.send({ port: vite.httpServer.address().port });
  },

  async proxy(port) {
    const { startProxy } = await import('../dist/src/proxy/server.js');
    const { Upstream } = await import('../dist/src/proxy/upstream.js');
    const upstream = new Upstream();
    upstream.set({ protocol: 'http', host: '127.0.0.1', port: Number(port) });
    const decision = { isRecorded: false, told: '0' };
    const observer = { decide: () => decision, requestStarted() {}, requestEnded() {} };
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

  /** What Node's own server and client take for it, and nothing else. */
  bare(port) {
    const server = createForwarder(port);
    server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  },

  load() {
    process.on('message', async ({ port }) => {
      if (port) process.send(await load(port));
    });
    process.send({ port: 0 });
  },
};

/** Reads every module, twice: by the second time the server has it ready; ms of that and its statuses. */
async function load(port) {
  const etags = new Map();
  await pass(port, etags, {});
  const statuses = {};
  const began = performance.now();
  await pass(port, etags, statuses);
  return { ms: performance.now() - began, statuses };
}

/** One GET after the other on each connection, until all modules are read. */
function pass(port, etags, statuses) {
  let next = 0;
  const connections = Array.from(
    { length: CONNECTIONS },
    () =>
      new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1');
        let received = Buffer.alloc(0);
        let at;
        const ask = () => {
          if (next === MODULES) return void socket.end(() => resolve());
          at = next++;
          const etag = etags.get(at);
          const condition = etag === undefined ? '' : `\r\nIf-None-Match: ${etag}`;
          socket.write(`GET /src/m${at}.js HTTP/1.1\r\n${HEADERS}${condition}\r\n\r\n`, 'latin1');
        };
        socket.setNoDelay(true);
        socket.on('error', reject);
        socket.on('data', (chunk) => {
          received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
          const head = received.indexOf(END);
          if (head < 0) return;
          const text = received.toString('latin1', 0, head);
          const status = text.slice(9, 12);
          const size = status === '304' ? 0 : Number(/\ncontent-length: *(\d+)/i.exec(text)?.[1]);
          if (Number.isNaN(size)) throw new Error(`a response without its length: ${text}`);
          if (received.length < head + 4 + size) return;
          statuses[status] = (statuses[status] ?? 0) + 1;
          etags.set(at, /\netag: *(.+)/i.exec(text)?.[1].trim());
          received = Buffer.alloc(0);
          ask();
        });
        ask();
      }),
  );
  return Promise.all(connections);
}

function start(role, args, execArgv = []) {
  const child = fork(fileURLToPath(import.meta.url), [role, ...args.map(String)], { execArgv });
  return new Promise((resolve) => child.once('message', ({ port }) => resolve({ child, port })));
}

const query = ({ child }, message) =>
  new Promise((resolve) => {
    child.once('message', resolve);
    child.send(message);
  });

async function measure(generator, port, servers) {
  const before = await Promise.all(servers.map((server) => query(server, 'cpu')));
  const { ms, statuses } = await query(generator, { port });
  if (statuses['304'] !== MODULES) throw new Error(`not all were 304: ${JSON.stringify(statuses)}`);
  const after = await Promise.all(servers.map((server) => query(server, 'cpu')));
  // Both passes, of which the first is much like the second once a server has its modules.
  return { ms, cpu: after.map((cpu, i) => (cpu - before[i]) / MODULES / 2) };
}

function writeModules() {
  const folder = mkdtempSync(join(tmpdir(), 'scooby-modules-'));
  mkdirSync(join(folder, 'src'));
  for (let i = 0; i < MODULES; i++)
    writeFileSync(
      join(folder, `src/m${i}.js`),
      `export const value${i} = ${i};\n`.repeat(20).replace(
        /value(\d+)/g,
        (() => {
          let n = 0;
          return (_, v) => `value${v}_${n++}`;
        })(),
      ),
    );
  return folder;
}

async function main(kind) {
  const folder = kind === 'vite' ? writeModules() : undefined;
  const role = kind === 'vite' ? 'vite' : 'app';
  const app = await start(role, folder ? [folder] : []);
  const bare = await start('bare', [app.port]);
  const proxy = await start('proxy', [app.port]);
  const generator = await start('load', []);
  const ways = { direct: [app], bare: [bare, app], proxied: [proxy, app] };
  const runs = { direct: [], bare: [], proxied: [] };
  for (const [first] of Object.values(ways)) await query(generator, { port: first.port });
  for (let i = 0; i < ROUNDS; i++)
    for (const [way, servers] of Object.entries(ways))
      runs[way].push(await measure(generator, servers[0].port, servers));
  for (const { child } of [app, bare, proxy, generator]) child.kill();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  const least = (of) =>
    Object.fromEntries(Object.entries(runs).map(([way, all]) => [way, Math.min(...all.map(of))]));
  const ms = least((run) => run.ms);
  const own = least((run) => run.cpu[0]);
  const server = least((run) => run.cpu.at(-1));
  for (const way of Object.keys(ways))
    console.log(
      `${way.padEnd(8)} ${ms[way].toFixed(0).padStart(5)} ms, ${(ms[way] / ms.direct).toFixed(2)} × direct; µs of CPU a module: server ${server[way].toFixed(0)}${way === 'direct' ? '' : `, in front of it ${own[way].toFixed(0)}`}`,
    );
  console.log(
    `ratios   ms to bare ${(ms.proxied / ms.bare).toFixed(2)}  CPU to bare ${(own.proxied / own.bare).toFixed(2)}`,
  );
}

const [, , role, ...args] = process.argv;
if (role in roles && process.send) {
  process.on('message', (message) => {
    const { user, system } = process.cpuUsage();
    if (message === 'cpu') process.send(user + system);
  });
  process.on('disconnect', () => process.exit());
  await roles[role](...args);
} else await main(role);
