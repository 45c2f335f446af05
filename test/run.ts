/** The test command: brings up the servers once, runs tap on them, ends with `N passed, N failed`. Arguments go to tap. */

import { type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { coverageOf, coverageReport } from './coverage.js';
import { buildTap, installBinding, installPackages, installPrograms } from './install.js';
import { nodes, sqliteFor } from './nodes.js';
import { digest, summary } from './report.js';
import type { Server } from './servers/server.js';

interface Outcome {
  code: number;
  report: string;
}

const TAP = join(createRequire(import.meta.url).resolve('tap/package.json'), '../dist/esm/run.mjs');

// npm goes on while Debian's packages are installed, which blocks this process.
const packages = installPackages();
const downloads = nodes();
// Its error is told once it is waited for.
downloads.catch(() => {});
const trouble = installPrograms() ?? (await installBinding()) ?? (await packages) ?? buildTap();
if (trouble) {
  await Promise.allSettled([packages, downloads]);
  console.error(`npm test: ${trouble}`);
  process.exit(1);
}

// They use what has just been installed.
const { SERVERS } = await import('./servers/index.js');
console.error('npm test: starting PostgreSQL, MariaDB, memcached and Redis');
const [servers, versions] = await Promise.all([startAll(), downloads]);
await Promise.all(versions.slice(1).map(sqliteFor));
console.error(`npm test: Node ${versions.map(({ version }) => version).join(', ')}`);

const urls = Object.fromEntries([...servers].map(([variable, { url }]) => [variable, url]));
const run = process.stdout.isTTY ? onScreen : inLog;
const args = process.argv.slice(2);
// Of a part of the tests, coverage says nothing.
const counts = args.length > 0 ? undefined : mkdtempSync(join(tmpdir(), 'scooby-test-coverage-'));
const { code, report } = await run([...(counts ? [`--test-env=NODE_V8_COVERAGE=${counts}`] : []), ...args], {
  ...process.env,
  ...urls,
  ...(counts && { SCOOBY_TEST_COVERAGE: counts }),
});
await Promise.all([...servers.values()].map((server) => server.stop()));

const below = counts ? await reportCoverage(counts) : 0;
const { line, failed } = summary(report);
console.log(line);
process.exitCode = code || (failed || below ? 1 : 0);

async function startAll(): Promise<Map<string, Server>> {
  const starts = Object.entries(SERVERS).map(
    async ([variable, start]): Promise<[string, Server]> => [variable, await start()],
  );
  return new Map(await Promise.all(starts));
}

/** Prints the coverage of each file, and what is below the floor in test/coverage.json; resolves with how many are. */
async function reportCoverage(folder: string): Promise<number> {
  const floor = JSON.parse(readFileSync(join(import.meta.dirname, '../../test/coverage.json'), 'utf8'));
  const { table, failures } = coverageReport(await coverageOf(folder), floor);
  rmSync(folder, { recursive: true });
  for (const line of table) console.log(line);
  for (const line of failures) console.error(`npm test: ${line}`);
  return failures.length;
}

/** Runs tap with its own screen. */
async function onScreen(args: string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  const file = join(tmpdir(), `scooby-test-${process.pid}.tap`);
  const { exited } = startTap([`--output-file=${file}`, ...args], 'inherit', env);
  try {
    return { code: await exited, report: readFileSync(file, 'utf8') };
  } finally {
    rmSync(file, { force: true });
  }
}

/** Runs tap and prints a digest of what it reports. */
async function inLog(args: string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  const { tap, exited } = startTap(['--reporter=tap', ...args], ['ignore', 'pipe', 'inherit'], env);
  const out = tap.stdout!;
  let report = '';
  out.setEncoding('utf8').on('data', (text) => {
    report += text;
  });
  for await (const line of digest(createInterface({ input: out }))) console.log(line);
  return { code: await exited, report };
}

/** How many test files run at a time: one more than there are cores, as a file mostly waits for its programs and servers. */
function jobs(): number {
  return Math.min(4, availableParallelism() + 1);
}

function startTap(args: string[], stdio: StdioOptions, env: NodeJS.ProcessEnv) {
  // tap's own choice leaves a core free, of two one.
  const tap = spawn(process.execPath, [TAP, `--jobs=${jobs()}`, ...args], { stdio, env });
  process.on('SIGTERM', () => tap.kill());
  // Ctrl-C reaches tap as well, which ends its tests; the servers outlive them.
  process.on('SIGINT', () => {});
  const exited = once(tap, 'exit').then(([code]): number => code ?? 1);
  return { tap, exited };
}
