/** dns.lookup: names that took longer than 5 ms, which every connection to a named host waits for. */

import { current, now } from '../context.cjs';
import { beginFor, bound, type Call, callerOf, end, replace } from '../traced.cjs';
import type { Instrument, Speech } from './instrument.cjs';

const SLOW_MS = 5;

export const dns: Instrument = {
  library: 'dns',
  versions: '*',
  kind: 'dns',
  channel: 'scooby:dns',
  describe: ({ args }: Call): Speech => ({ name: `lookup ${String(args[0])}` }),
  files: {},
  install: () => replace(require('node:dns'), 'lookup', wrapLookup),
};

function wrapLookup(original: Function): Function {
  return function lookup(this: unknown, ...args: unknown[]) {
    const callback = args.at(-1);
    const caller =
      typeof callback === 'function' && current() !== undefined ? callerOf(lookup, true) : undefined;
    if (caller === undefined) return Reflect.apply(original, this, args);
    args[args.length - 1] = bound(caller.request, callback as Function, ([error]) => {
      if (now() - caller.at > SLOW_MS) end(beginFor(caller, dns, undefined, args), error);
    });
    return Reflect.apply(original, this, args);
  };
}
