/** Routes of Express 4 and 5: read from the request, and from layers as they are registered. */

import type { IncomingMessage } from 'node:http';
import { types } from 'node:util';
import { captureRegistration } from '../call/stack.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { noteError } from '../errors/request-errors.cjs';
import { attempt } from '../guard.cjs';
import { isList, itemOf, ownData } from '../record/app-values.cjs';
import type { RouteInfo } from '../request/traced-request.cjs';
import { state } from '../run-config.cjs';
import { type Framework, handlerName, patternText } from './framework.cjs';

interface Layer {
  handle: Function;
  method?: string;
  /** Matched part of the URL; only Express 4 has it. */
  path?: string;
}
interface ExpressRequest extends IncomingMessage {
  route?: { path?: unknown; stack?: Layer[] };
  baseUrl?: string;
  params?: object;
}
/** Pattern and parameters of a prefix of a URL: `/orgs/:org` for `/orgs/7`. */
interface Prefix {
  pattern: string;
  params: object;
}

// Of lists in lists of paths.
const MAX_DEPTH = 20;

/** Stacks of registration, by layer of a route. */
const registrationStacks = new WeakMap<Layer, number>();
/** Patterns of `use`, by layer. */
const mounts = new WeakMap<Layer, string>();
/** Prefixes of a request, by their text in the URL. */
const prefixes = new WeakMap<IncomingMessage, Map<string, Prefix>>();

export const express: Framework = {
  library: 'express',
  versions: '>=4 <6',
  files: {
    'express/lib/router/route.js': patchRoute,
    'express/lib/router/index.js': patchRouter,
    'router/lib/route.js': patchRoute,
    'router/index.js': patchRouter,
    'express/lib/router/layer.js': patchLayer,
    'router/lib/layer.js': patchLayer,
    // What no error handler of the app has answered arrives there, of connect as well.
    'finalhandler/index.js': wrapFinal,
  },
  replaced: ['finalhandler/index.js'],
  readRoute,
};

/** An error goes to each layer behind the one that had it: those with four parameters handle it. */
function patchLayer(Layer: { prototype: object }): void {
  replaceMethod(
    Layer.prototype,
    'handleError' in Layer.prototype ? 'handleError' : 'handle_error',
    (original) =>
      function handleError(this: unknown, error: unknown, request: object) {
        attempt(noteError, error, 'express', request);
        return Reflect.apply(original, this, arguments);
      },
  );
}

function wrapFinal(original: Function): Function {
  const finalhandler = function (this: unknown, request: object) {
    const done = Reflect.apply(original, this, arguments);
    if (state.recording === 'off') return done;
    return function (this: unknown, error: unknown) {
      if (error) attempt(noteError, error, 'express', request);
      return Reflect.apply(done, this, arguments);
    };
  };
  return Object.defineProperties(finalhandler, Object.getOwnPropertyDescriptors(original));
}

/** The route that a request has reached last, with the base of its URL and its parameters there. */
interface Reached {
  route: object;
  baseUrl: string | undefined;
  params: object | undefined;
}
/** Routers take base and parameters back when an error, or a request that is passed on, leaves them. */
const reachedRoutes = new WeakMap<IncomingMessage, Reached>();

function recordRoute(route: object, request: ExpressRequest): void {
  reachedRoutes.set(request, { route, baseUrl: request.baseUrl, params: request.params });
}

function patchRoute(Route: { prototype: object }): void {
  replaceMethod(
    Route.prototype,
    'dispatch',
    (original) =>
      function dispatch(this: object, request: ExpressRequest) {
        if (state.recording !== 'off') attempt(recordRoute, this, request);
        return Reflect.apply(original, this, arguments);
      },
  );
  for (const method of Object.keys(Route.prototype)) {
    if (method.startsWith('_') || method === 'dispatch') continue;
    replaceMethod(
      Route.prototype,
      method,
      (original) =>
        function register(this: { stack: Layer[] }) {
          const count = attempt(countLayers, this);
          const route = Reflect.apply(original, this, arguments);
          const stack = attempt(captureRegistration, register as never) ?? 0;
          attempt(() => {
            for (const layer of this.stack.slice(count)) registrationStacks.set(layer, stack);
          });
          return route;
        },
    );
  }
}

function patchRouter(Router: { prototype?: object; use?: unknown }): void {
  replaceMethod(
    Object.hasOwn(Router, 'use') ? Router : Router.prototype!,
    'use',
    (original) =>
      function use(this: { stack: Layer[] }, path: unknown) {
        const count = attempt(countLayers, this);
        const result = Reflect.apply(original, this, arguments);
        attempt(() => {
          const pattern = isPath(path) ? patternText(path) : '/';
          if (pattern !== '/') for (const layer of this.stack.slice(count)) registerMount(layer, pattern);
        });
        return result;
      },
  );
}

