/** The little that insight asks of the file system, behind one interface so that a test can hand in its own. */

import { readFileSync, realpathSync, statSync } from 'node:fs';

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
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() ? `${stat.mtimeMs}:${stat.size}:${stat.ino}` : undefined;
  },
  written: (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs,
  size: (path) => statSync(path, { throwIfNoEntry: false })?.size,
  read: (path) => attempt(() => readFileSync(path, 'utf8')),
  real: (path) => attempt(() => realpathSync(path)) ?? path,
};

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined; // a file that cannot be read is as good as none
  }
}
