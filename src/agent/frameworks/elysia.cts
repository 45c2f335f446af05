/** Routes of Elysia: its compiled handlers do not say which of them matched, so its list is matched once more. */

import { captureRegistration } from '../call/stack.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { noteError } from '../errors/request-errors.cjs';
import { attempt } from '../guard.cjs';
import { listOf, ownData, plainText } from '../record/app-values.cjs';
import { currentRequest } from '../request/context.cjs';
import type { RouteInfo } from '../request/traced-request.cjs';
import { type Framework, handlerName, setRoute } from './framework.cjs';

interface Route {
  method: string;
  path: string;
  handler: unknown;
  expression: RegExp;
  names: string[];
}

const METHODS = 'get post put patch delete options head all route'.split(' ');
const MAX_ROUTES = 10_000;
/** Stacks of registration, by handler. */
const registrationStacks = new WeakMap<Function, number>();
/** Routes of an app, most particular first; `count` is how many it had then. */
const routesOfApps = new WeakMap<object, { count: unknown; routes: Route[] }>();
const watched = new WeakSet<Function>();

export const elysia: Framework = {
  library: 'elysia',
  versions: '>=1 <2',
  files: {
    'elysia/dist/index.js': patchElysia,
    'elysia/dist/index.mjs': patchElysia,
    'elysia/dist/cjs/index.js': patchElysia,
  },
  esm: { 'elysia/dist/index.mjs': ['Elysia'] },
};

function patchElysia({ Elysia: { prototype } }: { Elysia: { prototype: object } }): void {
  for (const method of METHODS) replaceMethod(prototype, method, wrapRegister);
  replaceMethod(
    prototype,
    'compile',
    (original) =>
      function compile(this: object) {
        const result = Reflect.apply(original, this, arguments);
        attempt(watchApp, this);
        return result;
      },
  );
  const { get, ...descriptor } = Object.getOwnPropertyDescriptor(prototype, 'fetch') ?? {};
  if (get === undefined) throw new Error('Elysia#fetch not found');
  Object.defineProperty(prototype, 'fetch', {
    ...descriptor,
    get(this: object) {
      const fetch = Reflect.apply(get, this, []);
      return attempt(watchApp, this) ?? fetch;
    },
  });
}

function wrapRegister(original: Function): Function {
  return function register(this: unknown) {
    const stack = attempt(captureRegistration, register as never) ?? 0;
    attempt(() => {
      for (const handler of listOf(arguments, 4).slice(1))
        if (typeof handler === 'function' && !registrationStacks.has(handler))
          registrationStacks.set(handler, stack);
    });
    return Reflect.apply(original, this, arguments);
  };
}

/** Watches what an app has just compiled: how it answers, and how it handles errors. */
function watchApp(app: object): unknown {
  replaceOwn(
    app,
    'handleError',
    (original) =>
      function handleError(this: unknown, _context: unknown, error: unknown) {
        attempt(noteError, error, 'elysia');
        return Reflect.apply(original, this, arguments);
      },
  );
  return replaceOwn(
    app,
    'fetch',
    (original) =>
      function fetch(this: unknown) {
        attempt(readLater, app);
        return Reflect.apply(original, this, arguments);
      },
  );
}

function replaceOwn(app: object, name: string, wrap: (original: Function) => Function): unknown {
  const descriptor = Object.getOwnPropertyDescriptor(app, name);
  const original = descriptor?.value;
  if (typeof original !== 'function' || watched.has(original)) return original;
  const wrapper = Object.defineProperties(wrap(original), Object.getOwnPropertyDescriptors(original));
  watched.add(wrapper);
  Object.defineProperty(app, name, { ...descriptor, value: wrapper });
  return wrapper;
}

function readLater(app: object): void {
  const { method = '', url = '' } = currentRequest() ?? {};
  setRoute(() => matchRoute(app, method, url.split('?', 1)[0]!));
}

function matchRoute(app: object, method: string, path: string): RouteInfo | undefined {
  const routes = routesOf(app);
  // HEAD is answered by what GET has where nothing else does.
  for (const name of method === 'HEAD' ? ['HEAD', 'GET', 'ALL'] : [method, 'ALL'])
    for (const route of routes) {
      const found = route.method === name ? route.expression.exec(path) : null;
      if (found === null) continue;
      const { handler, names } = route;
      const params = Object.fromEntries(
        names.flatMap((param, n) => (found[n + 1] === undefined ? [] : [[param, decoded(found[n + 1]!)]])),
      );
      const stack = typeof handler === 'function' ? registrationStacks.get(handler) : undefined;
      return { route: route.path, handler: handlerName(handler), stack, params };
    }
  return undefined;
}

function decoded(segment: string): string {
  return attempt(decodeURIComponent, segment) ?? segment;
}

function routesOf(app: object): Route[] {
  const history = ownData(ownData(app, 'router'), 'history');
  const count = ownData(history, 'length');
  const known = routesOfApps.get(app);
  if (known !== undefined && known.count === count) return known.routes;
  const routes = listOf(history, MAX_ROUTES).map(parseRoute).sort(byRank);
  routesOfApps.set(app, { count, routes });
  return routes;
}

function parseRoute(registered: unknown): Route {
  const path = plainText(ownData(registered, 'path')) ?? '';
  const names: string[] = [];
  const source = path
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => {
      const [, name, optional] = /^:([^?]*)(\??)$/.exec(segment) ?? [];
      if (name !== undefined) names.push(name);
      else if (segment === '*') names.push('*');
      if (name !== undefined) return optional === '' ? '/([^/]+)' : '(?:/([^/]+))?';
      return segment === '*' ? '/(.*)' : `/${segment.replace(/[^\w-]/g, '\\$&')}`;
    });
  return {
    method: plainText(ownData(registered, 'method')) ?? '',
    ...{ path, handler: ownData(registered, 'handler'), names },
    expression: new RegExp(`^${source.join('')}/?$`),
  };
}

/** Order in which Elysia's router looks: at each segment what is spelt out, a parameter, the rest. */
function byRank(a: Route, b: Route): number {
  const [one, other] = [rankOf(a), rankOf(b)];
  return one < other ? -1 : Number(one > other);
}

function rankOf({ path }: Route): string {
  const kind = (segment: string) => (segment === '*' ? '2' : segment.startsWith(':') ? '1' : '0');
  return path.split('/').map(kind).join('');
}
