/** Guard of the run folder: notices that it was deleted or is full, says so and restores it. */

import type { RunFolder } from './run-folder.js';

const CHECK_MS = 500;

/** What the guard uses of a run. */
export interface FolderGuardParts {
  folder: Pick<RunFolder, 'path' | 'state' | 'restore'>;
  /** Opens the sockets in the folder again. */
  listenAgain(): Promise<void>;
  /** Whether the disk of the folder is full, at each look. */
  full(isFull: boolean): void;
  warn(message: string): void;
}

/**
 * Checks the folder at intervals until the returned function is called. Processes that are
 * connected go on in their open files; without the folder, processes that start would not be
 * recorded, and requests would wait for them in vain.
 */
export function guardFolder({ folder, listenAgain, full, warn }: FolderGuardParts): () => void {
  let isRestoring = false;
  const check = async () => {
    const state = folder.state();
    full(state === 'full');
    if (state === 'full') warn(`${folder.path} is on a full disk; calls are missing until it has room`);
    if (state !== 'missing' || isRestoring) return;
    isRestoring = true;
    try {
      folder.restore();
      await listenAgain();
      warn(`${folder.path} was deleted and is made anew; calls may be missing`);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      warn(`${folder.path} was deleted and cannot be made anew (${code}); new processes are not recorded`);
    } finally {
      isRestoring = false;
    }
  };
  const timer = setInterval(check, CHECK_MS).unref();
  return () => clearInterval(timer);
}
