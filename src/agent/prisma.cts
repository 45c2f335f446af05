/**
 * Prisma asks its driver adapter long after the app has asked Prisma: when the promise is awaited, batched in a later
 * tick, and from code of its own. Each query remembers where it was written until the driver is called.
 */

import { asked, onceAsked } from './asked.cjs';
import { applyIn, current } from './context.cjs';
import { replace } from './replace.cjs';
import { type Origin, originOf } from './traced.cjs';

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

/** Per query that waits for its batch: who asked. */
const waiting = new WeakMap<object, Origin>();

/**
 * Makes the classes of generated clients remember, before anybody gets the runtime's exports: they are getters that
 * stay as they are, so that others have to stand in for them.
 */
export function preparePrisma(module: object): void {
  const compilable = module as { exports: Runtime; _compile: Function };
  const original = compilable._compile;
  compilable._compile = function _compile() {
    // The prototype's again, as it was.
    Reflect.deleteProperty(compilable, '_compile');
    const result = Reflect.apply(original, this, arguments);
    const { getPrismaClient } = compilable.exports;
    if (typeof getPrismaClient === 'function')
      compilable.exports = withClient(compilable.exports, remembering(getPrismaClient));
    return result;
  };
}

preparePrisma.wants = (filename: string): boolean =>
  /@prisma[\\/]client[\\/]runtime[\\/](?:client|library)\.js$/.test(filename);

/** Told of the runtime once it has been loaded; throws where its classes could not be made to remember. */
export function checkPrisma({ getPrismaClient }: Runtime): void {
  if (!remembered.has(getPrismaClient)) throw new Error('getPrismaClient not found');
}

const remembered = new WeakSet<Function>();

function remembering(original: Runtime['getPrismaClient']): Runtime['getPrismaClient'] {
  const getPrismaClient = (config: unknown) => {
    const Class = original(config);
    replace(Class.prototype, '$transaction', rememberTransaction);
    replace(Class.prototype, '_createItxClient', rememberInside);
    // A class that apps extend: how it is constructed is all that changes.
    return new Proxy(Class, { construct });
  };
  remembered.add(getPrismaClient);
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
  replace(client._originalClient, '_createPrismaPromise', remember);
  const { options } = client._requestHandler.dataloader;
  const loader = Object.getPrototypeOf(client._requestHandler.dataloader);
  replace(loader, 'request', rememberBatched);
  for (const load of ['singleLoader', 'batchLoader']) replace(options, load, loading);
  return client;
}

/** The query runs when its promise is awaited, by nobody's code. */
function remember(original: Function): Function {
  return function make(this: unknown, query: Query, ...rest: unknown[]) {
    const from = originOf(make as never);
    if (from === undefined || from.silent) return Reflect.apply(original, this, arguments);
    const run: Query = (transaction) =>
      // One of a list runs with the others, of which no more is known than where the list was handed over.
      transaction?.kind === 'batch'
        ? query(transaction)
        : carry({ ...from, final: true }, query, undefined, [transaction]);
    return Reflect.apply(original, this, [run, ...rest]);
  };
}

function rememberTransaction(original: Function): Function {
  return function $transaction(this: unknown, work: unknown) {
    const from = originOf($transaction as never);
    if (from === undefined || from.silent) return Reflect.apply(original, this, arguments);
    // A function's own queries have lines of their own.
    return carry({ ...from, final: typeof work !== 'function' }, original, this, arguments);
  };
}

/** The client of a transaction makes its promises by itself, out of reach: they are told apart as they are handed out. */
function rememberInside(original: Function): Function {
  return function _createItxClient(this: unknown) {
    const client: Client = Reflect.apply(original, this, arguments);
    const models = new Map<unknown, object>();
    return new Proxy(client, {
      get(target, key) {
        const value = Reflect.get(target, key);
        if (typeof key !== 'string') return value;
        if (typeof value === 'function') return key.startsWith('$') ? asking(value) : value;
        if (typeof value !== 'object' || value === null || key.startsWith('_')) return value;
        if (!models.has(value)) models.set(value, new Proxy(value, { get: getAction }));
        return models.get(value);
      },
    });
  };
}

function getAction(model: object, key: string | symbol): unknown {
  const value = Reflect.get(model, key);
  return typeof key === 'string' && typeof value === 'function' ? asking(value) : value;
}

/** Answers the function, whose promise, if it is one of Prisma's, remembers where it was asked for. */
function asking(original: Function): Function {
  const ask = function (this: unknown) {
    const from = originOf(ask as never);
    const promise = Reflect.apply(original, this, arguments);
    if (from === undefined || from.silent || promise?.[Symbol.toStringTag] !== 'PrismaPromise')
      return promise;
    for (const method of ['then', 'catch', 'finally']) {
      replace(
        promise,
        method,
        (own) =>
          function (this: unknown) {
            return carry({ ...from, final: true }, own, this, arguments);
          },
      );
    }
    return promise;
  };
  return ask;
}

function rememberBatched(original: Function): Function {
  return function request(this: unknown, job: object) {
    const from = asked(current());
    if (from !== undefined) waiting.set(job, from);
    return Reflect.apply(original, this, arguments);
  };
}

/** What several requests have asked for at once is of the first of them. */
function loading(original: Function): Function {
  return function load(this: unknown, jobs: object | object[]) {
    const from = waiting.get(Array.isArray(jobs) ? jobs[0]! : jobs);
    if (from === undefined) return Reflect.apply(original, this, arguments);
    return carry(from, original, this, arguments);
  };
}

/** Answers what `fn` answers, run under the request of its origin, which all that it leads to was asked for at. */
function carry(from: Origin, fn: Function, self: unknown, args: ArrayLike<unknown>): unknown {
  return onceAsked(from, applyIn, undefined, [from.request, fn, self, args]);
}
