/**
 * What does the agent cost the app? CPU per request for 0, 1 and 20 queries a request, as ratios to the app alone, which
 * runs beside it: asked in turns, a short burst each. Other tracers are asked too once `npm install --prefix bench` has
 * installed them. ROUNDS, BENCH_NODE, BENCH_POSTGRES (url), BENCH_ONLY (names, by commas), BENCH_AGENT (file).
 */

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { requirePackage } from '../dist/test/packages.js';
import { startPostgres } from '../dist/test/servers/postgres.js';

const pg = requirePackage('pg');
const ROUNDS = Number(process.env.ROUNDS ?? 15);
const NODE = process.env.BENCH_NODE ?? process.execPath;
// Queries a request, and requests a burst.
const LOADS = Object.entries({ 0: 300, 1: 300, 20: 100 }).filter(([queries]) =>
  (process.env.BENCH_QUERIES ?? '0,1,20').split(',').includes(queries),
);
// Bursts before it counts, until nothing is compiled any more.
const WARM_UP = Number(process.env.WARM_UP ?? 30);
const SECRET = 'bench';
const root = join(import.meta.dirname, '..');
const apps = join(import.meta.dirname, 'apps');
const peers = join(import.meta.dirname, 'node_modules');
const agent = process.env.BENCH_AGENT ?? join(root, 'dist/agent.cjs');
const folder = mkdtempSync(join(tmpdir(), 'scooby-bench-'));
const sink = await startSink();

const OTEL = {
  OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  OTEL_TRACES_EXPORTER: 'otlp',
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
};
const DATADOG = {
  DD_TRACE_AGENT_URL: sink.url,
  DD_REMOTE_CONFIGURATION_ENABLED: 'false',
  DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
  DD_TRACE_STARTUP_LOGS: 'false',
};
const VARIANTS = {
  alone: {},
  // What any tracer pays on this Node: one AsyncLocalStorage entered for each request.
  'als.run only': { preload: join(apps, 'floor.cjs') },
  off: { preload: agent, record: 'off' },
  unmarked: { preload: agent, record: 'marked', marked: false },
  scooby: { preload: agent, record: 'all', marked: true },
  opentelemetry: {
    preload: join(peers, '@opentelemetry/auto-instrumentations-node/build/src/register.js'),
    env: OTEL,
  },
  'dd-trace': { preload: join(peers, 'dd-trace/init.js'), env: DATADOG },
};

const database = process.env.BENCH_POSTGRES ? undefined : await startPostgres();
const url = process.env.BENCH_POSTGRES ?? database.url;
await fill();
const only = process.env.BENCH_ONLY?.split(',');
const names = Object.keys(VARIANTS).filter(
  (name) =>
    name === 'alone' ||
    ((only?.includes(name) ?? true) && (!VARIANTS[name].preload || existsSync(VARIANTS[name].preload))),
);
const running = [];

try {
  for (const name of names) running.push(await start(name, VARIANTS[name]));
  console.log(`node ${running[0].node}; µs of CPU a request, and the median ratio to the app alone`);
  for (const [queries, requests] of LOADS) await compare(queries, requests);
} finally {
  for (const { child, launcher } of running) {
    child.kill('SIGINT');
    launcher?.close();
  }
  sink.server.close();
  sink.server.closeAllConnections();
  await database?.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function compare(queries, requests) {
  const cpu = running.map(() => []);
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const [i, app] of running.entries()) {
      const used = await burst(app, queries, requests);
      if (round >= 0) cpu[i].push(used);
    }
  }
  for (const [i, { name }] of running.entries()) {
    const ratio = median(cpu[i].map((used, round) => used / cpu[0][round]));
    const more = median(cpu[i].map((used, round) => used - cpu[0][round]));
    const each = queries > 0 && i > 0 ? `  +${(more / queries).toFixed(1)} a query` : '';
    console.log(
      `${String(queries).padStart(2)} queries  ${name.padEnd(14)} ${median(cpu[i]).toFixed(0).padStart(5)}  ${ratio.toFixed(2)}${each}`,
    );
  }
}

/** Starts the app with or without something preloaded, and answers its port once it listens. */
async function start(name, { preload, record, marked, env = {} }) {
  const launcher = record && (await standIn(record));
  const child = spawn(NODE, [...(preload ? ['--require', preload] : []), join(apps, 'queries.cjs')], {
    cwd: root,
    env: { ...process.env, ...env, BENCH_POSTGRES: url, ...(launcher && { SCOOBY_RUN: launcher.folder }) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [port, node] = await new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(`${name} has ended`)));
    createInterface(child.stdout).on('line', (line) => {
      const found = /^port (\d+) (\S+)/.exec(line);
      if (found) resolve([Number(found[1]), found[2]]);
    });
  });
  return { name, child, port, node, launcher, marked };
}

/** What the agent needs of a launcher: the note, somebody at the socket, and files that are removed once they are read. */
async function standIn(record) {
  const own = mkdtempSync(join(folder, 'run-'));
  const socket = join(own, 'link');
  const server = net.createServer((peer) => peer.on('error', () => {}).resume());
  await new Promise((resolve) => server.listen(socket, resolve));
  server.unref();
  writeFileSync(join(own, 'run.json'), JSON.stringify({ socket, token: 't', secret: SECRET, record }));
  const sweeper = setInterval(() => {
    const parts = readdirSync(own).filter((file) => file.endsWith('.lines'));
    const numbers = parts.map((part) => Number(/-(\d+)\.lines$/.exec(part)[1]));
    for (const [i, part] of parts.entries()) {
      if (numbers[i] < Math.max(...numbers)) rmSync(join(own, part));
    }
  }, 100);
  return { folder: own, close: () => clearInterval(sweeper) };
}

/** Takes what the others export, and throws it away. */
async function startSink() {
  const server = http.createServer((req, res) => req.resume().on('end', () => res.end('{}')));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${server.address().port}` };
}

/** Sends requests, eight at a time, as the proxy would, and answers the µs of CPU that the app used for each. */
async function burst({ port, marked, launcher }, queries, requests) {
  const keep = new http.Agent({ keepAlive: true, maxSockets: 8 });
  const before = await get(port, '/cpu');
  let sent = 0;
  const worker = async () => {
    while (sent++ < requests) await get(port, `/queries/${queries}`, keep, launcher && marked);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  const after = await get(port, '/cpu');
  keep.destroy();
  return (after.user + after.system - before.user - before.system) / requests;
}

function get(port, path, keep, ours) {
  const headers = {
    Accept: 'application/json',
    'Accept-Language': 'en-US,en;q=0.5',
    'User-Agent': 'bench',
    Cookie: 'session=0123456789abcdef',
    'X-Scooby': randomUUID(),
    ...(ours && { 'X-Scooby-Secret': SECRET }),
  };
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path, agent: keep, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => {
        body += text;
      });
      response.on('end', () =>
        response.statusCode === 200 ? resolve(JSON.parse(body)) : reject(new Error(body)),
      );
    });
    request.on('error', reject);
  });
}

async function fill() {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('drop table if exists products');
  await client.query('create table products (id int primary key, name text, price int)');
  await client.query(
    "insert into products select n, 'product ' || n, n * 100 from generate_series(1, 100) n",
  );
  await client.end();
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
