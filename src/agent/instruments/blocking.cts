/** Node's synchronous calls that hold up every request for more than 5 ms: files, crypto, zlib. */

import { beginCallFrom, endCall, type TracedCall } from '../call/call.cjs';
import { captureCallSite } from '../call/call-site.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { currentRequest } from '../request/context.cjs';
import { now } from '../request/traced-request.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

const BLOCKS_MS = 5;
// Those of crypto that are synchronous unless they are given a callback are told too: they return late then.
const OF_CRYPTO = /Sync$|^(?:randomBytes|sign|verify|generatePrime|checkPrime)$/;

/** A synchronous call is made of others. */
let inside = false;

export const blocking: Instrument = {
  library: 'node',
  versions: '*',
  kind: 'block',
  channel: 'scooby:block',
  describe,
  files: {},
  install: () => {
    watch('fs', require('node:fs'), /Sync$/);
    watch('crypto', require('node:crypto'), OF_CRYPTO);
  },
  serving: () => watch('zlib', require('node:zlib'), /Sync$/),
};

function describe({ self, args }: TracedCall): CallInfo {
  const path = typeof args[0] === 'string' && String(self).startsWith('fs.') ? ` ${args[0]}` : '';
  // Texts may be secrets; numbers (iterations, lengths) say why it took so long.
  const numbers = Array.from(args).filter((value) => typeof value === 'number');
  return { name: `${self}${path}`, ...(numbers.length > 0 && { detail: { numbers } }) };
}

function watch(module: string, exports: Record<string, unknown>, names: RegExp): void {
  for (const method of Object.keys(exports)) {
    if (!names.test(method) || typeof exports[method] !== 'function') continue;
    replaceMethod(exports, method, (original) => {
      const timed = function (this: unknown) {
        if (inside || currentRequest() === undefined) return Reflect.apply(original, this, arguments);
        inside = true;
        const at = now();
        try {
          return Reflect.apply(original, this, arguments);
        } finally {
          inside = false;
          if (now() - at > BLOCKS_MS) tellBlock(timed, `${module}.${method}`, arguments, at);
        }
      };
      return timed;
    });
  }
}

function tellBlock(cut: () => unknown, name: string, args: IArguments, at: number): void {
  const site = captureCallSite(cut);
  if (site === undefined) return;
  const call = beginCallFrom(blocking, site, name, args);
  call.began = at;
  endCall(call);
}
