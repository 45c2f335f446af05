/** Installs what the test command needs and the machine lacks, or says how to. */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { FIXTURES } from './packages.js';
import { find, npm, QUICK_BUILD } from './programs.js';

interface Program {
  program: string;
  /** Names of its package: Debian, Homebrew. */
  debian: string;
  homebrew: string;
}

const PROGRAMS: Program[] = [
  { program: 'postgres', debian: 'postgresql', homebrew: 'postgresql@17' },
  { program: 'mariadbd', debian: 'mariadb-server', homebrew: 'mariadb' },
  { program: 'memcached', debian: 'memcached', homebrew: 'memcached' },
  { program: 'redis-server', debian: 'redis-server', homebrew: 'redis' },
  { program: 'tmux', debian: 'tmux', homebrew: 'tmux' },
];

/** Without them, the tests that need one are skipped, and say so. */
const OPTIONAL: Program[] = [{ program: 'chromium', debian: 'chromium', homebrew: 'chromium' }];

const ROOT = join(import.meta.dirname, '../..');
const POLICY = '/usr/sbin/policy-rc.d';
// What node-gyp needs: no binary of node-pty for Linux can be downloaded.
const COMPILER = ['g++', 'make', 'python3'];

/** Installs the programs that are missing when this is a Debian and we are root; answers what is missing after that, in words. */
export function installPrograms(): string | undefined {
  const missing = PROGRAMS.filter(({ program }) => !find(program));
  const optional = OPTIONAL.filter(({ program }) => !find(program));
  if (missing.length > 0 && canInstall()) installDebian(missing.map(({ debian }) => debian));
  if (optional.length > 0 && canInstall()) installDebian(optional.map(({ debian }) => debian));
  const still = missing.filter(({ program }) => !find(program));
  return still.length ? advice(still) : undefined;
}

/**
 * Installs the packages that only tests use, unless those of this lock file are there already; returns what went wrong,
 * in words. A second attempt is made with a compiler.
 */
export async function installPackages(folder = FIXTURES): Promise<string | undefined> {
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  // In node_modules, so that it goes with them.
  const stamp = join(folder, 'node_modules/.installed-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return undefined;
  console.error(
    'npm test: installing the drivers, ORMs and frameworks in test/fixtures (once, about 500 MB)',
  );
  // Its warnings are of engines: the newest version of some is for a newer Node than others run on.
  const install = () => npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], folder, QUICK_BUILD);
  try {
    await install().catch((error: Error) => {
      if (!canInstall() || COMPILER.every(find)) throw error;
      installDebian(COMPILER);
      return install();
    });
  } catch (error) {
    return `npm ci in test/fixtures failed, which takes a C++ compiler, make and Python 3\n${(error as Error).message}`;
  }
  writeFileSync(stamp, lock);
  return undefined;
}

/**
 * Builds SQLite's binding, which npm leaves out where it can be neither downloaded nor compiled; returns what went
 * wrong, in words. A compiler is installed first where that is possible.
 */
export async function installBinding(): Promise<string | undefined> {
  if (hasBinding()) return undefined;
  console.error('npm test: building better-sqlite3 (once)');
  if (canInstall() && !COMPILER.every(find)) installDebian(COMPILER);
  // What npm has left out, it tries anew.
  await npm(['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], ROOT);
  return hasBinding()
    ? undefined
    : 'better-sqlite3 cannot be built: it takes a C++ compiler, make and Python 3';
}

function hasBinding(): boolean {
  const open = "new (require('better-sqlite3'))(':memory:').close()";
  return spawnSync(process.execPath, ['-e', open], { cwd: ROOT, stdio: 'ignore' }).status === 0;
}

/**
 * Makes tap's Test class anew without its TypeScript plugin, which does not work under TypeScript 7. tap does it by
 * itself when it runs, but only after the plugin has been loaded for the first time.
 */
export function buildTap(): string | undefined {
  const require = createRequire(import.meta.url);
  // A link to .tap/plugins: gone with either.
  if (existsSync(join(require.resolve('@tapjs/test/package.json'), '../test-built/node_modules')))
    return undefined;
  console.error('npm test: building tap (once)');
  const tap = join(require.resolve('tap/package.json'), '../dist/esm/run.mjs');
  const { status, stderr } = spawnSync(process.execPath, [tap, 'build'], { encoding: 'utf8' });
  return status === 0 ? undefined : `tap build failed\n${stderr}`;
}

/** Whether programs may be installed here: on a Debian, as root. */
function canInstall(): boolean {
  return process.getuid?.() === 0 && find('apt-get') !== undefined;
}

function installDebian(packages: string[]): void {
  console.error(`npm test: installing ${packages.join(', ')}`);
  withoutServices(() => {
    apt(['update']);
    apt(['install', '-y', '--no-install-recommends', ...packages]);
  });
}

function advice(missing: Program[]): string {
  const names = missing.map(({ program }) => program).join(', ');
  const command =
    process.platform === 'darwin'
      ? `brew install ${missing.map(({ homebrew }) => homebrew).join(' ')}`
      : `sudo apt-get install --no-install-recommends ${missing.map(({ debian }) => debian).join(' ')}`;
  return `the tests need ${names}, not found in PATH. To install: ${command}`;
}

/** Debian starts a server as soon as it is installed, unless this file forbids it. */
function withoutServices(work: () => void): void {
  const ours = !existsSync(POLICY);
  if (ours) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    work();
  } finally {
    if (ours) rmSync(POLICY, { force: true });
  }
}

/** Runs apt-get quietly; shows what it said when it fails. */
function apt(args: string[]): void {
  const { status, stdout, stderr } = spawnSync('apt-get', ['-q', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) console.error(`npm test: apt-get ${args[0]} failed\n${stdout}${stderr}`);
}
