/** Messages to the user for errors of SQLite and of the file system. */

import { StoreBusyError, StoreError } from './store.js';

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

/** Whether the file is damaged, or no database. */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(NOTADB|CORRUPT)/.test(codeOf(error));
}

/** Whether the disk is full or refuses a write, which may succeed later. */
export function isRefusal(error: unknown): boolean {
  return /^SQLITE_(FULL|IOERR|READONLY)|^(ENOSPC|EDQUOT|EIO|EROFS)$/.test(codeOf(error));
}

/** Whether the native module of better-sqlite3 is missing, or was built for another Node. */
export function isMissingBinding(error: unknown): boolean {
  return (
    /^(ERR_DLOPEN_FAILED|MODULE_NOT_FOUND|ERR_MODULE_NOT_FOUND)$/.test(codeOf(error)) ||
    /bindings file/.test(String((error as Error | undefined)?.message))
  );
}

const BUSY = /^SQLITE_BUSY|^SQLITE_LOCKED/;

const MESSAGES: [pattern: RegExp, message: string][] = [
  [/^(SQLITE_FULL|ENOSPC|EDQUOT)/, 'there is no room left on the disk. Recording goes on once there is.'],
  [BUSY, 'another process has held it for more than 5 seconds.'],
  [/^SQLITE_(NOTADB|CORRUPT)/, 'it is damaged, or no database.'],
  [/^SQLITE_IOERR|^EIO/, 'the disk cannot be read or written.'],
  [/^(SQLITE_READONLY|EROFS|EACCES|EPERM|SQLITE_PERM|SQLITE_AUTH)/, 'it may not be written by this user.'],
  [/^EISDIR/, 'it is a folder.'],
  [/^ENOTDIR|^EEXIST/, 'part of its path is not a folder.'],
  [/^ELOOP/, 'it is a symbolic link.'],
  [/^ENAMETOOLONG/, 'its path is too long.'],
  [/^SQLITE_CANTOPEN|^ENOENT/, 'it cannot be opened.'],
];

/** StoreError with a message for an error that a user can act on; any other error unchanged. */
export function explainStoreError(error: unknown, path: string): unknown {
  if (error instanceof StoreError) return error;
  const code = codeOf(error);
  const message = MESSAGES.find(([pattern]) => pattern.test(code))?.[1];
  if (message === undefined) return error;
  const ExplainedError = BUSY.test(code) ? StoreBusyError : StoreError;
  return new ExplainedError(`${path}: ${message}`, { cause: error });
}
