/** Instrument of argon2: hashes and verifications, without what was given, but for its cost. */

import type { TracedCall } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { dataOf, plainText } from '../record/app-values.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import { HASH_KINDS } from './shared/hash-kinds.cjs';
import { wrapNativeWork } from './shared/native-work.cjs';

const COSTS = ['timeCost', 'memoryCost', 'parallelism', 'hashLength'];

export const argon2: Instrument = {
  library: 'argon2',
  versions: '>=0.40 <1',
  kind: 'hash',
  kinds: HASH_KINDS,
  channel: 'scooby:argon2',
  describe,
  files: { 'argon2/argon2.cjs': patchArgon2, 'argon2/argon2.js': patchArgon2 },
};

function patchArgon2(loaded: object): void {
  for (const method of ['hash', 'verify'])
    replaceMethod(loaded, method, (original) => wrapNativeWork(argon2, original));
}

function describe({ args: { 0: method, 2: options } }: TracedCall): CallInfo {
  const costs = COSTS.map((key) => [key, dataOf(options, key)] as const);
  return {
    name: `argon2.${plainText(method)}`,
    detail: Object.fromEntries(costs.filter(([, value]) => typeof value === 'number')),
  };
}
