/**
 * HTTP clients speak through node:http and fetch, so nothing of them is recorded: those that send their requests in a
 * later turn remember where the user asked for them.
 */

import type { Instrument } from './instruments/instrument.cjs';
import { asking, askingObjects, doing, makingObjects } from './later.cjs';
import { replace } from './replace.cjs';

type Class = { prototype: object };
type Exports = Record<string, Function>;

/** What is patched, and which ES modules are handed over for it: as in an instrument. */
export const clients: Required<Pick<Instrument, 'files' | 'esm'>> = {
  files: {
    'got/dist/source/core/index.js': patchGot,
    'axios/lib/core/Axios.js': (exports: { Axios?: Class } & Class) => patchAxios(exports.Axios ?? exports),
    'axios/dist/node/axios.cjs': ({ Axios }: { Axios: Class }) => patchAxios(Axios),
    'superagent/lib/node/index.js': (exports: { Request: Class & Function }) => {
      replace(exports.Request.prototype, 'end', doing());
      exports.Request = makingObjects(exports.Request);
    },
    'ky/distribution/core/Ky.js': ({ Ky }: { Ky: object }) => replace(Ky, 'create', asking),
    'needle/lib/needle.js': (exports: Exports) => {
      for (const method of ['head', 'get', 'post', 'put', 'patch', 'delete', 'request'])
        replace(exports, method, asking);
    },
    'request/request.js': ({ prototype }: Class) => replace(prototype, 'init', asking),
  },
  esm: {
    'got/dist/source/core/index.js': ['Request'],
    'axios/lib/core/Axios.js': ['Axios'],
    'ky/distribution/core/Ky.js': ['Ky'],
  },
};

/** Since 12 requests are flushed by whoever made them; before, they begin as they are made. */
function patchGot(exports: { Request?: Class; default?: Class & Function }): void {
  if (exports.Request !== undefined) replace(exports.Request.prototype, 'flush', asking);
  else exports.default = askingObjects(exports.default!);
}

/** Its instances keep `request` bound since they were made; the newer ones call this one. */
function patchAxios({ prototype }: Class): void {
  replace(prototype, '_request' in prototype ? '_request' : 'request', asking);
}
