/** Recovery and removal of the run folders that killed launchers have left. */

import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, renameSync, rmSync, type Stats, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { RecordedRun } from '../collector/collector-messages.js';
import { readRecordedRun } from '../collector/recorded-run.js';
import { identityOf, type LauncherIdentity, mayHaveEnded } from './launcher-identity.js';

/** Prefix of the names of run folders. */
export const RUN_FOLDER_PREFIX = 'scooby-';
const MARKER = 'scooby-launcher.json';
/** More than a marker has. */
const MAX_MARKER_BYTES = 4096;
const CONNECT_MS = 1000;
/** A launcher of another pid namespace may not have opened its socket yet. */
const STARTING_MS = 10_000;
/** Requests of another project are for its next start, as long as they are stored by default. */
const KEEP_MS = 24 * 3_600_000;
/** Recoveries of a folder that were killed, or failed, before it is removed. */
const MAX_ATTEMPTS = 3;

/** Marker of a folder: its launcher, or the process that recovers it. */
interface Marker extends LauncherIdentity {
  /** Recoveries that have begun. */
  attempts?: number;
}

/** What is recovered, and how. */
export interface FolderRecovery {
  /** Only runs that kept their requests there. */
  database: string;
  /** Saves the requests of a run and removes its folder, which is no other process's meanwhile. */
  recover(folder: string, facts: RecordedRun): unknown;
}

/** Marks a folder as this launcher's run folder; only marked folders are ever removed. */
export function writeMarker(folder: string, attempts?: number): void {
  const marker: Marker = { ...identityOf(process.pid), ...(attempts !== undefined && { attempts }) };
  writeFileSync(join(folder, MARKER), JSON.stringify(marker), { mode: 0o600 });
}

/**
 * Removes the run folders in `base` of this user's launchers that have ended: their pid is gone or
 * another process's, and their socket refuses connections. Those with requests of `recovery`'s
 * database are recovered first; those of other databases are kept for a day. Never rejects.
 */
export async function removeStaleFolders(base: string, recovery?: FolderRecovery): Promise<void> {
  for (const name of names(base)) {
    const folder = join(base, name);
    const marker = markerOf(folder);
    if (marker === undefined || !mayHaveEnded(marker)) continue;
    if (await isListening(join(folder, 'link'))) continue;
    try {
      const facts = readRecordedRun(folder);
      const { attempts = 0, age } = marker;
      if (facts === undefined || attempts >= MAX_ATTEMPTS || age > KEEP_MS)
        rmSync(folder, { recursive: true });
      else if (facts.database === recovery?.database)
        await recovery.recover(claim(base, folder, attempts + 1), facts);
    } catch {
      // Another launcher has claimed or removed it meanwhile.
    }
  }
}

/** Makes a folder this process's, by a new name, which it returns; throws where another was first. */
function claim(base: string, folder: string, attempts: number): string {
  const claimed = join(base, `${RUN_FOLDER_PREFIX}${process.pid}-${randomBytes(6).toString('hex')}`);
  renameSync(folder, claimed);
  writeMarker(claimed, attempts);
  return claimed;
}

function names(base: string): string[] {
  try {
    return readdirSync(base).filter((name) => name.startsWith(RUN_FOLDER_PREFIX));
  } catch {
    return [];
  }
}

/** Marker of a folder and its age in ms; undefined for any folder but a run folder of this user. */
function markerOf(folder: string): (Marker & { age: number }) | undefined {
  try {
    if (!isOwn(lstatSync(folder), (stats) => stats.isDirectory())) return undefined;
    const marker = join(folder, MARKER);
    const stats = lstatSync(marker);
    if (!isOwn(stats, () => stats.isFile() && stats.size <= MAX_MARKER_BYTES)) return undefined;
    const age = Date.now() - stats.mtimeMs;
    const launcher = JSON.parse(readFileSync(marker, 'utf8')) as Marker;
    if (age < STARTING_MS && launcher.namespace !== identityOf(process.pid).namespace) return undefined;
    return Number.isSafeInteger(launcher.pid) && launcher.pid > 0 ? { ...launcher, age } : undefined;
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
