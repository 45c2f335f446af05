/** Watch over a route: after every restart of the app its request is sent again, and compared. */

import type { RunStatus } from '../control/client.js';
import type { Trace } from '../domain/trace.js';
import { verificationOf } from '../insight/verify/verdicts.js';
import { replayed, type VerifyAccess } from './verify.js';
import type { WatchListener } from './watch-listener.js';

/** What a watch needs; `status` rejects or resolves with undefined while no run answers. */
export interface WatchAccess extends VerifyAccess {
  status(): Promise<Pick<RunStatus, 'app' | 'processes'> | undefined>;
}

/** ms between two looks for a restart. */
const LOOK_MS = 200;

/**
 * Compares the request with `before` whenever the process that answered it last has gone and the app
 * listens again, until the signal aborts.
 */
export async function watchRestarts(
  before: Trace,
  access: WatchAccess,
  listener: WatchListener,
  signal: AbortSignal,
): Promise<void> {
  let pid = before.app?.pid;
  /** Processes for which the request has failed: it is not sent to them again. */
  let failedFor = '';
  while (!signal.aborted) {
    const status = await access.status().catch(() => undefined);
    const pids = status?.processes.map((process) => process.pid) ?? [];
    const isNew =
      status?.app === 'listening' && pids.length > 0 && (pid === undefined || !pids.includes(pid));
    if (isNew && failedFor !== pids.join()) {
      try {
        const { after, notes } = await replayed(before, access);
        if (signal.aborted) return;
        listener.compared({ ...verificationOf(before, after), notes });
        // The app may have ended again meanwhile: without a process nothing has answered.
        if (after.app === undefined) failedFor = pids.join();
        else pid = after.app.pid;
      } catch (error) {
        failedFor = pids.join();
        if (!signal.aborted) listener.failed((error as Error).message);
      }
    }
    await pause(signal);
  }
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, LOOK_MS);
    signal.addEventListener('abort', end);
  });
}
