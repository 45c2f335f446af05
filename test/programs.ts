/** Finds the programs that the tests need, also where Debian keeps them out of PATH. */

import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

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
