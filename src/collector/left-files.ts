/** Files that a killed launcher has left in its run folder, as far as they may be read. */

import { closeSync, lstatSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AppIdentity } from './link-server.js';

/** Bytes of a file; a process begins the next one at 8 MB. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
/** Bytes of all files. */
const MAX_BYTES = 256 * 1024 * 1024;
const MAX_HELLO_BYTES = 64 * 1024;
const LINES = /^(\d{1,10}-\d{1,10})-\d{1,10}\.lines$/;

/**
 * Removes what is no plain file of this user's (links, pipes, folders) or too large, so that what
 * remains can be opened; returns the number of files with calls among them.
 */
export function removeUnreadable(folder: string): number {
  let total = 0;
  let removed = 0;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stats = lstatSync(path);
    const isOwn = process.getuid === undefined || stats.uid === process.getuid();
    if (stats.isFile() && isOwn && stats.size <= MAX_FILE_BYTES && total + stats.size <= MAX_BYTES) {
      total += stats.size;
      continue;
    }
    rmSync(path, { recursive: true, force: true });
    if (LINES.test(name)) removed++;
  }
  return removed;
}

/** Processes that have left lines, by name (`<pid>-<thread>`), as they had introduced themselves. */
export function leftProcesses(folder: string): Map<string, AppIdentity> {
  const found = new Map<string, AppIdentity>();
  for (const file of readdirSync(folder)) {
    const name = LINES.exec(file)?.[1];
    if (name === undefined || found.has(name)) continue;
    // The first file is gone once it is read; its copy of what later lines need begins alike.
    const identity = [`${name}.learned`, `${name}-1.lines`]
      .map((first) => identityOf(join(folder, first)))
      .find((each) => each !== undefined && `${each.pid}-${each.thread}` === name);
    if (identity !== undefined) found.set(name, identity);
  }
  return found;
}

function identityOf(path: string): AppIdentity | undefined {
  try {
    const { t, pid, ppid, command, cwd, node, thread, origin } = JSON.parse(firstLine(path));
    const areNumbers = [pid, ppid, thread, origin].every(Number.isFinite);
    const areTexts = [command, cwd, node].every((text) => typeof text === 'string');
    if (t !== 'hello' || !areNumbers || !areTexts) return undefined;
    return { pid, ppid, command, cwd, node, thread, origin };
  } catch {
    return undefined;
  }
}

function firstLine(path: string): string {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(MAX_HELLO_BYTES);
    const [line] = buffer.toString('utf8', 0, readSync(fd, buffer)).split('\n');
    return line!;
  } finally {
    closeSync(fd);
  }
}
