/** The API that an app may import: `scooby.log(…)` adds a line to the current request's trace. */

import { channel } from 'node:diagnostics_channel';

const logChannel = channel('scooby:log');

/**
 * Adds a log line to the trace of the request that the calling code serves. Never throws, and
 * does nothing in a process without the agent.
 */
export function log(...args: unknown[]): void {
  if (logChannel.hasSubscribers) logChannel.publish({ level: 'info', args, by: log });
}
