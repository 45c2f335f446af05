/**
 * What does standing behind scooby cost a request in time? Requests at a fixed rate (open loop),
 * straight to the app and through the proxy, recorded: p50, p99 and maximum in ms, and the
 * launcher's CPU a request. Also with a database that has reached its size limit.
 *
 *   node bench/latency.mjs [seconds]
 *
 * Environment: DATABASE (a URL instead of the fake one), PATHS (path@requests a second, …), FILL
 * (requests that fill the database up to its limit).
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cpuOf, printed, sleep, startDatabase } from './machine.mjs';

const scooby = join(import.meta.dirname, '../dist/scooby.js');
const CLIENTS = 64;
// Rates that two cores can hold with load, database and launcher beside the app: a saturated
// machine measures queues.
const RATES = '/hello@300,/q/20@60';

/** Rows of figures: each path, straight and through the proxy, in both databases. */
export async function latency({ seconds, fill = Number(process.env.FILL ?? 30_000) }) {
  const folder = mkdtempSync(join(tmpdir(), 'scooby-bench-'));
  const database = process.env.DATABASE ? undefined : await startDatabase();
  const rows = [];
  try {
    const url = process.env.DATABASE ?? database.url;
    for (const [name, flags, filled] of [
      ['fresh', [], 0],
      ['at its limit', ['--max-size', '20MB'], fill],
    ]) {
      const run = await startRun(join(folder, `${filled}.db`), flags, url);
      try {
        for (let n = 0; n < filled; n += 50)
          await Promise.all(Array.from({ length: 50 }, () => run.ask(run.proxied, '/hello')));
        for (const text of (process.env.PATHS ?? RATES).split(',')) {
          const [path, rate] = text.split('@');
          for (const way of ['direct', 'proxied'])
            rows.push({
              database: name,
              path,
              rate,
              way,
              ...(await measure(run, way, path, Number(rate), seconds)),
            });
        }
      } finally {
        await run.stop();
      }
    }
  } finally {
    database?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

async function startRun(db, flags, url) {
  const args = [
    scooby,
    'run',
    '--quiet',
    '--port',
    '0',
    '--db',
    db,
    ...flags,
    '--',
    process.execPath,
    'apps/queries.cjs',
  ];
  const env = { ...process.env, DATABASE: url };
  const child = spawn(process.execPath, args, {
    cwd: import.meta.dirname,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [app, proxy] = await Promise.all([
    printed(child, 'stdout', /READY (\d+)/),
    printed(child, 'stderr', /localhost:(\d+)/),
  ]);
  const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });
  const ask = (port, path) =>
    new Promise((resolve, reject) => {
      http
        .get({ port, host: '127.0.0.1', path, agent }, (response) => response.resume().on('end', resolve))
        .on('error', reject);
    });
  const stop = async () => {
    agent.destroy();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  };
  return { pid: child.pid, direct: Number(app[1]), proxied: Number(proxy[1]), ask, stop };
}

async function measure(run, way, path, rate, seconds) {
  for (let n = 0; n < 300; n++) await run.ask(run[way], path);
  await sleep(500);
  const times = [];
  const pending = [];
  const begun = performance.now();
  const before = cpuOf(run.pid).whole;
  for (let n = 0; n < rate * seconds; n++) {
    const due = begun + (n * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 0) await sleep(wait);
    // From when it was due: a stall counts for all that it held up. Timers may fire a little early.
    const from = Math.min(due, performance.now());
    pending.push(run.ask(run[way], path).then(() => times.push(performance.now() - from)));
  }
  await Promise.all(pending);
  const launcher = (cpuOf(run.pid).whole - before) / times.length;
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return { p50: at(0.5), p99: at(0.99), max: at(1), launcher };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const rows = await latency({ seconds: Number(process.argv[2] ?? 8) });
  console.table(rows.map(({ launcher, ...row }) => ({ ...row, 'launcher µs': Math.round(launcher) })));
}