function countLayers({ stack }: { stack: Layer[] }): number {
  return stack.length;
}

function isPath(path: unknown): boolean {
  let first = path;
  for (let depth = 0; depth < MAX_DEPTH && isList(first); depth++) first = itemOf(first, 0);
  return typeof first === 'string' || types.isRegExp(first);
}

/**
 * Remembers the pattern of a mount. Layers are patched only for patterns with parameters: with
 * plain paths the URL is the pattern, and the app pays nothing.
 */
function registerMount(layer: Layer, pattern: string): void {
  mounts.set(layer, pattern);
  if (!/[:*({|?]/.test(pattern)) return;
  const Layer = Object.getPrototypeOf(layer);
  replaceMethod(
    Layer,
    'handleRequest' in Layer ? 'handleRequest' : 'handle_request',
    (original) =>
      function (this: Layer, request: ExpressRequest) {
        const mounted = mounts.get(this);
        if (mounted !== undefined) attempt(recordPrefix, this, request, mounted);
        return Reflect.apply(original, this, arguments);
      },
  );
}

function recordPrefix(layer: Layer, request: ExpressRequest, mounted: string): void {
  const url = request.baseUrl ?? '';
  const pattern = mounted.replace(/\/$/, '');
  const matched = layer.path === undefined ? lastSegments(url, pattern) : layer.path.replace(/\/$/, '');
  const outer = url.slice(0, url.length - matched.length);
  const requestPrefixes = prefixes.get(request) ?? new Map<string, Prefix>();
  prefixes.set(request, requestPrefixes);
  const outerPrefix = requestPrefixes.get(outer);
  requestPrefixes.set(url, {
    pattern: (outerPrefix?.pattern ?? outer) + pattern,
    params: { ...outerPrefix?.params, ...dataIn(request.params) },
  });
}

/** Last segments of the URL, as many as in the pattern: Express 5 layers hide what they matched. */
function lastSegments(url: string, pattern: string): string {
  const count = pattern.split('|', 1)[0]!.split('/').length - 1;
  const segments = url.split('/');
  return `/${segments.slice(Math.max(1, segments.length - count)).join('/')}`;
}

// Ids in the part of a URL behind a mount.
const IDS = /(?<=\/)(?:\d+|[0-9a-f-]{16,}|[^/]*\d{4,}[^/]*)(?=\/|$)/gi;
// tRPC's `/user.byId,user.list?batch=1`: any procedures may come together.
function batchPath(path: string): string {
  const last = path.lastIndexOf('/') + 1;
  return /,|%2c/i.test(path.slice(last)) ? `${path.slice(0, last)}(batch)` : path;
}

/**
 * Route of a request that no route of Express served, but a handler mounted below a pattern, such
 * as tRPC's: the pattern, and the rest of the path.
 */
function readMount(message: IncomingMessage): RouteInfo | undefined {
  const { baseUrl = '', url = '' } = message as ExpressRequest;
  const prefix = prefixes.get(message)?.get(baseUrl);
  if (prefix === undefined || prefix.pattern === baseUrl) return undefined;
  const [path = '', query = ''] = url.split('?', 2);
  const rest = /(?:^|&)batch=1(?:&|$)/.test(query) ? batchPath(path) : path.replace(IDS, '#');
  return { route: prefix.pattern + (rest === '/' ? '' : rest), params: prefix.params };
}

/** Copy of the data of an object, without what its getters would give. */
function dataIn(object: object | undefined): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  if (object === undefined || types.isProxy(object)) return copy;
  for (const key of Object.keys(object)) copy[key] = ownData(object, key);
  return copy;
}

function readRoute(message: IncomingMessage): RouteInfo | undefined {
  const request = message as ExpressRequest;
  const { route, method } = request;
  if (route?.path === undefined) return readMount(message);
  const reached = reachedRoutes.get(message);
  const { baseUrl = '', params } = reached?.route === route ? reached : request;
  const prefix = prefixes.get(message)?.get(baseUrl);
  // Sails has the whole origin there.
  const base = prefix?.pattern ?? (baseUrl.startsWith('/') ? baseUrl : '');
  const path = patternText(route.path);
  const layerOf = (name: string | undefined) =>
    route.stack?.findLast(
      ({ handle, method: own }) => Number(ownData(handle, 'length')) < 4 && (!own || own === name),
    );
  // HEAD is answered by what GET has where nothing else does.
  const layer = layerOf(method?.toLowerCase()) ?? (method === 'HEAD' ? layerOf('get') : undefined);
  return {
    route: path === '/' && base !== '' ? base : base + path,
    handler: handlerName(layer?.handle),
    stack: layer && registrationStacks.get(layer),
    params: prefix === undefined ? params : { ...prefix.params, ...dataIn(params) },
  };
}
