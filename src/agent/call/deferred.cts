/** Wrappers for libraries that run the app's calls in a later tick. */

import { attempt } from '../guard.cjs';
import { currentRequest } from '../request/context.cjs';
import { now } from '../request/traced-request.cjs';
import { state } from '../run-config.cjs';
import {
  type CallSite,
  callSiteOfObject,
  captureCallSite,
  currentCallSite,
  rememberCallSite,
  runDeferred,
  runFrom,
  runInContext,
} from './call-site.cjs';
import { mapperApiOf } from './mapper-api.cjs';

// Enough for the frames that the libraries have between the app's call and the wrapped function.
const LIBRARY_FRAMES = 20;

interface CallOptions {
  /** Library frames between the app's call and the function, as capturing them costs: 0 if none. */
  frames?: number;
  /** Whether the call site is final (see CallSite), by the arguments of the call. */
  isFinal?(args: ArrayLike<unknown>): boolean;
}

interface FactoryOptions {
  frames?: number;
  /** Called with each object that the factory has created. */
  onCreated?(object: never): void;
}

interface ExecutorOptions {
  /** Object that has the call site, if it is not the receiver of the executor. */
  ownerOf?(self: never): object;
  /** Whether the call site is final (see CallSite). */
  final?: boolean;
}

/** Wraps a function that starts work: its calls, now and later, get the line of the app's call. */
export function wrapCall(
  original: Function,
  { frames = LIBRARY_FRAMES, isFinal }: CallOptions = {},
): Function {
  const api = mapperApiOf(original);
  return function call(this: unknown) {
    const site = captureCallSite(call, frames, api);
    if (site === undefined || site.silent) return Reflect.apply(original, this, arguments);
    const final = isFinal !== undefined && attempt(isFinal, arguments) === true;
    return runDeferred(final ? { ...site, final } : site, original, this, arguments);
  };
}

/** Wraps a class whose constructor starts work, as `wrapCall` does. */
export function wrapCallClass<T extends Function>(Class: T): T {
  const construct = (...args: [Function, unknown[], Function]) => {
    const site = captureCallSite(construct, LIBRARY_FRAMES);
    if (site === undefined || site.silent) return Reflect.construct(...args);
    return runDeferred(site, Reflect.construct, Reflect, args) as object;
  };
  return new Proxy(Class, { construct }) as T;
}

/**
 * Wraps a function that creates an object (a query) which an executor runs later: it keeps the call
 * site.
 */
export function wrapFactory(
  original: Function,
  { frames = LIBRARY_FRAMES, onCreated }: FactoryOptions = {},
): Function {
  const api = mapperApiOf(original);
  return function make(this: unknown) {
    const object = Reflect.apply(original, this, arguments);
    attempt(keepCallSite, object, make, frames, api);
    // Even while recording is off: it restores properties that the wrapper itself has changed.
    if (onCreated !== undefined) attempt(onCreated, object as never);
    return object;
  };
}

/** Wraps a class whose objects an executor runs later, as `wrapFactory` does. */
export function wrapFactoryClass<T extends Function>(Class: T): T {
  const construct = (original: Function, args: unknown[], target: Function) => {
    const object = Reflect.construct(original, args, target);
    attempt(keepCallSite, object, construct, LIBRARY_FRAMES);
    return object;
  };
  return new Proxy(Class, { construct }) as T;
}

/**
 * Wraps a function that runs an object; without a call site from a factory, that of this call is
 * used.
 */
export function wrapExecutor(
  original: Function,
  { ownerOf = identity, final = false }: ExecutorOptions = {},
): Function {
  const api = mapperApiOf(original);
  return function execute(this: unknown) {
    if (state.recording === 'off') return Reflect.apply(original, this, arguments);
    const owner = ownerOf === identity ? (this as object) : attempt(ownerOf, this as never);
    const site = attempt(siteOf, owner) ?? captureCallSite(execute, LIBRARY_FRAMES, api);
    if (site === undefined || site.silent) return Reflect.apply(original, this, arguments);
    return runDeferred(final ? { ...site, final } : site, original, this, arguments);
  };
}

/**
 * Wraps an executor that makes its one driver call before it returns. Only that call gets the call
 * site: AsyncLocalStorage would pass it to the app's handlers too, which drizzle's `then` receives.
 * The site is final, which saves a capture, and begins now: the time since the object was created
 * is the app's.
 */
export function wrapImmediateExecutor(original: Function): Function {
  return function execute(this: object) {
    if (state.recording === 'off') return Reflect.apply(original, this, arguments);
    const site = attempt(siteOf, this);
    if (site === undefined) return Reflect.apply(original, this, arguments);
    return runFrom({ ...site, began: now(), final: true }, original, this, arguments);
  };
}

/** Binds a handler that a library calls in a later tick to the current request and call site. */
export function bindDeferred(handler: Function): Function {
  const request = currentRequest();
  const site = currentCallSite(request);
  return function (this: unknown) {
    return runInContext(request, site, handler, this, arguments);
  };
}

/**
 * Call site of an object, with the current request. A query created outside the routes
 * (`const all = db('users')`) or in another request runs again in each request that awaits it: the
 * line is that of the creation, the request that of the run.
 */
function siteOf(object: object | undefined): CallSite | undefined {
  const site = object && callSiteOfObject(object);
  const request = currentRequest();
  return site === undefined || site.request === request ? site : { ...site, request };
}

function keepCallSite(
  object: unknown,
  wrapper: (...args: never[]) => unknown,
  frames: number,
  api?: string,
): void {
  if (typeof object !== 'object' || object === null) return;
  const site = captureCallSite(wrapper, frames, api);
  if (!site?.silent) rememberCallSite(object, site);
}

function identity(self: object): object {
  return self;
}
