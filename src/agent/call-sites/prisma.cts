/** Call sites of Prisma, which calls its driver adapter on await, batched, in a later tick. */

import { existsSync } from 'node:fs';
import {
  callSiteOfObject,
  captureCallSite,
  currentCallSite,
  rememberCallSite,
  runInContext,
} from '../call/call-site.cjs';
import { bindDeferred, wrapCall, wrapExecutor, wrapFactory } from '../call/deferred.cjs';
import { captureDeeperStacks } from '../call/stack.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { currentRequest } from '../request/context.cjs';
import { state } from '../run-config.cjs';
import type { CallSiteLibrary } from './library.cjs';

type Query = (transaction?: { kind?: string }) => unknown;
type Loader = (jobs: never) => unknown;
interface DataLoader {
  options: { singleLoader: Loader; batchLoader: Loader };
}
interface Client {
  _originalClient: { _createPrismaPromise: Function };
  _requestHandler: { dataloader: DataLoader };
  _runtimeDataModel: { models: Record<string, unknown> };
}
type Class = new (...args: never[]) => Client;
interface Runtime {
  getPrismaClient(config: unknown): Class;
}

/** Wrapped getPrismaClient functions. */
const wrappers = new WeakSet<Function>();

export const prisma: CallSiteLibrary = {
  library: '@prisma/client',
  versions: '>=6.16 <8',
  role: 'orm',
  files: {
    '@prisma/client/runtime/client.js': checkRuntime,
    '@prisma/client/runtime/library.js': checkRuntime,
  },
  prepareModule: prepareRuntime,
};

/**
 * Wraps getPrismaClient before any module gets the exports of the runtime: they are getters that
 * cannot be set, so a copy of the exports takes their place.
 */
function prepareRuntime(module: object): void {
  const compilable = module as { exports: Runtime; _compile: Function };
  const original = compilable._compile;
  compilable._compile = function _compile() {
    // Uncovers the prototype's method again.
    Reflect.deleteProperty(compilable, '_compile');
    const result = Reflect.apply(original, this, arguments);
    attempt(() => {
      const { getPrismaClient } = compilable.exports;
      if (typeof getPrismaClient !== 'function') return;
      // A copy of the runtime in the app's folder is none of `files`.
      captureDeeperStacks();
      compilable.exports = replaceGetPrismaClient(compilable.exports, wrapGetPrismaClient(getPrismaClient));
    });
    return result;
  };
}

// `prisma generate` with an `output` copies the runtime beside the client and its schema.
prepareRuntime.appliesTo = (filename: string): boolean => {
  if (!/[\\/]runtime[\\/](?:client|library)\.js$/.test(filename)) return false;
  const folder = filename.slice(0, filename.search(/[\\/]runtime[\\/][^\\/]*$/));
  return /@prisma[\\/]client$/.test(folder) || attempt(existsSync, `${folder}/schema.prisma`) === true;
};

/** Throws an Error if the runtime was loaded before it could be prepared. */
function checkRuntime({ getPrismaClient }: Runtime): void {
  if (!wrappers.has(getPrismaClient)) throw new Error('getPrismaClient not found');
}

function wrapGetPrismaClient(original: Runtime['getPrismaClient']): Runtime['getPrismaClient'] {
  const getPrismaClient = (config: unknown) => {
    const Class = original(config);
    try {
      replaceMethod(Class.prototype, '$transaction', wrapTransaction);
      replaceMethod(Class.prototype, '_createItxClient', wrapInteractiveClient);
    } catch {
      return Class;
    }
    // Apps extend the class: only its construction changes.
    return new Proxy(Class, { construct });
  };
  wrappers.add(getPrismaClient);
  return getPrismaClient;
}

/** A copy of the exports with another getPrismaClient. */
function replaceGetPrismaClient(runtime: Runtime, getPrismaClient: Runtime['getPrismaClient']): Runtime {
  const all = Object.getOwnPropertyDescriptors(runtime);
  const own = { value: getPrismaClient, enumerable: true, configurable: true, writable: true };
  return Object.create(Object.getPrototypeOf(runtime), { ...all, getPrismaClient: own });
}

function construct(Class: Class, args: never[], target: Function): Client {
  const client: Client = Reflect.construct(Class, args, target);
  try {
    patchClient(client);
  } catch {
    // Another version inside (5.0 has no _originalClient): queries have lines of their own stacks.
  }
  return client;
}

