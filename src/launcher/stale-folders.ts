/** Removal of the run folders that killed launchers have left. */

import { lstatSync, readdirSync, readFileSync, rmSync, type Stats, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { identityOf, type LauncherIdentity, mayHaveEnded } from './launcher-identity.js';

/** Prefix of the names of run folders. */
export const RUN_FOLDER_PREFIX = 'scooby-';
const MARKER = 'scooby-launcher.json';
/** More than a marker has. */
const MAX_MARKER_BYTES = 4096;
const CONNECT_MS = 1000;
/** A launcher of another pid namespace may not have opened its socket yet. */
const STARTING_MS = 10_000;

/** Marks a folder as this launcher's run folder; only marked folders are ever removed. */
export function writeMarker(folder: string): void {
  writeFileSync(join(folder, MARKER), JSON.stringify(identityOf(process.pid)), { mode: 0o600 });
}

/**
 * Removes the run folders in `base` of this user's launchers that have ended: their pid is gone or
 * another process's, and their socket refuses connections. Never rejects.
 */
export async function removeStaleFolders(base: string): Promise<void> {
  for (const name of names(base)) {
    const folder = join(base, name);
    const launcher = launcherOf(folder);
    if (launcher === undefined || !mayHaveEnded(launcher)) continue;
    if (await isListening(join(folder, 'link'))) continue;
    try {
      rmSync(folder, { recursive: true });
    } catch {
      // Another launcher has removed it meanwhile.
    }
  }
}

function names(base: string): string[] {
  try {
    return readdirSync(base).filter((name) => name.startsWith(RUN_FOLDER_PREFIX));
  } catch {
    return [];
  }
}

/** Launcher that has marked a folder; undefined for any folder but an older run folder of this user. */
function launcherOf(folder: string): LauncherIdentity | undefined {
  try {
    if (!isOwn(lstatSync(folder), (stats) => stats.isDirectory())) return undefined;
    const marker = join(folder, MARKER);
    const stats = lstatSync(marker);
    if (!isOwn(stats, () => stats.isFile() && stats.size <= MAX_MARKER_BYTES)) return undefined;
    if (Date.now() - stats.mtimeMs < STARTING_MS) return undefined;
    const launcher = JSON.parse(readFileSync(marker, 'utf8')) as LauncherIdentity;
    return Number.isSafeInteger(launcher.pid) && launcher.pid > 0 ? launcher : undefined;
  } catch {
    return undefined;
  }
}

function isOwn(stats: Stats, isExpected: (stats: Stats) => boolean): boolean {
  return isExpected(stats) && (process.getuid === undefined || stats.uid === process.getuid());
}

/** Whether a process listens on a socket's path; on a doubtful answer, that it does. */
function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const finish = (isListening: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(isListening);
    };
    const timer = setTimeout(() => finish(true), CONNECT_MS);
    socket.once('connect', () => finish(true));
    socket.once('error', ({ code }: NodeJS.ErrnoException) =>
      finish(code !== 'ECONNREFUSED' && code !== 'ENOENT'),
    );
  });
}
