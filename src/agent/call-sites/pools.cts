/**
 * Pools of other packages (knex's tarn, Sequelize's, generic-pool): the wait for a connection
 * becomes that of the first query on it, with the counts of the pool.
 */

import type { PoolCounts } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { noteWait } from '../instruments/shared/connections.cjs';
import { currentRequest } from '../request/context.cjs';
import { now, type TracedRequest } from '../request/traced-request.cjs';
import { state } from '../run-config.cjs';
import type { CallSiteLibrary } from './library.cjs';
import type { Class } from './own-methods.cjs';

/** An acquire that has no connection yet. */
interface Acquire {
  request: TracedRequest | undefined;
  began: number;
  counts: PoolCounts;
}

/** Acquires by the object whose `resolve` gives them their connection. */
const acquires = new WeakMap<object, Acquire>();

export const tarn: CallSiteLibrary = {
  library: 'tarn',
  versions: '>=3 <4',
  role: 'pool',
  files: {
    'tarn/dist/Pool.js': ({ Pool }: { Pool: Class }) =>
      replaceMethod(Pool.prototype, 'acquire', (acquire) =>
        wrapAcquire(acquire, countsOfTarn, (pending) => pending),
      ),
    'tarn/dist/PendingOperation.js': ({ PendingOperation }: { PendingOperation: Class }) =>
      replaceMethod(PendingOperation.prototype, 'resolve', wrapResolve),
  },
};

export const sequelizePool: CallSiteLibrary = {
  library: 'sequelize-pool',
  versions: '>=6 <9',
  role: 'pool',
  files: {
    'sequelize-pool/lib/Pool.js': ({ Pool }: { Pool: Class }) =>
      replaceMethod(Pool.prototype, 'acquire', (acquire) =>
        wrapAcquire(acquire, countsOfSequelize, promiseKey),
      ),
    'sequelize-pool/lib/Deferred.js': ({ Deferred }: { Deferred: Class }) =>
      replaceMethod(Deferred.prototype, 'resolve', wrapResolve),
  },
};

export const genericPool: CallSiteLibrary = {
  library: 'generic-pool',
  versions: '>=3 <4',
  role: 'pool',
  files: {
    'generic-pool/lib/Pool.js': (Pool: Class) =>
      replaceMethod(Pool.prototype, 'acquire', (acquire) =>
        wrapAcquire(acquire, countsOfGeneric, promiseKey),
      ),
    'generic-pool/lib/Deferred.js': (Deferred: Class) =>
      replaceMethod(Deferred.prototype, 'resolve', wrapResolve),
  },
};

function promiseKey(promise: object): object {
  return promise;
}

/**
 * Wraps `acquire`, which may give a connection before it returns: the newest acquire is then taken
 * for the one that is resolved.
 */
let newest: Acquire | undefined;

function wrapAcquire(
  original: Function,
  countsOf: (pool: never) => PoolCounts,
  keyOf: (result: object) => object,
): Function {
  return function acquire(this: unknown) {
    if (state.recording === 'off') return Reflect.apply(original, this, arguments);
    const outer = newest;
    const mine = attempt(() => ({
      request: currentRequest(),
      began: now(),
      counts: countsOf(this as never),
    }));
    newest = mine;
    try {
      const result: unknown = Reflect.apply(original, this, arguments);
      if (mine !== undefined && newest === mine && typeof result === 'object' && result !== null)
        acquires.set(keyOf(result), mine);
      return result;
    } finally {
      newest = outer;
    }
  };
}

function wrapResolve(original: Function): Function {
  return function resolve(this: { _promise?: object }, resource: unknown) {
    attempt(recordResource, this, resource);
    return Reflect.apply(original, this, arguments);
  };
}

function recordResource(pending: { _promise?: object }, resource: unknown): void {
  if (typeof resource !== 'object' || resource === null) return;
  const acquire = acquires.get(pending) ?? (pending._promise && acquires.get(pending._promise)) ?? newest;
  newest = undefined;
  if (acquire !== undefined) noteWait(resource, acquire.request, acquire.began, acquire.counts);
}

function countsOfTarn(pool: {
  max: number;
  numUsed(): number;
  numFree(): number;
  numPendingAcquires(): number;
}): PoolCounts {
  const idle = pool.numFree();
  return { max: pool.max, open: pool.numUsed() + idle, idle, waiting: pool.numPendingAcquires() };
}

function countsOfSequelize(pool: {
  maxSize: number;
  size: number;
  available: number;
  waiting: number;
}): PoolCounts {
  return { max: pool.maxSize, open: pool.size, idle: pool.available, waiting: pool.waiting };
}

function countsOfGeneric(pool: {
  max: number;
  size: number;
  available: number;
  pending: number;
}): PoolCounts {
  return { max: pool.max, open: pool.size, idle: pool.available, waiting: pool.pending };
}
