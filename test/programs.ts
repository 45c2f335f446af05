/** The programs that the tests need, also where Debian keeps them out of PATH. */

import { execFile } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const DEBIAN_POSTGRES = '/usr/lib/postgresql';

/** Answers the absolute path of a program, undefined when it is not installed. */
export function find(program: string): string | undefined {
  return folders()
    .map((folder) => join(folder, program))
    .find(executable);
}

/** Answers the absolute path of a program; throws when it is not installed. */
export function need(program: string): string {
  const path = find(program);
  if (!path) throw new Error(`${program} is not installed; npm test says how to get it.`);
  return path;
}

/** Environment in which C and C++ are compiled in half the time: what only tests run need not be fast. */
export const QUICK_BUILD = { CFLAGS: '-O1', CXXFLAGS: '-O1' };

/** Runs npm in a folder and answers what it printed; `node` is the Node that it and its install scripts run on. */
export async function npm(
  args: string[],
  cwd: string,
  env: Record<string, string> = {},
  node = process.execPath,
): Promise<string> {
  const cli = process.env.npm_execpath ?? need('npm');
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 16 * 1024 * 1024 };
  return (await promisify(execFile)(node, [cli, ...args], options)).stdout;
}

function folders(): string[] {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', ...postgresFolders()];
}

function postgresFolders(): string[] {
  try {
    const newestFirst = readdirSync(DEBIAN_POSTGRES).sort((a, b) => Number(b) - Number(a));
    return newestFirst.map((version) => join(DEBIAN_POSTGRES, version, 'bin'));
  } catch {
    return [];
  }
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
