/** Path of a project's database: one per project folder, in the user's state folder. */

import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';

// Of one name in a path, on Linux (ext4, btrfs, xfs, tmpfs).
const MAX_NAME_BYTES = 255;

type Env = Record<string, string | undefined>;

/**
 * Real path of the nearest folder at or above `cwd` with a package.json or a .git; `cwd` if there
 * is none.
 */
export function projectFolder(cwd: string): string {
  const real = existsSync(cwd) ? realpathSync(cwd) : resolve(cwd);
  for (let folder = real; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) || existsSync(join(folder, '.git'))) return folder;
    if (folder === dirname(folder)) return real;
  }
}

/** Folder for state of programs of this user, by the conventions of the platform. */
export function stateFolder(env: Env = process.env, platform: string = process.platform): string {
  // The XDG standard requires relative paths to be ignored.
  if (env.XDG_STATE_HOME && isAbsolute(env.XDG_STATE_HOME)) return env.XDG_STATE_HOME;
  if (platform === 'win32') return env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
  return join(homedir(), '.local', 'state');
}

/** Path of the database: `db`, else `SCOOBY_DB`, else the project's own. */
export function databasePath(db: string | undefined, cwd: string, env: Env = process.env): string {
  const path = db || env.SCOOBY_DB;
  if (path) return resolve(cwd, path);
  const project = projectFolder(cwd);
  const hash = createHash('sha256').update(project).digest('hex').slice(0, 8);
  const name = shortened(basename(project) || 'root', MAX_NAME_BYTES - hash.length - 1);
  return join(stateFolder(env), 'scooby', `${name}-${hash}`, 'scooby.db');
}

/** The start of a name, in whole characters; the hash behind it tells projects apart. */
function shortened(name: string, maxBytes: number): string {
  if (Buffer.byteLength(name) <= maxBytes) return name;
  // A character that is cut in two is decoded as U+FFFD.
  return Buffer.from(name)
    .subarray(0, maxBytes)
    .toString()
    .replace(/\ufffd+$/, '');
}
