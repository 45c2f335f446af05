/** The test command: brings up the servers once, runs tap on them, ends with `N passed, N failed`. Arguments go to tap. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { install } from './install.js';
import { nodes, sqliteFor } from './nodes.js';
import { digest, summary } from './report.js';
import { SERVERS } from './servers/index.js';
import type { Server } from './servers/server.js';

const TAP = join(createRequire(import.meta.url).resolve('tap/package.json'), '../dist/esm/run.mjs');

const trouble = install();
if (trouble) {
  console.error(`npm test: ${trouble}`);
  process.exit(1);
}

console.error('npm test: starting PostgreSQL, MariaDB, memcached and Redis');
const [servers, versions] = await Promise.all([startAll(), nodes()]);
for (const node of versions.slice(1)) await sqliteFor(node);
console.error(`npm test: Node ${versions.map(({ version }) => version).join(', ')}`);

// Ctrl-C reaches tap as well, which ends its tests; the servers outlive them.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

const urls = Object.fromEntries([...servers].map(([variable, { url }]) => [variable, url]));
const run = process.stdout.isTTY ? onScreen : inLog;
const { code, report } = await run(process.argv.slice(2), { ...process.env, ...urls });
await Promise.all([...servers.values()].map((server) => server.stop()));

const { line, failed } = summary(report);
console.log(line);
process.exitCode = code || (failed ? 1 : 0);

async function startAll(): Promise<Map<string, Server>> {
  const starts = Object.entries(SERVERS).map(
    async ([variable, start]): Promise<[string, Server]> => [variable, await start()],
  );
  return new Map(await Promise.all(starts));
}

/** Runs tap with its own screen. */
async function onScreen(args: string[], env: NodeJS.ProcessEnv): Promise<{ code: number; report: string }> {
  const file = join(tmpdir(), `scooby-test-${process.pid}.tap`);
  const tap = spawn(process.execPath, [TAP, `--output-file=${file}`, ...args], { stdio: 'inherit', env });
  const [code] = await once(tap, 'exit');
  try {
    return { code: code ?? 1, report: readFileSync(file, 'utf8') };
  } finally {
    rmSync(file, { force: true });
  }
}

/** Runs tap and prints a digest of what it reports. */
async function inLog(args: string[], env: NodeJS.ProcessEnv): Promise<{ code: number; report: string }> {
  const tap = spawn(process.execPath, [TAP, '--reporter=tap', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  const exited = once(tap, 'exit');
  let report = '';
  tap.stdout.setEncoding('utf8').on('data', (text) => {
    report += text;
  });
  for await (const line of digest(createInterface({ input: tap.stdout }))) console.log(line);
  const [code] = await exited;
  return { code: code ?? 1, report };
}