function patchClient(client: Client): void {
  replaceMethod(client._originalClient, '_createPrismaPromise', wrapPromiseFactory);
  const { options } = client._requestHandler.dataloader;
  const loader = Object.getPrototypeOf(client._requestHandler.dataloader);
  replaceMethod(loader, 'request', wrapRequest);
  for (const load of ['singleLoader', 'batchLoader']) replaceMethod(options, load, wrapLoader);
}

/** Wraps the promise factory: a query runs when its promise is awaited, without app frames. */
function wrapPromiseFactory(original: Function): Function {
  return function make(this: unknown, query: Query, ...rest: unknown[]) {
    const site = captureCallSite(make as never, 0, '@prisma/client');
    if (site === undefined || site.silent) return Reflect.apply(original, this, arguments);
    const run: Query = (transaction) =>
      // In a `$transaction([…])` the queries run as a batch, with the call site of the list.
      transaction?.kind === 'batch'
        ? query(transaction)
        : runInContext(site.request, { ...site, final: true }, query, undefined, [transaction]);
    return Reflect.apply(original, this, [run, ...rest]);
  };
}

/** A list has the line of the transaction; queries of a function have lines of their own. */
function wrapTransaction(original: Function): Function {
  return wrapCall(original, { frames: 0, isFinal: ({ 0: work }) => typeof work !== 'function' });
}

/**
 * Wraps the client of an interactive transaction. It creates its promises internally, so they are
 * patched when its methods return them.
 */
function wrapInteractiveClient(original: Function): Function {
  return function _createItxClient(this: unknown) {
    const client: Client = Reflect.apply(original, this, arguments);
    const models = new Map<unknown, object>();
    return new Proxy(client, {
      get(target, key) {
        const value = Reflect.get(target, key);
        if (typeof key !== 'string') return value;
        if (typeof value === 'function') return key.startsWith('$') ? wrapAction(value) : value;
        if (typeof value !== 'object' || value === null || key.startsWith('_')) return value;
        if (!models.has(value)) models.set(value, new Proxy(value, { get: getAction }));
        return models.get(value);
      },
    });
  };
}

function getAction(model: object, key: string | symbol): unknown {
  const value = Reflect.get(model, key);
  return typeof key === 'string' && typeof value === 'function' ? wrapAction(value) : value;
}

/** The promise runs the query when it is first awaited, by then, catch or finally. */
function wrapAction(original: Function): Function {
  return wrapFactory(original, { frames: 0, onCreated: patchPromise });
}

function patchPromise(promise: { [Symbol.toStringTag]?: string } | undefined): void {
  if (state.recording === 'off' || promise?.[Symbol.toStringTag] !== 'PrismaPromise') return;
  for (const method of ['then', 'catch', 'finally']) replaceMethod(promise, method, wrapAwait);
}

/** Binds the app's handlers to their own call sites, or they would get the query's final one. */
function wrapAwait(original: Function): Function {
  const execute = wrapExecutor(original, { final: true });
  return function (this: unknown, ...handlers: unknown[]) {
    if (state.recording === 'off') return Reflect.apply(original, this, handlers);
    return Reflect.apply(execute, this, handlers.map(boundHandler));
  };
}

/**
 * Handlers of `await` stay unwrapped: they run no app code, and V8 reads from them which functions
 * await (an error's `at async` lines).
 */
function boundHandler(handler: unknown): unknown {
  if (typeof handler !== 'function' || /\{ \[native code\] \}$/.test(sourceOf.call(handler))) return handler;
  return bindDeferred(handler);
}

const sourceOf = Function.prototype.toString;

function wrapRequest(original: Function): Function {
  return function request(this: unknown, job: object) {
    if (state.recording !== 'off') attempt(rememberCallSite, job, currentCallSite(currentRequest()));
    return Reflect.apply(original, this, arguments);
  };
}

/**
 * Runs a loader in the request and at the call site of its first job: queries of several requests
 * in one tick are batched. wrapExecutor would use the running request, which may be another.
 */
function wrapLoader(original: Function): Function {
  return function load(this: unknown, jobs: object | object[]) {
    if (state.recording === 'off') return Reflect.apply(original, this, arguments);
    const site = attempt(callSiteOfObject, Array.isArray(jobs) ? jobs[0]! : jobs);
    if (site === undefined) return Reflect.apply(original, this, arguments);
    return runInContext(site.request, site, original, this, arguments);
  };
}
