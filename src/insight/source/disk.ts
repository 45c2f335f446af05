/** File system as insight uses it, behind an interface that tests replace. */

import { readFileSync, realpathSync, type Stats, statSync } from 'node:fs';

/** Reads files; no method throws. All but `real` return undefined for a missing file. */
export interface Disk {
  /** Text that changes whenever the file is written (mtime, size and inode). */
  identity(path: string): string | undefined;
  /** Time of the last write, in epoch ms. */
  written(path: string): number | undefined;
  /** Size in bytes. */
  size(path: string): number | undefined;
  /** Text of a regular file; undefined also if it cannot be read. */
  read(path: string): string | undefined;
  /** Path without symbolic links; the path itself if there is no file. */
  real(path: string): string;
}

/** The real file system. */
export const disk: Disk = {
  identity(path) {
    const stat = statOf(path);
    return stat?.isFile() ? `${stat.mtimeMs}:${stat.size}:${stat.ino}` : undefined;
  },
  written: (path) => statOf(path)?.mtimeMs,
  size: (path) => statOf(path)?.size,
  // A file may name any path as its source map: reading a pipe or a device would not end.
  read: (path) => (statOf(path)?.isFile() ? attempt(() => readFileSync(path, 'utf8')) : undefined),
  real: (path) => attempt(() => realpathSync(path)) ?? path,
};

// Despite throwIfNoEntry statSync throws: for a path with NUL or too long, or without permission.
function statOf(path: string): Stats | undefined {
  return attempt(() => statSync(path, { throwIfNoEntry: false }));
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined; // an unreadable file counts as missing
  }
}
