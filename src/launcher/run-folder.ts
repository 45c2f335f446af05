/** Run folder with socket and run.json, by which agents find their launcher. */

import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../domain/errors.js';
import type { Recording, RunConfig } from '../domain/link.js';
import type { RedactRules } from '../domain/redaction.cjs';
import { RUN_FOLDER_PREFIX, writeMarker } from './stale-folders.js';

/** Folder by which agents find their launcher; mode 0700. */
export interface RunFolder {
  path: string;
  run: RunConfig;
  /** Rewrites run.json, for processes that start from now on. */
  update(change: Partial<RunConfig>): void;
  /** `full`: the app's processes cannot write their calls there. */
  state(): 'ok' | 'missing' | 'full';
  /** Creates the folder at the same path again, where the app's environment names it. */
  restore(): void;
  remove(): void;
}

// sun_path of a Unix socket holds 108 bytes, and longer paths are truncated without an error.
const MAX_SOCKET_PATH_BYTES = 100;
const MEMORY = '/dev/shm';
/** f_type of a tmpfs. */
const TMPFS = 0x01021994;
// A process has up to 72 MB that the launcher has not read; a container's /dev/shm has 64 MB.
const MIN_MEMORY_BYTES = 512 * 1024 * 1024;

/**
 * Creates the run folder with its run.json. Throws a UserError when no temporary folder can be
 * written, or every path is too long for a socket.
 */
export function makeRunFolder(
  record: Recording,
  takePort: number | undefined,
  packages: string[] = [],
  redact?: RedactRules,
  settings: Partial<Pick<RunConfig, 'parentKey' | 'rules' | 'serverTiming' | 'delay' | 'guests'>> = {},
): RunFolder {
  const randomToken = () => randomBytes(24).toString('base64url');
  const secrets = { token: randomToken(), secret: randomToken(), parentKey: randomToken() };
  const run: RunConfig = { socket: '', ...secrets, record, ...settings };
  if (takePort !== undefined) run.takePort = takePort;
  if (packages.length > 0) run.packages = packages;
  if (redact !== undefined) run.redact = redact;
  const path = createFolder(run);
  return {
    path,
    run,
    update: (change) => writeConfig(path, Object.assign(run, change)),
    state: () => (existsSync(run.socket) ? (isFull(path) ? 'full' : 'ok') : 'missing'),
    restore() {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      fill(path, run);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/**
 * Folders in which a run folder may be, the best first. What the app's processes write is read and
 * deleted at once, and an append to a file in memory costs them half of one on a disk. A TMPDIR that
 * is set says where such files are wanted.
 */
export function runFolderBases({ XDG_RUNTIME_DIR, TMPDIR } = process.env): string[] {
  const memory = TMPDIR === undefined && hasRoom(MEMORY) ? MEMORY : undefined;
  return [...new Set([XDG_RUNTIME_DIR, memory, tmpdir(), '/tmp'])].filter((base) => !!base) as string[];
}

/** Whether a folder is in memory, with room for the lines that several processes may have waiting. */
function hasRoom(folder: string): boolean {
  try {
    const { type, bavail, bsize } = statfsSync(folder);
    return type === TMPFS && bavail * bsize >= MIN_MEMORY_BYTES;
  } catch {
    // Not Linux.
    return false;
  }
}

/** Creates the folder in the first temporary folder that has room for it; sets the socket's path. */
function createFolder(run: RunConfig): string {
  let reason = 'has a path short enough for a socket';
  for (const base of runFolderBases()) {
    if (!isShort(base)) continue;
    let path: string | undefined;
    try {
      path = mkdtempSync(join(base, `${RUN_FOLDER_PREFIX}${process.pid}-`));
      run.socket = join(path, 'link');
      fill(path, run);
      return path;
    } catch (error) {
      reason = `can be written (${base}: ${(error as NodeJS.ErrnoException).code})`;
      if (path !== undefined) rmSync(path, { recursive: true, force: true });
    }
  }
  throw new UserError(`No temporary folder ${reason}. Set TMPDIR to another one.`);
}

function isShort(base: string): boolean {
  const socket = join(base, `${RUN_FOLDER_PREFIX}0000000-000000`, 'link');
  return Buffer.byteLength(socket) <= MAX_SOCKET_PATH_BYTES;
}

function fill(path: string, run: RunConfig): void {
  chmodSync(path, 0o700);
  writeMarker(path);
  writeConfig(path, run);
}

/** Writes run.json; a full disk leaves the one before, which a process that starts can read. */
function writeConfig(path: string, run: RunConfig): void {
  const file = join(path, 'run.json');
  writeFileSync(`${file}.new`, JSON.stringify(run), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function isFull(path: string): boolean {
  try {
    const { bavail, ffree, files } = statfsSync(path);
    return bavail === 0 || (files > 0 && ffree === 0);
  } catch {
    return false;
  }
}
