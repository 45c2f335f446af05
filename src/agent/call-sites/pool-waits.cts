/**
 * Waits in pools of other packages (knex's tarn, Sequelize's, generic-pool): the wait for a
 * connection becomes that of the first query on it, with the counts of the pool.
 */

import type { PoolCounts } from '../call/call.cjs';
import { attempt } from '../guard.cjs';
import { noteWait } from '../instruments/shared/connections.cjs';
import { currentRequest } from '../request/context.cjs';
import { now, type TracedRequest } from '../request/traced-request.cjs';
import { state } from '../run-config.cjs';

/** An acquire that has no connection yet. */
interface Acquire {
  request: TracedRequest | undefined;
  began: number;
  counts: PoolCounts;
}

/** Acquires by the object whose `resolve` gives them their connection. */
const acquires = new WeakMap<object, Acquire>();

let newest: Acquire | undefined;

/**
 * Wrapper of a pool's `acquire`, which may give a connection before it returns: the newest acquire
 * is then taken for the one that is resolved.
 */
export function wrapAcquire(original: Function, countsOf: (pool: never) => PoolCounts): Function {
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
        acquires.set(result, mine);
      return result;
    } finally {
      newest = outer;
    }
  };
}

/** Wrapper of the `resolve` by which a pool gives a waiting acquire its connection. */
export function wrapResolve(original: Function): Function {
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
