/**
 * Prisma asks its driver adapter long after the app has asked Prisma: when the promise is awaited, batched in a later
 * tick, and from code of its own. Each query remembers where it was written until the driver is called.
 */

import {
  callSiteOfObject,
  captureCallSite,
  currentCallSite,
  rememberCallSite,
  runInContext,
} from '../call/call-site.cjs';
import { bindDeferred, wrapCall, wrapExecutor, wrapFactory } from '../call/deferred.cjs';
import { replaceMethod } from '../call/wrap.cjs';
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

/** Functions of ours in the place of getPrismaClient. */
const wrappers = new WeakSet<Function>();

export const prisma: CallSiteLibrary = {
  library: '@prisma/client',
  versions: '>=6.16 <8',
  role: 'orm',
  files: {
    '@prisma/client/runtime/client.js': checkRuntime,
    '@prisma/client/runtime/library.js': checkRuntime,
  },
  before: prepareRuntime,
};

/**
 * Makes the classes of generated clients remember, before anybody gets the runtime's exports: they are getters that
 * stay as they are, so that others have to stand in for them.
 */
function prepareRuntime(module: object): void {
  const compilable = module as { exports: Runtime; _compile: Function };
  const original = compilable._compile;
  compilable._compile = function _compile() {
    // The prototype's again, as it was.
    Reflect.deleteProperty(compilable, '_compile');
    const result = Reflect.apply(original, this, arguments);
    const { getPrismaClient } = compilable.exports;
    if (typeof getPrismaClient === 'function')
      compilable.exports = withClient(compilable.exports, wrapGetClient(getPrismaClient));
    return result;
  };
}

prepareRuntime.appliesTo = (filename: string): boolean =>
  /@prisma[\\/]client[\\/]runtime[\\/](?:client|library)\.js$/.test(filename);

/** Throws where the classes of the runtime could not be wrapped before it was loaded. */
function checkRuntime({ getPrismaClient }: Runtime): void {
  if (!wrappers.has(getPrismaClient)) throw new Error('getPrismaClient not found');
}

function wrapGetClient(original: Runtime['getPrismaClient']): Runtime['getPrismaClient'] {
  const getPrismaClient = (config: unknown) => {
    const Class = original(config);
    try {
      replaceMethod(Class.prototype, '$transaction', wrapTransaction);
      replaceMethod(Class.prototype, '_createItxClient', wrapInteractiveClient);
    } catch {
      return Class;
    }
    // A class that apps extend: how it is constructed is all that changes.
    return new Proxy(Class, { construct });
  };
  wrappers.add(getPrismaClient);
  return getPrismaClient;
}

/** Answers the same exports but for one. */
function withClient(runtime: Runtime, getPrismaClient: Runtime['getPrismaClient']): Runtime {
  const all = Object.getOwnPropertyDescriptors(runtime);
  const own = { value: getPrismaClient, enumerable: true, configurable: true, writable: true };
  return Object.create(Object.getPrototypeOf(runtime), { ...all, getPrismaClient: own });
}

function construct(Class: Class, args: never[], target: Function): Client {
  const client: Client = Reflect.construct(Class, args, target);
  try {
    patchClient(client);
  } catch {
    // Another version inside (5.0 has no _originalClient): its queries have the lines of their own stacks.
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

/** The query runs when its promise is awaited, in a turn that has no app code. */
function wrapPromiseFactory(original: Function): Function {
  return function make(this: unknown, query: Query, ...rest: unknown[]) {
    const site = captureCallSite(make as never);
    if (site === undefined || site.silent) return Reflect.apply(original, this, arguments);
    const run: Query = (transaction) =>
      // One of a list runs with the others, of which no more is known than where the list was handed over.
      transaction?.kind === 'batch'
        ? query(transaction)
        : runInContext(site.request, { ...site, final: true }, query, undefined, [transaction]);
    return Reflect.apply(original, this, [run, ...rest]);
  };
}

/** A list has the line of the transaction; the queries of a function have lines of their own. */
function wrapTransaction(original: Function): Function {
  return wrapCall(original, { frames: 0, isFinal: ({ 0: work }) => typeof work !== 'function' });
}

/** The client of a transaction makes its promises by itself, out of reach: they are told apart as they are handed out. */
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

/** Its promise runs the query when it is awaited first, however that is done. */
function wrapAction(original: Function): Function {
  return wrapFactory(original, { frames: 0, onCreated: patchPromise });
}

function patchPromise(promise: { [Symbol.toStringTag]?: string } | undefined): void {
  if (state.recording === 'off' || promise?.[Symbol.toStringTag] !== 'PrismaPromise') return;
  for (const method of ['then', 'catch', 'finally']) replaceMethod(promise, method, wrapAwait);
}

/** The query's call site is final and passes to what follows it: the app's handlers are bound to their own. */
function wrapAwait(original: Function): Function {
  const execute = wrapExecutor(original, { final: true });
  return function (this: unknown, ...handlers: unknown[]) {
    if (state.recording === 'off') return Reflect.apply(original, this, handlers);
    return Reflect.apply(execute, this, handlers.map(boundHandler));
  };
}

/** Those of `await` run no app code, and V8 reads through them which functions wait: an error's `at async` lines. */
function boundHandler(handler: unknown): unknown {
  if (typeof handler !== 'function' || /\{ \[native code\] \}$/.test(sourceOf.call(handler))) return handler;
  return bindDeferred(handler);
}

const sourceOf = Function.prototype.toString;

function wrapRequest(original: Function): Function {
  return function request(this: unknown, job: object) {
    if (state.recording !== 'off') rememberCallSite(job, currentCallSite(currentRequest()));
    return Reflect.apply(original, this, arguments);
  };
}

/**
 * What several requests have asked for in one tick is filed under the first of them. No executor's: the batch runs in
 * the tick of another request, so that the job's request counts, and not the running one.
 */
function wrapLoader(original: Function): Function {
  return function load(this: unknown, jobs: object | object[]) {
    if (state.recording === 'off') return Reflect.apply(original, this, arguments);
    const site = callSiteOfObject(Array.isArray(jobs) ? jobs[0]! : jobs);
    if (site === undefined) return Reflect.apply(original, this, arguments);
    return runInContext(site.request, site, original, this, arguments);
  };
}
