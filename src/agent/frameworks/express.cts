/** Express 4 and 5: reads the route that it leaves on the request; what its layers forget is noted when they are made. */

import type { IncomingMessage } from 'node:http';
import { captureStack } from '../call/stack.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { RouteInfo } from '../request/traced-request.cjs';
import { type Framework, handlerName, patternText } from './framework.cjs';

interface Layer {
  handle: Function;
  method?: string;
  /** The part of the URL that it matched, in Express 4. */
  path?: string;
}
interface Served extends IncomingMessage {
  route?: { path?: unknown; stack?: Layer[] };
  baseUrl?: string;
  params?: object;
}
/** What stands for a concrete prefix of a request: `/orgs/:org` for `/orgs/7`. */
interface Prefix {
  pattern: string;
  params: object;
}

const registered = new WeakMap<Layer, number>();
const mounts = new WeakMap<Layer, string>();
const prefixes = new WeakMap<IncomingMessage, Map<string, Prefix>>();

export const express: Framework = {
  library: 'express',
  versions: '>=4 <6',
  files: {
    'express/lib/router/route.js': patchRoute,
    'express/lib/router/index.js': patchRouter,
    'router/lib/route.js': patchRoute,
    'router/index.js': patchRouter,
  },
  read,
};

function patchRoute(Route: { prototype: object }): void {
  for (const method of Object.keys(Route.prototype)) {
    if (method.startsWith('_') || method === 'dispatch') continue;
    replaceMethod(
      Route.prototype,
      method,
      (original) =>
        function register(this: { stack: Layer[] }) {
          const count = this.stack.length;
          const route = Reflect.apply(original, this, arguments);
          const stack = captureStack(register as never, undefined);
          for (const layer of this.stack.slice(count)) registered.set(layer, stack);
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
        const count = this.stack.length;
        const result = Reflect.apply(original, this, arguments);
        const pattern = isPath(path) ? patternText(path) : '/';
        if (pattern !== '/') for (const layer of this.stack.slice(count)) mount(layer, pattern);
        return result;
      },
  );
}

function isPath(path: unknown): boolean {
  let first = path;
  while (Array.isArray(first)) first = first[0];
  return typeof first === 'string' || first instanceof RegExp;
}

/** Whoever mounts nothing but plain paths pays nothing for those that have parameters: the URL says it all. */
function mount(layer: Layer, pattern: string): void {
  mounts.set(layer, pattern);
  if (!/[:*({|?]/.test(pattern)) return;
  const Layer = Object.getPrototypeOf(layer);
  replaceMethod(
    Layer,
    'handleRequest' in Layer ? 'handleRequest' : 'handle_request',
    (original) =>
      function (this: Layer, request: Served) {
        const own = mounts.get(this);
        if (own !== undefined) enter(this, request, own);
        return Reflect.apply(original, this, arguments);
      },
  );
}

function enter(layer: Layer, request: Served, mounted: string): void {
  const url = request.baseUrl ?? '';
  const pattern = mounted.replace(/\/$/, '');
  const matched = layer.path === undefined ? lastOf(url, pattern) : layer.path.replace(/\/$/, '');
  const outer = url.slice(0, url.length - matched.length);
  const known = prefixes.get(request) ?? new Map<string, Prefix>();
  prefixes.set(request, known);
  const around = known.get(outer);
  known.set(url, {
    pattern: (around?.pattern ?? outer) + pattern,
    params: { ...around?.params, ...request.params },
  });
}

/** Answers the end of the URL that has as many segments as the pattern: newer routers keep what a layer matched to themselves. */
function lastOf(url: string, pattern: string): string {
  const count = pattern.split('|', 1)[0]!.split('/').length - 1;
  const segments = url.split('/');
  return `/${segments.slice(Math.max(1, segments.length - count)).join('/')}`;
}

function read(message: IncomingMessage): RouteInfo | undefined {
  const { route, baseUrl = '', params, method } = message as Served;
  if (route?.path === undefined) return undefined;
  const prefix = prefixes.get(message)?.get(baseUrl);
  const base = prefix?.pattern ?? baseUrl;
  const path = patternText(route.path);
  const layer = route.stack?.findLast(
    (one) => one.handle.length < 4 && (!one.method || one.method === method?.toLowerCase()),
  );
  return {
    route: path === '/' && base !== '' ? base : base + path,
    handler: handlerName(layer?.handle),
    stack: layer && registered.get(layer),
    params: prefix === undefined ? params : { ...prefix.params, ...params },
  };
}
