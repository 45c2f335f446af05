/** Copies of a database as an earlier version wrote it, made before its tables are changed. */

import { chmodSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Database } from './database.js';
import { sizeOf } from './files.js';
import type { Migration } from './schema.js';

/** Copies that are kept: the newest, and the one before it. */
const MAX_COPIES = 2;

/**
 * Writes a copy beside the database, says so once, and deletes the oldest of more than two. Where
 * another process has made it, nothing happens; throws SQLite's error where there is no room.
 */
export function copyBeforeMigration(
  db: Database,
  path: string,
  { from, to }: Migration,
  warn: (message: string) => void,
): void {
  const copy = `${path}.v${from}`;
  if (existsSync(copy)) return;
  const unfinished = `${copy}.${process.pid}`;
  rmSync(unfinished, { force: true });
  try {
    // Of one instant, with what is in the log, whatever others write meanwhile.
    db.exec(`VACUUM INTO '${unfinished.replaceAll("'", "''")}'`);
    chmodSync(unfinished, 0o600);
    // Two processes that begin at once rename equal copies.
    renameSync(unfinished, copy);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
  for (const old of schemaCopies(path).slice(MAX_COPIES)) rmSync(old, { force: true });
  warn(
    `${path} is brought from format ${from} to ${to}. It is kept as it was as ${copy}; scooby clean removes it.`,
  );
}

/** Copies of a database, those of the newest format first. */
export function schemaCopies(path: string): string[] {
  const [folder, name] = [dirname(path), basename(path)];
  if (!existsSync(folder)) return [];
  const formatOf = (file: string) => Number(/\.v(\d+)$/.exec(file)?.[1]);
  return readdirSync(folder)
    .filter((file) => file.startsWith(`${name}.v`) && Number.isInteger(formatOf(file)))
    .sort((a, b) => formatOf(b) - formatOf(a))
    .map((file) => join(folder, file));
}

/** All files of a database: itself, its log, copies, and those that were damaged. */
export function filesBeside(path: string): { file: string; bytes: number }[] {
  const [folder, name] = [dirname(path), basename(path)];
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file === name || /^(?:-wal|-shm|\.v\d+|\.corrupt-.*)$/.test(beyond(file, name)))
    .map((file) => ({ file: join(folder, file), bytes: bytesOf(join(folder, file)) }));
}

/** What is shared by the processes that have the database open holds nothing that was stored. */
function bytesOf(file: string): number {
  return file.endsWith('-shm') ? 0 : sizeOf(file);
}

function beyond(file: string, name: string): string {
  return file.startsWith(name) ? file.slice(name.length) : '';
}
