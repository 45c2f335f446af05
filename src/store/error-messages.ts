/** What SQLite's and the system's errors mean to a user. */

import { StoreError } from './store.js';

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

/** Answers whether the file is no database, or one that is damaged. */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(NOTADB|CORRUPT)/.test(codeOf(error));
}

/** Answers whether there is no room left, or the disk refuses: it may take more later. */
export function isRefusal(error: unknown): boolean {
  return /^SQLITE_(FULL|IOERR|READONLY)|^(ENOSPC|EDQUOT|EIO|EROFS)$/.test(codeOf(error));
}

/** Answers whether better-sqlite3 is missing, or was built for another Node. */
export function isMissingBinding(error: unknown): boolean {
  return (
    /^(ERR_DLOPEN_FAILED|MODULE_NOT_FOUND|ERR_MODULE_NOT_FOUND)$/.test(codeOf(error)) ||
    /bindings file/.test(String((error as Error | undefined)?.message))
  );
}

const MEANINGS: [pattern: RegExp, message: string][] = [
  [/^(SQLITE_FULL|ENOSPC|EDQUOT)/, 'there is no room left on the disk. Recording goes on once there is.'],
  [/^SQLITE_BUSY|^SQLITE_LOCKED/, 'another process has held it for more than 5 seconds.'],
  [/^SQLITE_(NOTADB|CORRUPT)/, 'it is damaged, or no database.'],
  [/^SQLITE_IOERR|^EIO/, 'the disk cannot be read or written.'],
  [/^(SQLITE_READONLY|EROFS|EACCES|EPERM|SQLITE_PERM|SQLITE_AUTH)/, 'it may not be written by this user.'],
  [/^EISDIR/, 'it is a folder.'],
  [/^ENOTDIR|^EEXIST/, 'part of its path is not a folder.'],
  [/^ELOOP/, 'it is a symbolic link.'],
  [/^ENAMETOOLONG/, 'its path is too long.'],
  [/^SQLITE_CANTOPEN|^ENOENT/, 'it cannot be opened.'],
];

/** Answers a StoreError that says what happened, for a fault a user can do something about; any other error as it is. */
export function explainStoreError(error: unknown, path: string): unknown {
  if (error instanceof StoreError) return error;
  const code = codeOf(error);
  const meaning = MEANINGS.find(([pattern]) => pattern.test(code))?.[1];
  return meaning === undefined ? error : new StoreError(`${path}: ${meaning}`, { cause: error });
}
