/** What the command has left running: npm and shells do not always hand a signal on to what they have started. */

import type { Collector } from '../collector/collector.js';

// Processes that npm and the like have started end a little later than these, or do not.
const FOLLOW_MS = 300;
const PATIENCE_MS = 3000;

/** Sends them the signal that the command was ended by, unless they end by themselves. */
export async function signalOrphans(collector: Collector, signal: NodeJS.Signals): Promise<void> {
  if (!(await collector.waitForDisconnects(FOLLOW_MS))) signalAll(collector, signal);
}

/** Ends them, for certain after a while: they would keep the port of those to come. */
export async function endOrphans(collector: Collector): Promise<void> {
  if (await collector.waitForDisconnects(FOLLOW_MS)) return;
  signalAll(collector, 'SIGTERM');
  if (await collector.waitForDisconnects(PATIENCE_MS)) return;
  signalAll(collector, 'SIGKILL');
  await collector.waitForDisconnects(FOLLOW_MS);
}

function signalAll({ connections }: Collector, signal: NodeJS.Signals): void {
  for (const pid of new Set(connections.map(({ pid }) => pid))) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}
