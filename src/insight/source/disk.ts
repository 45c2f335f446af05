/** The little that insight asks of the file system, behind one interface so that a test can hand in its own. */

import { readFileSync, realpathSync, type Stats, statSync } from 'node:fs';

/** Reads files; nothing here throws. */
export interface Disk {
  /** Answers what changes whenever the file is written again, or undefined where there is no file. */
  identity(path: string): string | undefined;
  /** Answers when the file was last written, in epoch ms, or undefined where there is no file. */
  written(path: string): number | undefined;
  /** Answers the size in bytes, or undefined where there is no file. */
  size(path: string): number | undefined;
  /** Answers the text, or undefined where it cannot be read. */
  read(path: string): string | undefined;
  /** Answers the path without symbolic links, or the path itself where there is nothing. */
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
  // A map may be named after anything: reading a pipe or a device would not end.
  read: (path) => (statOf(path)?.isFile() ? attempt(() => readFileSync(path, 'utf8')) : undefined),
  real: (path) => attempt(() => realpathSync(path)) ?? path,
};

// Throws even so for a path with NUL, one that is too long, and one in a folder that may not be entered.
function statOf(path: string): Stats | undefined {
  return attempt(() => statSync(path, { throwIfNoEntry: false }));
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined; // a file that cannot be read is as good as none
  }
}
