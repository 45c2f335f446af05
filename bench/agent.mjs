/**
 * Cost of the agent in the app: CPU per request at 0, 1 and 20 queries a request, as ratios to the
 * app without an agent, which runs at the same time and gets bursts of requests in turn. Other
 * tracers are measured as well after `npm install --prefix bench`. Environment: ROUNDS, BENCH_NODE,
 * BENCH_POSTGRES (URL), BENCH_ONLY (names, comma-separated), BENCH_AGENT (file).
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
// Queries per request to requests per burst.
const LOADS = Object.entries({ 0: 300, 1: 300, 20: 100 }).filter(([queries]) =>
  (process.env.BENCH_QUERIES ?? '0,1,20').split(',').includes(queries),
);
// Bursts before the measurement, until V8 has compiled all hot code.
const WARM_UP = Number(process.env.WARM_UP ?? 30);
const SECRET = 'bench';
const root = join(import.meta.dirname, '..');
const apps = join(import.meta.dirname, 'apps');
const tracers = join(import.meta.dirname, 'node_modules');
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
  // Minimum cost of any tracer on this Node: one AsyncLocalStorage.run per request.
  'als.run only': { preload: join(apps, 'floor.cjs') },
  off: { preload: agent, record: 'off' },
  unmarked: { preload: agent, record: 'marked', marked: false },
  scooby: { preload: agent, record: 'all', marked: true },
  opentelemetry: {
    preload: join(tracers, '@opentelemetry/auto-instrumentations-node/build/src/register.js'),
    env: OTEL,
  },
  'dd-trace': { preload: join(tracers, 'dd-trace/init.js'), env: DATADOG },
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

/**
 * Starts the app, with a preload or without; resolves to the process and its port once it listens.
 */
async function start(name, { preload, record, marked, env = {} }) {
  const launcher = record && (await startLauncher(record));
  const child = spawn(NODE, [...(preload ? ['--require', preload] : []), join(apps, 'queries.cjs')], {
    cwd: root,
    env: { ...process.env, ...env, BENCH_POSTGRES: url, ...(launcher && { SCOOBY_RUN: launcher.folder }) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [port, node] = await new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(`${name} has ended`)));
    createInterface(child.stdout).on('line', (line) => {
      const match = /^port (\d+) (\S+)/.exec(line);
      if (match) resolve([Number(match[1]), match[2]]);
    });
  });
  return { name, child, port, node, launcher, marked };
}

/**
 * Stand-in for a launcher: writes run.json, accepts on the link's socket, and removes finished
 * .lines files.
 */
async function startLauncher(record) {
  const runFolder = mkdtempSync(join(folder, 'run-'));
  const socket = join(runFolder, 'link');
  const server = net.createServer((connection) => connection.on('error', () => {}).resume());
  await new Promise((resolve) => server.listen(socket, resolve));
  server.unref();
  writeFileSync(join(runFolder, 'run.json'), JSON.stringify({ socket, token: 't', secret: SECRET, record }));
  const sweeper = setInterval(() => {
    const parts = readdirSync(runFolder).filter((file) => file.endsWith('.lines'));
    const numbers = parts.map((part) => Number(/-(\d+)\.lines$/.exec(part)[1]));
    for (const [i, part] of parts.entries()) {
      if (numbers[i] < Math.max(...numbers)) rmSync(join(runFolder, part));
    }
  }, 100);
  return { folder: runFolder, close: () => clearInterval(sweeper) };
}

/** HTTP server that discards the exports of other tracers. */
async function startSink() {
  const server = http.createServer((req, res) => req.resume().on('end', () => res.end('{}')));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${server.address().port}` };
}

/**
 * Sends requests with the proxy's headers, eight at a time; resolves to the app's CPU per request
 * in µs.
 */
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

function get(port, path, keep, isMarked) {
  const headers = {
    Accept: 'application/json',
    'Accept-Language': 'en-US,en;q=0.5',
    'User-Agent': 'bench',
    Cookie: 'session=0123456789abcdef',
    'X-Scooby': randomUUID(),
    ...(isMarked && { 'X-Scooby-Secret': SECRET }),
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
