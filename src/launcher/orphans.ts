/**
 * Orphans: Node processes that outlive the command, because npm and shells do not always forward
 * signals.
 */

import type { AppConnections } from '../collector/app-connections.js';

// Processes that npm or a shell has started exit a little later than npm itself, or not at all.
const EXIT_MS = 300;
const KILL_AFTER_MS = 3000;
// As long as the command itself has after SIGTERM (child.ts).
const IGNORED_MS = 5000;
const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * Sends the signal that ended the command to its orphans, unless they exit within EXIT_MS. Orphans
 * that ignore SIGTERM are killed after IGNORED_MS, or at once by the next signal to the launcher.
 */
export async function signalOrphans(connections: AppConnections, signal: NodeJS.Signals): Promise<void> {
  if (await connections.waitForDisconnects(EXIT_MS)) return;
  signalProcesses(connections, signal);
  if (signal !== 'SIGTERM') return;
  const kill = () => signalProcesses(connections, 'SIGKILL');
  for (const impatient of END_SIGNALS) process.on(impatient, kill);
  try {
    if (await connections.waitForDisconnects(IGNORED_MS)) return;
    kill();
    await connections.waitForDisconnects(EXIT_MS);
  } finally {
    for (const impatient of END_SIGNALS) process.off(impatient, kill);
  }
}

/**
 * Ends orphans, after KILL_AFTER_MS by SIGKILL: they would occupy the port that the restarted app
 * needs.
 */
export async function endOrphans(connections: AppConnections): Promise<void> {
  if (await connections.waitForDisconnects(EXIT_MS)) return;
  signalProcesses(connections, 'SIGTERM');
  if (await connections.waitForDisconnects(KILL_AFTER_MS)) return;
  signalProcesses(connections, 'SIGKILL');
  await connections.waitForDisconnects(EXIT_MS);
}

function signalProcesses(connections: AppConnections, signal: NodeJS.Signals): void {
  for (const pid of new Set(connections.all.map(({ pid }) => pid))) {
    try {
      process.kill(pid, signal);
    } catch {
      // The process has exited meanwhile.
    }
  }
}
