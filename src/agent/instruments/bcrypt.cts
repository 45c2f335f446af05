/** Instrument of bcrypt: hashes and comparisons, without what was given, but for its cost. */

import type { TracedCall } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { plainText } from '../record/app-values.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import { bcryptCost, HASH_KINDS } from './shared/hash-kinds.cjs';
import { wrapNativeSync, wrapNativeWork } from './shared/native-work.cjs';

export const bcrypt: Instrument = {
  library: 'bcrypt',
  versions: '>=5 <7',
  kind: 'hash',
  kinds: HASH_KINDS,
  channel: 'scooby:bcrypt',
  describe,
  files: {
    'bcrypt/bcrypt.js': (loaded: object) => {
      for (const method of ['hash', 'compare'])
        replaceMethod(loaded, method, (original) => wrapNativeWork(bcrypt, original));
      for (const method of ['hashSync', 'compareSync'])
        replaceMethod(loaded, method, (original) => wrapNativeSync(bcrypt, original));
    },
  },
};

function describe({ args: { 0: method, 2: given } }: TracedCall): CallInfo {
  const name = `bcrypt.${plainText(method)}`;
  const isSync = name.endsWith('Sync');
  const detail = { ...(isSync && { blocking: true }), ...bcryptCost(given) };
  return isSync ? { name, kind: 'block', detail } : { name, detail };
}
