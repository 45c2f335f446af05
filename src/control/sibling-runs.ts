/** Other runs that save to the same database: a call from an app of one to an app of another becomes one tree. */

import { createHmac, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PeerAddresses } from '../domain/link.js';
import { stateFolder } from '../store/location.js';
import { isOurs, type RunRecord, runRecords, watchRunRecords } from './registry.js';

const KEY_BYTES = 32;

/**
 * Key by which the runs of one database prove to each other's apps that a request comes from one of theirs, from a
 * file that only this user can read, made at the first run; a key of this run alone where it cannot be had.
 */
export function parentKey(database: string, folder = join(stateFolder(), 'scooby')): string {
  try {
    return createHmac('sha256', userKey(folder)).update(database).digest('base64url');
  } catch {
    // No home, or no right to write in it.
    return randomBytes(KEY_BYTES).toString('base64url');
  }
}

function userKey(folder: string): Buffer {
  const path = join(folder, 'parent.key');
  try {
    return readKey(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, randomBytes(KEY_BYTES), { mode: 0o600 });
  try {
    // Of two runs that start at once, one makes it, whole.
    linkSync(fresh, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
  return readKey(path);
}

function readKey(path: string): Buffer {
  const key = readFileSync(path);
  if (!isOurs(path) || key.length !== KEY_BYTES) throw new Error(`${path} is no key of this user's`);
  return key;
}

/**
 * Calls `onChange` with the addresses of the apps and proxies of all other runs of a database, whenever they may have
 * changed, until the returned function is called. Runs that do not save there have none.
 */
export function watchSiblings(
  database: string,
  id: string,
  onChange: (addresses: PeerAddresses) => void,
): () => void {
  const look = () => {
    const siblings = runRecords(database).filter((run) => run.id !== id && run.keptIn !== 'memory');
    onChange({
      ports: [...new Set(siblings.flatMap(portsOf))],
      paths: [...new Set(siblings.flatMap(({ servers }) => servers?.paths ?? []))],
    });
  };
  look();
  return watchRunRecords(database, look);
}

function portsOf({ url, servers }: RunRecord): number[] {
  const proxy = url === undefined ? 0 : Number(new URL(url).port);
  return [proxy, ...(servers?.ports ?? [])].filter((port) => port > 0);
}
