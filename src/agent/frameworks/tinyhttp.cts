/** Routes of tinyhttp: that of the app's layers which fits the path, as its private search finds it. */

import { types } from 'node:util';
import { replaceMethod } from '../call/wrap.cjs';
import { noteError } from '../errors/request-errors.cjs';
import { attempt } from '../guard.cjs';
import { listOf, ownData, plainText } from '../record/app-values.cjs';
import type { RouteInfo } from '../request/traced-request.cjs';
import { type Framework, handlerName, patternText, setRoute } from './framework.cjs';
import { joined } from './registered-routes.cjs';

const MAX_LAYERS = 2000;
const MAX_DEPTH = 20;
const { test } = RegExp.prototype;

export const tinyhttp: Framework = {
  library: '@tinyhttp/app',
  versions: '>=2 <4',
  files: { '@tinyhttp/app/dist/app.js': patchApp, '@tinyhttp/app/dist/index.js': patchApp },
  esm: { '@tinyhttp/app/dist/app.js': ['App'], '@tinyhttp/app/dist/index.js': ['App'] },
};

function patchApp(exports: { App?: { prototype: object } }): void {
  // Of version 3 the index only exports it.
  const App = attempt(() => exports.App);
  if (App !== undefined) replaceMethod(App.prototype, 'handler', wrapHandler);
}

function wrapHandler(original: Function): Function {
  return function handler(this: object, request: { method?: unknown; url?: unknown; params?: object }) {
    attempt(() => {
      if (typeof ownData(this, 'onError') === 'function') replaceMethod(this, 'onError', wrapOnError);
      const method = plainText(ownData(request, 'method')) ?? '';
      const [path = ''] = (plainText(ownData(request, 'url')) ?? '').split('?', 1);
      const found = layerOf(this, method, path);
      if (found !== undefined)
        setRoute(() => ({ ...found, params: ownData(request, 'params') as object | undefined }));
    });
    return Reflect.apply(original, this, arguments);
  };
}

/** The first layer of the method whose pattern fits: it answers. */
function layerOf(app: object, method: string, path: string): RouteInfo | undefined {
  const layer = listOf(ownData(app, 'middleware'), MAX_LAYERS).find((layer) => {
    const pattern = ownData(ownData(layer, 'regex'), 'pattern');
    const own = ownData(layer, 'method');
    if (ownData(layer, 'type') !== 'route' || !(own === undefined || own === method)) return false;
    return types.isRegExp(pattern) && fits(pattern, path);
  });
  if (layer === undefined) return undefined;
  return {
    route: joined(mountOf(app), patternText(ownData(layer, 'path'))),
    handler: handlerName(ownData(layer, 'handler')),
  };
}

/** Whether a pattern fits, without a trace in it: one with `g` goes on from where it has found something. */
function fits(pattern: RegExp, path: string): boolean {
  const { lastIndex } = pattern;
  const found = test.call(pattern, path);
  pattern.lastIndex = lastIndex;
  return found;
}

function mountOf(app: object): string {
  let path = '';
  let inner: unknown = app;
  for (let depth = 0; depth < MAX_DEPTH && ownData(inner, 'parent') !== undefined; depth++) {
    const own = plainText(ownData(inner, 'mountpath')) ?? '';
    path = (own === '/' ? '' : own) + path;
    inner = ownData(inner, 'parent');
  }
  return path;
}

function wrapOnError(original: Function): Function {
  return function onError(this: unknown, error: unknown, request: object) {
    if (error instanceof Error) attempt(noteError, error, 'tinyhttp', request);
    return Reflect.apply(original, this, arguments);
  };
}
