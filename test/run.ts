/** The test command: brings up the servers once, runs tap on them, ends with `N passed, N failed`. Arguments go to tap. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { install } from './install.js';
import { nodes, sqliteFor } from './nodes.js';
import { SERVERS } from './servers/index.js';
import type { Server } from './servers/server.js';
import { summary } from './summary.js';

const trouble = install();
if (trouble) {
  console.error(`npm test: ${trouble}`);
  process.exit(1);
}

console.error('npm test: starting PostgreSQL, MariaDB, memcached and Redis');
const started = Object.entries(SERVERS).map(
  async ([variable, start]): Promise<[string, Server]> => [variable, await start()],
);
const [servers, versions] = await Promise.all([Promise.all(started), nodes()]);
for (const node of versions.slice(1)) await sqliteFor(node);
console.error(`npm test: on Node ${versions.map(({ version }) => version).join(', ')}`);

// Ctrl-C reaches tap as well; we wait for it to end, so that the servers outlive the tests.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

const folder = mkdtempSync(join(tmpdir(), 'scooby-test-report-'));
const report = join(folder, 'report.tap');
const urls = Object.fromEntries(servers.map(([variable, { url }]) => [variable, url]));
const code = await tap([`--output-file=${report}`, ...process.argv.slice(2)], urls);
await Promise.all(servers.map(([, server]) => server.stop()));

const { line, failed } = summary(readReport());
rmSync(folder, { recursive: true, force: true });
console.log(line);
process.exitCode = code || (failed ? 1 : 0);

async function tap(args: string[], urls: Record<string, string>): Promise<number> {
  const bin = join(createRequire(import.meta.url).resolve('tap/package.json'), '../dist/esm/run.mjs');
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...urls },
  });
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

function readReport(): string {
  try {
    return readFileSync(report, 'utf8');
  } catch {
    return '';
  }
}
