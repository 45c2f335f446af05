/** The shared store that a command reads or writes: --store, SCOOBY_STORE, or "store" in the configuration. */

import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../../domain/errors.js';
import { projectFolder } from '../../store/location.js';
import type { SharedStore } from '../../store/open.js';
import { parseStoreUrl } from '../../store/redis/store-url.js';
import { StoreError } from '../../store/store.js';
import { readProjectConfig } from '../config/project-config.js';

/** Where a command is told to read or write. */
export interface StorePlace {
  db?: string;
  store?: string;
  /** The screen of `run --ui`, which is told the database as well. */
  attached?: boolean;
}

/** Shared store of a command; undefined where requests are in a file. Throws a UserError for no URL. */
export function sharedStoreOf(
  { store, db, attached }: StorePlace,
  cwd: string,
  configured: () => unknown = () => readProjectConfig(cwd).run.store,
): SharedStore | undefined {
  const isFile = db !== undefined && !attached;
  const url = store ?? (isFile ? undefined : process.env.SCOOBY_STORE || configured());
  if (url === undefined) return undefined;
  if (typeof url !== 'string') throw new UserError('"run.store" in the configuration has to be a URL.');
  const { shown, password } = addressOf(url);
  if (store !== undefined && password !== undefined) hideArgument(url, shown);
  return { url, project: projectName(projectFolder(cwd)) };
}

function addressOf(url: string) {
  try {
    return parseStoreUrl(url);
  } catch (error) {
    throw error instanceof StoreError ? new UserError(error.message) : error;
  }
}

/** `ps` shows the arguments of every process to every user: the URL's password is taken out. */
function hideArgument(url: string, shown: string): void {
  process.title = ['scooby', ...process.argv.slice(2)].join(' ').replaceAll(url, shown);
}

/** Name that hosts share whose checkouts are in different folders. */
function projectName(folder: string): string {
  try {
    const file = join(folder, 'package.json');
    const { name } = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown }) : {};
    if (typeof name === 'string' && name !== '') return name;
  } catch {
    // No JSON: the folder has a name, too.
  }
  return basename(folder) || 'root';
}
