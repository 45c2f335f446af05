/** Errors of tRPC's procedures, by each adapter's `onError`, and their names in routes of Fastify. */

import { replaceMethod } from '../call/wrap.cjs';
import { noteError } from '../errors/request-errors.cjs';
import { attempt } from '../guard.cjs';
import { ownData } from '../record/app-values.cjs';
import { state } from '../run-config.cjs';
import { namedByParameter } from './fastify.cjs';
import type { Framework } from './framework.cjs';

type Exports = Record<string, unknown>;

const ADAPTERS: Record<string, string[]> = {
  standalone: ['createHTTPHandler', 'createHTTPServer'],
  express: ['createExpressMiddleware'],
};
const files: NonNullable<Framework['files']> = {};
const esm: Record<string, string[]> = {};
for (const [adapter, names] of Object.entries(ADAPTERS)) addFiles(adapter, names, wrapAdapter);
addFiles('fastify/index', ['fastifyTRPCPlugin'], wrapPlugin);

export const trpc: Framework = { library: '@trpc/server', versions: '>=10 <12', files, esm };

function addFiles(adapter: string, names: string[], wrap: (original: Function) => Function): void {
  for (const extension of ['cjs', 'js', 'mjs']) {
    const file = `@trpc/server/dist/adapters/${adapter}.${extension}`;
    const isModule = extension === 'mjs';
    files[file] = (exports: Exports) => {
      for (const name of names) {
        if (isModule) exports[name] = wrap(exports[name] as Function);
        else replaceMethod(exports, name, wrap);
      }
    };
    if (isModule) esm[file] = names;
  }
}

function wrapAdapter(original: Function): Function {
  return function adapter(this: unknown, options: unknown) {
    return Reflect.apply(original, this, [attempt(withListener, options) ?? options]);
  };
}

function wrapPlugin(original: Function): Function {
  const plugin = function (this: unknown, fastify: unknown, options: object, done: unknown) {
    const given = ownData(options, 'trpcOptions');
    const copy = attempt(withListener, given);
    const all = copy === undefined ? options : { ...options, trpcOptions: copy };
    namedByParameter.active = true;
    try {
      return Reflect.apply(original, this, [fastify, all, done]);
    } finally {
      namedByParameter.active = false;
    }
  };
  return Object.defineProperties(plugin, Object.getOwnPropertyDescriptors(original));
}

/** Copy of an adapter's options, whose listener of errors is ours before the app's. */
function withListener(options: unknown): object | undefined {
  if (typeof options !== 'object' || options === null) return undefined;
  const own = ownData(options, 'onError');
  const properties: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(options);
  const onError = function (this: unknown, event: unknown) {
    if (state.recording !== 'off') attempt(noteCause, event);
    return typeof own === 'function' ? Reflect.apply(own, this, arguments) : undefined;
  };
  properties.onError = { value: onError, writable: true, enumerable: true, configurable: true };
  return Object.create(Object.getPrototypeOf(options) as object, properties);
}

/** What a procedure throws is the cause of tRPC's own error. */
function noteCause(event: unknown): void {
  const error = ownData(event, 'error');
  noteError(ownData(error, 'cause') ?? error, 'trpc');
}
