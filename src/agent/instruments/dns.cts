/** Instrument of dns.lookup over 5 ms, which every connection to a named host waits for. */

import { beginCallFrom, bindToRequest, endCall, type TracedCall } from '../call/call.cjs';
import { captureCallSite } from '../call/call-site.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { plainText } from '../record/app-values.cjs';
import { currentRequest } from '../request/context.cjs';
import { now } from '../request/traced-request.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

const SLOW_MS = 5;
// Frames of sockets, agents and drivers, which look names up for the app.
const LIBRARY_FRAMES = 20;

export const dns: Instrument = {
  library: 'dns',
  versions: '*',
  kind: 'dns',
  channel: 'scooby:dns',
  describe: ({ args }: TracedCall): CallInfo => ({ name: `lookup ${plainText(args[0]) ?? '…'}` }),
  files: {},
  install: () => replaceMethod(require('node:dns'), 'lookup', wrapLookup),
};

function wrapLookup(original: Function): Function {
  return function lookup(this: unknown, ...args: unknown[]) {
    if (currentRequest() !== undefined) attempt(watchLookup, lookup, args);
    return Reflect.apply(original, this, args);
  };
}

/** Has the callback, the last of the arguments, tell of a slow lookup. */
function watchLookup(cut: (...args: never[]) => unknown, args: unknown[]): void {
  const callback = args[args.length - 1];
  const site = typeof callback === 'function' ? captureCallSite(cut, LIBRARY_FRAMES) : undefined;
  if (site === undefined) return;
  args[args.length - 1] = bindToRequest(site.request, callback as Function, ({ 0: error }) => {
    if (now() - site.began <= SLOW_MS) return;
    const call = beginCallFrom(dns, site, undefined, args);
    call.began = site.began;
    endCall(call, error);
  });
}
