/**
 * Files of a database: private to the user, refused if they are links or another user's, moved
 * aside if damaged.
 */

import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from './store.js';

/** Paths of the database, of its log and of its shared memory; the database is last. */
export function databaseFiles(path: string): string[] {
  return [`${path}-wal`, `${path}-shm`, path];
}

/**
 * Creates the folder (0700) and the file (0600) if they are missing. Throws a StoreError when a
 * file is a link or another user's, and the system's error when the path cannot be written.
 */
export function createPrivate(path: string): void {
  refuseForeignFiles(path);
  const folder = dirname(path);
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
  }
  closeSync(openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600));
}

/** Sets the files' mode to 0600; SQLite creates later files with the mode of the database. */
export function restrictMode(path: string): void {
  for (const file of databaseFiles(path)) if (existsSync(file)) chmodSync(file, 0o600);
}

/** Throws a StoreError when a file is a link, no regular file, or belongs to another user. */
export function refuseForeignFiles(path: string): void {
  for (const file of databaseFiles(path)) {
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (!stats) continue;
    const problem = stats.isSymbolicLink()
      ? 'is a symbolic link'
      : !stats.isFile()
        ? 'is not a file'
        : process.getuid !== undefined && stats.uid !== process.getuid()
          ? 'belongs to another user'
          : undefined;
    if (problem) throw new StoreError(`${file} ${problem}. Choose another file with --db.`);
  }
}

/** Inode of a file, which differs once the file is replaced; undefined when there is none. */
export function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

/** Size in bytes; 0 when there is no file. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * Renames a damaged database and its files; returns the database's new path. The database is
 * renamed last, because other processes create a new one as soon as it is gone. `now` is epoch ms.
 */
export function moveAside(path: string, now: number): string {
  const stamp = new Date(now).toISOString().replace(/[-:]/g, '').replace(/\..*/, '');
  let newPath = `${path}.corrupt-${stamp}`;
  for (let n = 2; existsSync(newPath); n++) newPath = `${path}.corrupt-${stamp}-${n}`;
  for (const file of databaseFiles(path)) {
    if (existsSync(file)) renameSync(file, `${newPath}${file.slice(path.length)}`);
  }
  return newPath;
}
