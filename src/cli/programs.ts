/** Programs of the system, as the shell finds them. */

import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';

/** True when `name` is a program on PATH or, with a slash in it, a file of `cwd` that can be run. */
export function isProgram(name: string, cwd: string): boolean {
  const isPath = process.platform === 'win32' ? /[\\/]/.test(name) : name.includes('/');
  const folders = isPath ? [cwd] : (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => isExecutable(resolve(cwd, folder, name)));
}

function isExecutable(path: string): boolean {
  const suffixes = process.platform === 'win32' ? ['', '.exe', '.cmd', '.bat'] : [''];
  return suffixes.some((suffix) => {
    try {
      accessSync(path + suffix, constants.X_OK);
      return statSync(path + suffix).isFile();
    } catch {
      return false;
    }
  });
}
