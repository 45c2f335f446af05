/** Registry of running runs: a record file per run, in a folder beside the database. */

import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { PeerAddresses } from '../domain/link.js';
import { stateFolder } from '../store/location.js';
import { isProcessAlive } from './process-alive.js';

/** A run's record file, by which clients find and reach it. */
export interface RunRecord {
  /** UUID v4. */
  id: string;
  /** Pid of the launcher. */
  pid: number;
  /** Path of the control socket, and the token that it requires. */
  socket: string;
  token: string;
  /** URL of the proxy, once it listens. */
  url?: string;
  /** Addresses on this machine at which its apps listen. */
  servers?: PeerAddresses;
  command: string[];
  /** The folder that file names in traces are relative to. */
  project: string;
  /** Epoch ms. */
  started: number;
  /** Missing where the requests are in the database. */
  keptIn?: 'memory' | 'shared';
}

/** A registered run. */
export interface Registration {
  update(change: Partial<RunRecord>): void;
  remove(): void;
}

// More than any record needs.
const MAX_RECORD_BYTES = 1024 * 1024;
/** ms in which several changes count as one. */
const WATCH_MS = 20;

/**
 * Writes a run's record file beside the database, readable by this user only (0600 in a 0700
 * folder). Throws where the folder belongs to another user or cannot be written.
 */
export function registerRunRecord(database: string, runRecord: RunRecord): Registration {
  const [beside, apart] = foldersOf(database);
  try {
    return registerIn(beside, runRecord);
  } catch (error) {
    // What cannot be written has no requests, but there is a run to be found.
    if (runRecord.keptIn === undefined) throw error;
    return registerIn(apart, runRecord);
  }
}

function registerIn(folder: string, runRecord: RunRecord): Registration {
  const path = join(folder, `${runRecord.pid}.run`);
  const write = () => {
    // Renaming is atomic: a concurrent reader gets the old record or the new, never a part.
    writeFileSync(`${path}.new`, JSON.stringify(runRecord), { mode: 0o600, flag: 'w' });
    renameSync(`${path}.new`, path);
  };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!isOurs(folder)) throw new Error(`${folder} belongs to another user`);
  recordsIn(folder);
  rmSync(`${path}.new`, { force: true });
  write();
  const update = (change: Partial<RunRecord>) => {
    Object.assign(runRecord, change);
    try {
      write();
    } catch {
      // The folder was deleted. Clients that have read the record are connected to the socket
      // already.
    }
  };
  const remove = () => {
    rmSync(path, { force: true });
    try {
      rmdirSync(folder);
    } catch {
      // The folder still has the record of another run.
    }
  };
  return { update, remove };
}

/** Records of running runs, newest first; deletes the records of runs that were killed. */
export function runRecords(database: string): RunRecord[] {
  return foldersOf(database)
    .flatMap(recordsIn)
    .sort((a, b) => b.started - a.started);
}

/**
 * Calls `onChange` some ms after a run of the database began, ended or changed its record, until the returned function
 * is called; keeps no process running.
 */
export function watchRunRecords(database: string, onChange: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      onChange();
    }, WATCH_MS).unref();
  };
  const watchers = foldersOf(database).flatMap((folder) => {
    try {
      const watcher = watch(folder, { persistent: false }, soon);
      // The folder was deleted.
      return watcher.on('error', () => watcher.close());
    } catch {
      // There is none, or the system has no watchers left.
      return [];
    }
  });
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

function recordsIn(folder: string): RunRecord[] {
  if (!existsSync(folder) || !isOurs(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.run'));
  return names.flatMap((name) => read(join(folder, name)) ?? []);
}

/** Beside the database; and in the user's state folder, for runs that cannot write there. */
function foldersOf(database: string): [beside: string, apart: string] {
  const hash = createHash('sha256').update(database).digest('hex').slice(0, 16);
  return [`${database}-runs`, join(stateFolder(), 'scooby', `${hash}-runs`)];
}

function read(path: string): RunRecord | undefined {
  try {
    const stat = lstatSync(path);
    if (!stat.isFile() || !isOurs(path) || stat.size > MAX_RECORD_BYTES) return undefined;
    const runRecord = JSON.parse(readFileSync(path, 'utf8')) as RunRecord;
    // Pids are reused, so the socket must exist too: a run deletes it when it ends.
    if (isProcessAlive(runRecord.pid) && existsSync(runRecord.socket)) return runRecord;
    rmSync(path, { force: true });
  } catch {
    // The file was deleted meanwhile, or is not a record.
  }
  return undefined;
}

/**
 * Whether only this user can have written a file, or folder. Clients send the token to the socket that a
 * record names, so records of other users are ignored.
 */
export function isOurs(path: string): boolean {
  const { uid, mode } = lstatSync(path);
  if (process.getuid === undefined) return true;
  return uid === process.getuid() && (mode & 0o022) === 0;
}
