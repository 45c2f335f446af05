/** AsyncLocalStorage of call sites: which app line asked for work that a library runs in a later tick. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { applyInRequest, currentRequest, isRecording } from '../request/context.cjs';
import { now, type TracedRequest } from '../request/traced-request.cjs';
import { state } from '../run-config.cjs';
import { captureStack } from './stack.cjs';

/** The request, the line and the time at which the app asked for work, which mostly a library's own code does later. */
export interface CallSite {
  readonly request: TracedRequest | undefined;
  readonly stack: number;
  readonly began: number;
  /**
   * No later capture takes the stack's place. Otherwise one that has running app code in it does: the handler of a
   * `then`, but also the client extension through which Prisma passes the query.
   */
  readonly final?: boolean;
  /** Its request is not recorded while another one is: calls made on its behalf are silent. */
  readonly silent?: boolean;
}

/** Runs a function on behalf of a call site, as `applyIn` does under a request. */
export type ContextRunner = (fn: Function, self: unknown, args: ArrayLike<unknown>) => unknown;

const storage = new AsyncLocalStorage<CallSite>();
/** Reading the storage costs, and most apps have no library that defers its work. */
let used = false;
/** Call sites of objects whose work is done later: a query builder, a promise that starts when it is awaited. */
const remembered = new WeakMap<object, CallSite>();
/** The call site of the call that begins next, in this turn. */
let next: CallSite | undefined;

/** Captures where the app called `cut`; nothing where that is not recorded. `frames` is the `depth` of captureStack. */
export function captureCallSite(cut: (...args: never[]) => unknown, frames = 0): CallSite | undefined {
  if (state.recording === 'off') return undefined;
  const request = currentRequest();
  if (request === undefined && state.recording !== 'all') {
    return isRecording() ? { request, stack: 0, began: now(), silent: true } : undefined;
  }
  return { request, stack: captureStack(cut, frames, currentCallSite(request)), began: now() };
}

/** The call site of the work that runs now, if it was asked for in this request. */
export function currentCallSite(request: TracedRequest | undefined): CallSite | undefined {
  const site = used ? storage.getStore() : undefined;
  return site?.request === request ? site : undefined;
}

/**
 * Runs `fn` on behalf of a call site of the running request: all that it does, in this turn and in later ones, was asked
 * for there. That it does not enter the request spares every stack that is captured in it a frame.
 */
export function runDeferred(site: CallSite, fn: Function, self: unknown, args: ArrayLike<unknown>): unknown {
  used = true;
  return storage.run(site, Reflect.apply, fn, self, args);
}

/** Runs `fn` in the turn of any request, under the one that is given and on behalf of the call site, or of none. */
export function runInContext(
  request: TracedRequest | undefined,
  site: CallSite | undefined,
  fn: Function,
  self: unknown,
  args: ArrayLike<unknown>,
): unknown {
  if (site !== undefined) used = true;
  if (!used || storage.getStore() === site) return applyInRequest(request, fn, self, args);
  return storage.run(site as CallSite, applyInRequest, request, fn, self, args);
}

/** `runIn` with a call site and its request; nothing without one. */
export function contextRunner(site: CallSite | undefined): ContextRunner | undefined {
  return site && ((fn, self, args) => runInContext(site.request, site, fn, self, args));
}

/**
 * Runs `fn` under the call site's request. Unlike `runDeferred` it is about the first call that begins before `fn`
 * returns and no other: that call has waited since the site's `began`, and has the site's line where it has none itself.
 */
export function runFrom(site: CallSite, fn: Function, self: unknown, args: ArrayLike<unknown>): unknown {
  const before = next;
  next = site;
  try {
    return applyInRequest(site.request, fn, self, args);
  } finally {
    next = before;
  }
}

/** The call site that `runFrom` keeps for the call of this request that begins now; it has it alone. */
export function takeCallSite(request: TracedRequest | undefined): CallSite | undefined {
  if (next === undefined || next.request !== request) return undefined;
  const site = next;
  next = undefined;
  return site;
}

/** Keeps the call site of an object whose work is done later. */
export function rememberCallSite(object: object, site: CallSite | undefined): void {
  if (site !== undefined) remembered.set(object, site);
}

/** The call site that an object was remembered with. */
export function callSiteOfObject(object: object): CallSite | undefined {
  return remembered.get(object);
}
