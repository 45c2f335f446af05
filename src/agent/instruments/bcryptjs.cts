/** Instrument of bcryptjs: hashes and comparisons, which run on the event loop, without what was given. */

import type { TracedCall } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { objectOf, plainText } from '../record/app-values.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import { bcryptCost, HASH_KINDS } from './shared/hash-kinds.cjs';
import { wrapNativeSync, wrapNativeWork } from './shared/native-work.cjs';

type Functions = Record<string, Function>;

// Behind it there may be a function that is told of the progress.
const CALLBACK_AT = 2;

export const bcryptjs: Instrument = {
  library: 'bcryptjs',
  versions: '>=2 <4',
  kind: 'hash',
  kinds: HASH_KINDS,
  channel: 'scooby:bcryptjs',
  describe,
  files: {
    'bcryptjs/dist/bcrypt.js': patchObject,
    'bcryptjs/umd/index.js': patchObject,
    'bcryptjs/index.js': patchModule,
  },
  esm: { 'bcryptjs/index.js': ['default', 'hash', 'compare', 'hashSync', 'compareSync'] },
  // For what is exported as default, which has no name in the module.
  namespaces: ['bcryptjs/index.js'],
};

function patchObject(functions: object): void {
  for (const name of ['hash', 'compare'])
    replaceMethod(functions, name, (original) =>
      wrapNativeWork(bcryptjs, original, { name, callbackAt: CALLBACK_AT }),
    );
  for (const name of ['hashSync', 'compareSync'])
    replaceMethod(functions, name, (original) => wrapNativeSync(bcryptjs, original, name));
}

/** The object of functions that the module exports as default, and then its bindings. Of version 2 it is no module. */
function patchModule(exported: Functions): void {
  const all = objectOf(exported.default) as Functions | undefined;
  if (all === undefined) return;
  patchObject(all);
  for (const name of ['hash', 'compare', 'hashSync', 'compareSync']) exported[name] = all[name]!;
}

/** In pieces of 100 ms, between which others are served. */
function describe({ args: { 0: method, 2: given } }: TracedCall): CallInfo {
  const name = `bcryptjs.${plainText(method)}`;
  const cost = bcryptCost(given);
  return name.endsWith('Sync')
    ? { name, kind: 'block', detail: { blocking: true, ...cost } }
    : { name, detail: { inPieces: true, ...cost } };
}
