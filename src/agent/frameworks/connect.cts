/** Handlers of connect: that of the mount whose path has been taken off the URL. */

import { captureRegistration } from '../call/stack.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { isList, listOf, ownData, plainText } from '../record/app-values.cjs';
import type { RouteInfo } from '../request/traced-request.cjs';
import { type Framework, handlerName, setRoute } from './framework.cjs';

const FILE = 'connect/index.js';
const MAX_LAYERS = 1000;
// Ids in the part of a URL behind a mount.
const IDS = /(?<=\/)(?:\d+|[0-9a-f-]{16,}|[^/]*\d{4,}[^/]*)(?=\/|$)/gi;

/** Stacks of registration, by layer. */
const registrationStacks = new WeakMap<object, number>();

export const connect: Framework = {
  library: 'connect',
  versions: '>=3 <4',
  files: { [FILE]: wrapCreate },
  replaced: [FILE],
};

function wrapCreate(original: Function): Function {
  const createServer = function (this: unknown) {
    const app = Reflect.apply(original, this, arguments);
    attempt(() => {
      replaceMethod(app, 'use', wrapUse);
      replaceMethod(app, 'handle', wrapHandle);
    });
    return app;
  };
  return Object.defineProperties(createServer, Object.getOwnPropertyDescriptors(original));
}

function wrapUse(original: Function): Function {
  return function use(this: { stack?: unknown }) {
    const result = Reflect.apply(original, this, arguments);
    const stack = attempt(captureRegistration, use as never) ?? 0;
    attempt(() => {
      const layer = isList(this.stack) ? this.stack.at(-1) : undefined;
      if (typeof layer === 'object' && layer !== null) registrationStacks.set(layer, stack);
    });
    return result;
  };
}

function wrapHandle(original: Function): Function {
  return function handle(this: { stack?: unknown }, request: object) {
    attempt(setRoute, () => mountedRoute(request, this.stack));
    return Reflect.apply(original, this, arguments);
  };
}

function mountedRoute(request: object, stack: unknown): RouteInfo | undefined {
  const [whole = ''] = (plainText(ownData(request, 'originalUrl')) ?? '').split('?', 1);
  const [rest = ''] = (plainText(ownData(request, 'url')) ?? '').split('?', 1);
  const mounted = rest === '/' && whole !== '/' ? whole.replace(/\/$/, '') : whole.slice(0, -rest.length);
  const layer = listOf(stack, MAX_LAYERS).find((layer) => {
    const handle = ownData(layer, 'handle');
    const route = plainText(ownData(layer, 'route'))?.toLowerCase();
    return mounted !== '' && route === mounted.toLowerCase() && Number(ownData(handle, 'length')) < 4;
  });
  if (layer === undefined) return undefined;
  return {
    route: mounted + (rest === '/' ? '' : rest.replace(IDS, '#')),
    handler: handlerName(ownData(layer, 'handle')),
    stack: registrationStacks.get(layer as object),
  };
}
