/**
 * Is the arithmetic right? Pages on real PostgreSQL, MariaDB, Redis and memcached: what they would take
 * further away (`show --latency`) against what they take with `run --delay`, and what a finding says
 * that it wins against the page whose loop was replaced by hand. Medians, and by how much they differ.
 *
 *   node bench/what-if.mjs [rounds]      (after npm run build; the servers of the tests)
 *
 * Environment: LATENCY (default 10ms).
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseLatencies } from '../dist/src/domain/latency.js';
import { whatIf } from '../dist/src/insight/win/what-if.js';
import { openStore } from '../dist/src/store/open.js';
import { mariadb, memcached, postgres, redis } from '../dist/test/servers/index.js';

const scooby = join(import.meta.dirname, '../dist/scooby.js');
const PATHS = [
  ...readFileSync(join(import.meta.dirname, 'apps/further-away.cjs'), 'utf8').matchAll(
    /async '?([\w-]+)'?\(\) \{/g,
  ),
].map(([, name]) => name);
const WARM_UP = 5;

const rounds = Number(process.argv[2] ?? 30);
const latency = process.env.LATENCY ?? '10ms';
const latencies = parseLatencies(latency);
const folder = mkdtempSync(join(tmpdir(), 'scooby-bench-'));
const endings = [];
const bench = { teardown: (end) => endings.push(end) };

/** A run of the app: asks it, and reads what was recorded. */
async function start(env, options) {
  const database = join(folder, `${options.length}.db`);
  const app = join(import.meta.dirname, 'apps/further-away.cjs');
  const child = spawn(
    process.execPath,
    [scooby, 'run', '-p', '0', '-q', '--no-page', '--db', database, ...options, '--', process.execPath, app],
    { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  const url = await new Promise((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
      const found = /scooby {2}(http:\S+)/.exec(said);
      if (found && said.includes('data in')) resolve(found[1]);
    });
    child.once('exit', () => reject(new Error(said)));
  });
  return {
    async ask(path) {
      const answer = await fetch(`${url}/${path}`);
      if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
      await answer.text();
    },
    async facts() {
      child.kill('SIGINT');
      await new Promise((resolve) => child.once('exit', resolve));
      const traces = await tracesOf(database);
      return new Map(PATHS.map((path) => [path, factsOf(traces.filter(({ url }) => url === `/${path}`))]));
    },
  };
}

async function tracesOf(database) {
  const store = await openStore({ db: database, cwd: folder, readonly: true }, () => {});
  try {
    const summaries = await store.recent({}, rounds * PATHS.length);
    return await Promise.all(summaries.map(({ id }) => store.find(id)));
  } finally {
    store.close();
  }
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

function factsOf(traces) {
  return {
    took: median(traces.map(({ duration }) => duration)),
    away: median(traces.map((trace) => whatIf(trace, latencies).away)),
    win: median(traces.map(({ findings }) => Math.max(0, ...findings.map(({ win = 0 }) => win)))),
  };
}

try {
  const env = {
    PACKAGES: join(import.meta.dirname, '../test/fixtures/package.json'),
    PG: (await postgres(bench)).url,
    MARIA: (await mariadb(bench)).url.replace(/^\w+:/, 'mysql:'),
    REDIS: (await redis()).url,
    MEMCACHED: (await memcached()).url.replace(/^\w+:\/\//, ''),
  };
  const runs = [await start(env, []), await start(env, ['--delay', latency])];
  // Turn by turn: what else the machine does meets all alike.
  for (let n = 0; n < rounds + WARM_UP; n++)
    for (const path of PATHS) for (const run of n % 2 ? runs : [...runs].reverse()) await run.ask(path);
  const [near, far] = [await runs[0].facts(), await runs[1].facts()];
  const off = (said, real) => `${real === 0 ? 0 : Math.round((said / real - 1) * 100)}%`;
  console.table(
    PATHS.map((page) => {
      const { took, away } = near.get(page);
      // Wins are of the pages with --delay: beside it what else the machine does weighs little.
      const { took: real, win } = far.get(page);
      const mended = far.get(`${page}-mended`);
      const ms = (value) => Math.round(value * 10) / 10;
      return {
        page,
        'takes ms': ms(took),
        'what if': ms(away),
        [`--delay ${latency}`]: ms(real),
        off: off(away, real),
        ...(mended && {
          wins: ms(win),
          'by hand': ms(real - mended.took),
          'win off': off(win, real - mended.took),
        }),
      };
    }),
  );
} finally {
  for (const end of endings.reverse()) await end();
  rmSync(folder, { recursive: true, force: true });
}
