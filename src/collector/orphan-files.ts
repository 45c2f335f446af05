/**
 * Files of processes and threads that never connected: they ended, or are busy, before their socket
 * could. Each file begins with the `hello` that the socket would have carried.
 */

import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

const FIRST_FILE = /^(\d+-\d+)-1\.lines$/;
/** Looks at a file before it is an orphan: a process connects within ms of its first line. */
const MIN_LOOKS = 4;
const MAX_HELLO_BYTES = 64 * 1024;

/** Orphaned files of a run's folder. */
export class OrphanFiles {
  #folder: string;
  #looks = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * First lines of the files without a connection, by name (`<pid>-<thread>`); at the end of the run
   * those that have just appeared, too.
   */
  find(connected: ReadonlySet<string>, isLast: boolean): Map<string, string> {
    const found = new Map<string, string>();
    for (const file of this.#files()) {
      const name = FIRST_FILE.exec(file)?.[1];
      if (name === undefined || connected.has(name)) continue;
      const looks = (this.#looks.get(name) ?? 0) + 1;
      this.#looks.set(name, looks);
      if (!isLast && looks < MIN_LOOKS) continue;
      const line = firstLine(join(this.#folder, file));
      if (line !== undefined) found.set(name, line);
    }
    return found;
  }

  #files(): string[] {
    try {
      return readdirSync(this.#folder);
    } catch {
      // The folder was deleted, or its permissions changed: there is nothing to read.
      return [];
    }
  }
}

function firstLine(path: string): string | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const buffer = Buffer.alloc(MAX_HELLO_BYTES);
    const text = buffer.toString('utf8', 0, readSync(fd, buffer));
    const end = text.indexOf('\n');
    return end < 0 ? undefined : text.slice(0, end);
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
