/** The files of a database: for the user's eyes only, never through somebody else's link, moved aside rather than deleted. */

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

/** Answers the database's file and those that SQLite puts beside it. */
export function databaseFiles(path: string): string[] {
  return [`${path}-wal`, `${path}-shm`, path];
}

/**
 * Creates the folder (0700) and the file (0600) where they are missing. Throws a StoreError on a link or another user's
 * file, and the system's error when the place cannot be written.
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

/** Leaves the files to the user alone (0600); SQLite gives those that it makes later the rights of the database. */
export function restrictMode(path: string): void {
  for (const file of databaseFiles(path)) if (existsSync(file)) chmodSync(file, 0o600);
}

/** Throws a StoreError when one of the files is a link, no regular file, or belongs to another user. */
export function refuseForeignFiles(path: string): void {
  for (const file of databaseFiles(path)) {
    const found = lstatSync(file, { throwIfNoEntry: false });
    if (!found) continue;
    const what = found.isSymbolicLink()
      ? 'is a symbolic link'
      : !found.isFile()
        ? 'is not a file'
        : process.getuid !== undefined && found.uid !== process.getuid()
          ? 'belongs to another user'
          : undefined;
    if (what) throw new StoreError(`${file} ${what}. Choose another file with --db.`);
  }
}

/** Answers a number that changes when another file takes the place of this one; undefined when there is none. */
export function identity(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

/** Answers the size in bytes; 0 when there is none. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Moves a damaged database and its files aside and answers its new name. The database goes last: until then nobody starts a new one. */
export function moveAside(path: string, now: number): string {
  const stamp = new Date(now).toISOString().replace(/[-:]/g, '').replace(/\..*/, '');
  let aside = `${path}.corrupt-${stamp}`;
  for (let n = 2; existsSync(aside); n++) aside = `${path}.corrupt-${stamp}-${n}`;
  for (const file of databaseFiles(path)) {
    if (existsSync(file)) renameSync(file, `${aside}${file.slice(path.length)}`);
  }
  return aside;
}
