/** Which runs record to a database now: a note for each beside it, from its start to its end. */

import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isProcessAlive } from './process-alive.js';

/** What a run tells of itself to whoever looks for it. */
export interface RunRecord {
  /** UUID v4. */
  id: string;
  /** Of the launcher. */
  pid: number;
  /** The control socket, and the word that opens it. */
  socket: string;
  token: string;
  /** The proxy's, once it listens. */
  url?: string;
  command: string[];
  /** The folder that files are relative to. */
  project: string;
  /** Epoch ms. */
  started: number;
}

/** A note that is there for others to read. */
export interface Registration {
  update(change: Partial<RunRecord>): void;
  remove(): void;
}

// Longer than a note can be.
const LONGEST = 1024 * 1024;

/** Writes a run's note beside the database, for this user's eyes only (0600 in a folder of 0700). Throws where it cannot. */
export function registerRunRecord(database: string, note: RunRecord): Registration {
  const folder = folderOf(database);
  const path = join(folder, `${note.pid}.run`);
  const write = () => {
    // In one step: whoever reads meanwhile finds the one or the other.
    writeFileSync(`${path}.new`, JSON.stringify(note), { mode: 0o600, flag: 'w' });
    renameSync(`${path}.new`, path);
  };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!isOurs(folder)) throw new Error(`${folder} belongs to somebody else`);
  runRecords(database);
  rmSync(`${path}.new`, { force: true });
  write();
  const update = (change: Partial<RunRecord>) => {
    Object.assign(note, change);
    try {
      write();
    } catch {
      // Somebody has deleted the folder: who has found the run before is told all the same.
    }
  };
  const remove = () => {
    rmSync(path, { force: true });
    try {
      rmdirSync(folder);
    } catch {
      // Another run's note is in it.
    }
  };
  return { update, remove };
}

/** Answers the notes of the runs that are alive, newest first; those of runs that were killed are cleaned away. */
export function runRecords(database: string): RunRecord[] {
  const folder = folderOf(database);
  if (!existsSync(folder) || !isOurs(folder)) return [];
  const found = readdirSync(folder).filter((name) => name.endsWith('.run'));
  return found.flatMap((name) => read(join(folder, name)) ?? []).sort((a, b) => b.started - a.started);
}

function folderOf(database: string): string {
  return `${database}-runs`;
}

function read(path: string): RunRecord | undefined {
  try {
    const stat = lstatSync(path);
    if (!stat.isFile() || !isOurs(path) || stat.size > LONGEST) return undefined;
    const note = JSON.parse(readFileSync(path, 'utf8')) as RunRecord;
    // The socket goes with its run, the number of a process may come back.
    if (isProcessAlive(note.pid) && existsSync(note.socket)) return note;
    rmSync(path, { force: true });
  } catch {
    // Gone meanwhile, or no note.
  }
  return undefined;
}

/** A token is sent to whatever the note names: one that others could have written is not followed. */
function isOurs(path: string): boolean {
  const { uid, mode } = lstatSync(path);
  if (process.getuid === undefined) return true;
  return uid === process.getuid() && (mode & 0o022) === 0;
}
