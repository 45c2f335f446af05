/** AsyncLocalStorage of call sites: the app's line for work that a library does in a later tick. */

import { AsyncLocalStorage } from 'node:async_hooks';
import {
  applyInRequest,
  currentRequest,
  isOutsideRecorded,
  isRecording,
  mayBeInRequest,
} from '../request/context.cjs';
import { now, type TracedRequest } from '../request/traced-request.cjs';
import { state } from '../run-config.cjs';
import { captureStack } from './stack.cjs';

/** Request, stack and time (performance.now(), ms) of an app's call that a library runs later. */
export interface CallSite {
  readonly request: TracedRequest | undefined;
  readonly stack: number;
  readonly began: number;
  /**
   * True if no later capture replaces the stack. Otherwise a later stack with a running app frame
   * does: that of a `then` handler, but also of the client extension through which Prisma passes
   * the query.
   */
  readonly final?: boolean;
  /** Method of the ORM or query builder that the app called: `sequelize.findAll`. */
  readonly api?: string | undefined;
  /** True if its request is unrecorded while another request is recorded: its calls are silent. */
  readonly silent?: boolean;
}

/** Calls a function in the context of a request and a call site. */
export type ContextRunner = (fn: Function, self: unknown, args: ArrayLike<unknown>) => unknown;

const storage = new AsyncLocalStorage<CallSite>();
/** False until a call site is stored: most apps never do, and reading the storage costs time. */
let isStorageUsed = false;
/**
 * Call sites of objects that run later: a query builder, a promise that starts when it is awaited.
 */
const remembered = new WeakMap<object, CallSite>();
/** Call site for the next call that begins in this tick (`runFrom`). */
let nextSite: CallSite | undefined;

/**
 * Captures the call site of the app's call of `wrapper`; undefined if it is not recorded. `frames`
 * is the maximum number of library frames between the two, `api` the name of the wrapped method.
 */
export function captureCallSite(
  wrapper: (...args: never[]) => unknown,
  frames = 0,
  api?: string,
): CallSite | undefined {
  if (state.recording === 'off' || (state.recording === 'marked' && !mayBeInRequest())) return undefined;
  try {
    const request = currentRequest();
    if (request === undefined && !isOutsideRecorded()) {
      return isRecording() ? { request, stack: 0, began: now(), silent: true } : undefined;
    }
    const outer = currentCallSite(request) ?? nextCallSite(request);
    if (outer?.silent) return outer;
    const stack = captureStack(wrapper, frames, outer);
    // Where a method calls another, the app called the outer.
    return { request, stack, began: now(), api: stack === outer?.stack ? (outer.api ?? api) : api };
  } catch {
    return undefined;
  }
}

/** Call site of the running work, if it belongs to `request`. */
export function currentCallSite(request: TracedRequest | undefined): CallSite | undefined {
  const site = isStorageUsed ? storage.getStore() : undefined;
  return site?.request === request ? site : undefined;
}

/**
 * Runs `fn` with a call site of the current request: everything that it does, in this tick or
 * later, gets that site. It does not enter the request again, which saves a frame in every stack
 * captured inside.
 */
export function runDeferred(site: CallSite, fn: Function, self: unknown, args: ArrayLike<unknown>): unknown {
  isStorageUsed = true;
  return storage.run(site, Reflect.apply, fn, self, args);
}

/** Runs `fn` in the context of `request` and `site`, which may be undefined, not in the current. */
export function runInContext(
  request: TracedRequest | undefined,
  site: CallSite | undefined,
  fn: Function,
  self: unknown,
  args: ArrayLike<unknown>,
): unknown {
  if (site !== undefined) isStorageUsed = true;
  if (!isStorageUsed || storage.getStore() === site) return applyInRequest(request, fn, self, args);
  return storage.run(site as CallSite, applyInRequest, request, fn, self, args);
}

/** Site of what a call does that is recorded already, until that has ended: then it is the app's again. */
export interface UnseenSite extends CallSite {
  silent: boolean;
}

/**
 * Runs `fn` as part of a recorded call: what it calls, in this tick or later, is not recorded once more,
 * as long as `site` is silent. Of an answer that the app reads when the call has ended, the listeners run
 * in that context, too.
 */
export function runUnseen(site: UnseenSite, fn: Function, self: unknown, args: ArrayLike<unknown>): unknown {
  isStorageUsed = true;
  return storage.run(site, Reflect.apply, fn, self, args);
}

/** `runInContext` bound to a call site and its request; undefined without a site. */
export function contextRunner(site: CallSite | undefined): ContextRunner | undefined {
  return site && ((fn, self, args) => runInContext(site.request, site, fn, self, args));
}

/**
 * Runs `fn` in the context of the site's request. Unlike with `runDeferred`, only the first call
 * that begins before `fn` returns gets the site: its wait is the time since the site's `began`, and
 * it has the site's stack unless its own has an app frame.
 */
export function runFrom(site: CallSite, fn: Function, self: unknown, args: ArrayLike<unknown>): unknown {
  const before = nextSite;
  nextSite = site;
  try {
    return applyInRequest(site.request, fn, self, args);
  } finally {
    nextSite = before;
  }
}

/**
 * Site of `runFrom` for what begins before its call, such as the driver's object for that; not final, as a logger
 * of the app may run before it, too.
 */
function nextCallSite(request: TracedRequest | undefined): CallSite | undefined {
  if (nextSite === undefined || nextSite.request !== request) return undefined;
  return nextSite.final ? { ...nextSite, final: false } : nextSite;
}

/**
 * Takes the call site of `runFrom` for the call of `request` that begins now; the next gets none.
 */
export function takeCallSite(request: TracedRequest | undefined): CallSite | undefined {
  if (nextSite === undefined || nextSite.request !== request) return undefined;
  const site = nextSite;
  nextSite = undefined;
  return site;
}

/** Stores the call site of an object that runs later. */
export function rememberCallSite(object: object, site: CallSite | undefined): void {
  if (site !== undefined) remembered.set(object, site);
}

/** Call site stored by `rememberCallSite`. */
export function callSiteOfObject(object: object): CallSite | undefined {
  return remembered.get(object);
}
