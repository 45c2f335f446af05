/** Wrappers for libraries that do in a later turn what the app asks of them, where no app code is on the stack. */

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

// As many as the libraries have between the app's call and the function that is wrapped.
const LIBRARY_FRAMES = 20;

interface CallOptions {
  /** Frames of the library between the app's call and the function; 0 where the app calls it itself, as they cost. */
  frames?: number;
  /** Whether the call site is final, by the arguments of the call. */
  isFinal?(args: ArrayLike<unknown>): boolean;
}

interface FactoryOptions {
  frames?: number;
  /** Called with each object that the factory has made. */
  onMade?(made: never): void;
}

interface ExecutorOptions {
  /** The object that the call site was remembered with, where that is not the executor itself. */
  of?(self: never): object;
  /** As in CallSite. */
  final?: boolean;
}

/** Wraps a function that starts work: all of it, in this turn and in later ones, has the line of the app's call. */
export function wrapCall(
  original: Function,
  { frames = LIBRARY_FRAMES, isFinal }: CallOptions = {},
): Function {
  return function call(this: unknown) {
    const site = captureCallSite(call, frames);
    if (site === undefined || site.silent) return Reflect.apply(original, this, arguments);
    const final = isFinal?.(arguments) === true;
    return runDeferred(final ? { ...site, final } : site, original, this, arguments);
  };
}

/** Wraps a class whose objects start work as they are constructed. */
export function wrapCallClass<T extends Function>(Class: T): T {
  const construct = (...given: [Function, unknown[], Function]) => {
    const site = captureCallSite(construct, LIBRARY_FRAMES);
    if (site === undefined || site.silent) return Reflect.construct(...given);
    return runDeferred(site, Reflect.construct, Reflect, given) as object;
  };
  return new Proxy(Class, { construct }) as T;
}

/** Wraps a function that makes an object whose work starts later, by an executor: the object keeps the call site. */
export function wrapFactory(
  original: Function,
  { frames = LIBRARY_FRAMES, onMade }: FactoryOptions = {},
): Function {
  return function make(this: unknown) {
    const made = Reflect.apply(original, this, arguments);
    keep(made, make, frames);
    // Also where nothing is recorded: it sets right what the wrapper as such has changed.
    onMade?.(made as never);
    return made;
  };
}

/** Wraps a class whose objects start their work later, by an executor. */
export function wrapFactoryClass<T extends Function>(Class: T): T {
  const construct = (original: Function, args: unknown[], target: Function) => {
    const made = Reflect.construct(original, args, target);
    keep(made, construct, LIBRARY_FRAMES);
    return made;
  };
  return new Proxy(Class, { construct }) as T;
}

/** Wraps a function that starts the work of an object; one that no factory has made has the line of this call. */
export function wrapExecutor(
  original: Function,
  { of = itself, final = false }: ExecutorOptions = {},
): Function {
  return function execute(this: unknown) {
    if (state.recording === 'off') return Reflect.apply(original, this, arguments);
    const site = siteOf(of(this as never)) ?? captureCallSite(execute, LIBRARY_FRAMES);
    if (site === undefined || site.silent) return Reflect.apply(original, this, arguments);
    return runDeferred(final ? { ...site, final } : site, original, this, arguments);
  };
}

/**
 * Wraps an executor whose one call to the driver begins before it returns. That call alone has the call site, which
 * AsyncLocalStorage would hand on to the app's handlers as well (drizzle's `then` is given them), and it has it for
 * good, which spares the driver's call a capture. It began now: the time since the object was made is the app's.
 */
export function wrapImmediateExecutor(original: Function): Function {
  return function execute(this: object) {
    if (state.recording === 'off') return Reflect.apply(original, this, arguments);
    const site = siteOf(this);
    if (site === undefined) return Reflect.apply(original, this, arguments);
    return runFrom({ ...site, began: now(), final: true }, original, this, arguments);
  };
}

/** Binds a handler that a library calls in a later turn to the request and the call site in which it is given. */
export function bindDeferred(handler: Function): Function {
  const request = currentRequest();
  const site = currentCallSite(request);
  return function (this: unknown) {
    return runInContext(request, site, handler, this, arguments);
  };
}

/**
 * The call site of an object in the request that runs it. A query made beside the routes (`const all = db('users')`), or
 * in another request, is run anew by each request that awaits it: the line is that of the query, the request that of the run.
 */
function siteOf(object: object): CallSite | undefined {
  const site = callSiteOfObject(object);
  const request = currentRequest();
  return site === undefined || site.request === request ? site : { ...site, request };
}

function keep(made: unknown, cut: (...args: never[]) => unknown, frames: number): void {
  if (typeof made !== 'object' || made === null) return;
  const site = captureCallSite(cut, frames);
  if (!site?.silent) rememberCallSite(made, site);
}

function itself(self: object): object {
  return self;
}
