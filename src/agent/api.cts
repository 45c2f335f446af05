/** What an app may require: `scooby.log(…)` puts a line into the request's trace. Without the agent it does nothing. */

import { channel } from 'node:diagnostics_channel';

const said = channel('scooby:log');

/** Says something to whoever reads the trace of the request that the calling code serves. Answers nothing, and never throws. */
export function log(...args: unknown[]): void {
  if (said.hasSubscribers) said.publish({ level: 'info', args, by: log });
}
