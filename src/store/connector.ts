/** Which module opens the store's database: better-sqlite3, else that of Node. */

import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { OpenDatabase } from './database.js';
import { isMissingBinding } from './error-messages.js';
import { nodeSqliteOpener } from './node-sqlite.js';
import { openPinned } from './pinned.js';
import { StoreError } from './store.js';

/**
 * Opener of databases. Where the native part of better-sqlite3 is missing, it opens them by node:sqlite,
 * and throws a StoreError with the command that mends it where Node has none either.
 */
export async function databaseOpener(): Promise<OpenDatabase> {
  try {
    const { default: Sqlite } = await import('better-sqlite3');
    return withFallback((path, options) => openPinned(Sqlite, path, options));
  } catch (error) {
    return withFallback(() => {
      throw error;
    });
  }
}

// The native part is loaded with the first database.
function withFallback(open: OpenDatabase): OpenDatabase {
  let opener = open;
  return (path, options) => {
    try {
      return opener(path, options);
    } catch (error) {
      if (!isMissingBinding(error) || opener !== open) throw error;
      opener = nodeSqliteOpener() ?? refuse;
      return opener(path, options);
    }
  };
}

function refuse(): never {
  throw new StoreError(
    'The SQLite module is not built for this Node (npm may have blocked its install script). ' +
      `Build it with \`${buildCommand()}\`, or use Node 22.13 or later.`,
  );
}

/** `npm run` runs a script that is asked for by name, whatever ignore-scripts and npm 12 say. */
function buildCommand(): string {
  const folder = moduleFolder();
  if (folder === undefined) return 'npm install better-sqlite3';
  return `npm --prefix ${/^[\w@%+=:,./-]+$/.test(folder) ? folder : `"${folder}"`} run install`;
}

function moduleFolder(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve('better-sqlite3/package.json'));
  } catch {
    return undefined;
  }
}
