/** What does the agent cost the app? CPU per request with and without it, for 0, 1 and 20 queries a request, as ratios. */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { startPostgres } from '../dist/test/servers/postgres.js';

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const NODE = process.env.BENCH_NODE ?? process.execPath;
const COUNTS = [
  [0, 2000],
  [1, 2000],

  [20, 400],
];
const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'scooby-bench-'));
const database = process.env.BENCH_POSTGRES ? undefined : await startPostgres();
const url = process.env.BENCH_POSTGRES ?? database.url;

const client = new pg.Client({ connectionString: url });
await client.connect();
await client.query('drop table if exists products');
await client.query('create table products (id int primary key, name text, price int)');
await client.query("insert into products select n, 'product ' || n, n * 100 from generate_series(1, 100) n");
await client.end();

const env = { ...process.env, BENCH_POSTGRES: url };
const app = [NODE, join(root, 'bench/apps/queries.cjs')];
const plain = await start(app);
const traced = await start([
  process.execPath,
  ...[join(root, 'dist/scooby.js'), 'run', '--quiet', '--port', '0', '--db', join(folder, 'bench.db')],
  ...(process.env.RECORD ? ['--record', process.env.RECORD] : []),
  ...['--', ...app],
]);

try {
  for (const [queries, requests] of COUNTS) {
    const ratios = [];
    const cpu = { plain: [], traced: [] };
    await load(plain, queries, requests);
    await load(traced, queries, requests);
    for (let round = 0; round < ROUNDS; round++) {
      const a = await load(plain, queries, requests);
      const b = await load(traced, queries, requests);
      cpu.plain.push(a);
      cpu.traced.push(b);
      ratios.push(b / a);
    }
    const [a, b, ratio] = [cpu.plain, cpu.traced, ratios].map(median);
    console.log(
      `${String(queries).padStart(2)} queries a request: ${a.toFixed(0)} µs -> ${b.toFixed(0)} µs CPU a request, ratio ${ratio.toFixed(2)}` +
        (queries > 0 ? `, ${((b - a) / queries).toFixed(1)} µs a query` : ''),
    );
  }
} finally {
  for (const { child } of [plain, traced]) child.kill();
  await database?.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Starts an app and answers where it listens (behind the proxy, where there is one) and its own port. */
async function start([file, ...args]) {
  const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const own = new Promise((resolve) => {
    createInterface(child.stdout).on('line', (line) => resolve(Number(/^port (\d+)/.exec(line)?.[1])));
  });
  if (!args.includes('run')) return { child, port: await own, own: await own };
  const port = new Promise((resolve) => {
    createInterface(child.stderr).on('line', (line) => {
      const found = /http:\/\/localhost:(\d+)/.exec(line);
      if (found) resolve(Number(found[1]));
    });
  });
  return { child, own: await own, port: await port };
}

/** Sends requests, eight at a time, and answers the µs of CPU that the app used for each. */
async function load({ port, own }, queries, requests) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  const before = await get(own, '/cpu');
  let sent = 0;
  const worker = async () => {
    while (sent++ < requests) await get(port, `/queries/${queries}`, agent);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  const after = await get(own, '/cpu');
  agent.destroy();
  return (after.user + after.system - before.user - before.system) / requests;
}

function get(port, path, agent) {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path, agent }, (response) => {
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

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
