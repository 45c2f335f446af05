/** Calls that HTTP requests of their driver carry: these are part of them, and have no spans of their own. */

import { runCall, type TracedCall } from '../../call/call.cjs';
import { runUnseen, type UnseenSite } from '../../call/call-site.cjs';

/** Runs a call; what its driver sends for it, in this tick or later, is not recorded once more. */
export function runCarried(
  call: TracedCall,
  original: Function,
  self: unknown,
  args: ArrayLike<unknown>,
): unknown {
  const site: UnseenSite = { request: call.request, stack: call.stack, began: call.began, silent: true };
  return runUnseen(site, runCall as Function, undefined, [call, original, self, args]);
}
