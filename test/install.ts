/** Installs what the test command needs and the machine lacks, or says how to. */

import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { find } from './programs.js';

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

const POLICY = '/usr/sbin/policy-rc.d';

/** Installs the programs that are missing when this is a Debian and we are root; answers what is missing after that, in words. */
export function install(): string | undefined {
  const missing = PROGRAMS.filter(({ program }) => !find(program));
  if (!missing.length) return undefined;
  const packages = missing.map(({ debian }) => debian);
  if (process.getuid?.() === 0 && find('apt-get')) {
    console.error(`npm test: installing ${packages.join(', ')}`);
    withoutServices(() => {
      apt(['update']);
      apt(['install', '-y', '--no-install-recommends', ...packages]);
    });
  }
  const still = missing.filter(({ program }) => !find(program));
  return still.length ? advice(still) : undefined;
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
