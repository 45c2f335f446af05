/** Routes of h3 1 and 2, which its events carry, and the errors of its handlers. */

import { captureRegistration } from '../call/stack.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { notePrintedErrors } from '../errors/printed-errors.cjs';
import { noteError } from '../errors/request-errors.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, ownData, plainText } from '../record/app-values.cjs';
import {
  type Framework,
  handlerName,
  noteRejection,
  pathAbove,
  patternText,
  setRoute,
} from './framework.cjs';
import { joined } from './registered-routes.cjs';

interface Exports {
  createRouter?: unknown;
  createApp?: unknown;
  H3Core?: { prototype: object };
}

const METHODS = 'add use get head post put patch delete options connect trace'.split(' ');
/** Stacks of registration, by handler. */
const registrationStacks = new WeakMap<Function, number>();

export const h3: Framework = {
  library: 'h3',
  versions: '>=1 <3',
  files: { 'h3/dist/index.cjs': patchH3, 'h3/dist/index.mjs': patchH3, 'h3/dist/h3.mjs': patchH3 },
  esm: {
    'h3/dist/index.mjs': ['createRouter', 'createApp', 'H3Core'],
    'h3/dist/h3.mjs': ['createRouter', 'H3Core'],
  },
};

// Nitro (Nuxt, SolidStart) is built into one file with h3: what it prints is all that tells there.
notePrintedErrors({ by: 'nitro', lead: /^\[request error\]/ });

function patchH3(exports: Exports): void {
  const Core = attempt(() => exports.H3Core);
  if (Core !== undefined) return patchCore(Core.prototype);
  exports.createRouter = wrapCreate(exports.createRouter, (router) => {
    for (const method of METHODS) replaceMethod(router, method, wrapRegister);
    replaceMethod(router, 'handler', wrapMatched);
  });
  exports.createApp = wrapCreate(exports.createApp, (app) => replaceMethod(app, 'handler', wrapRejecting));
}

function wrapCreate(original: unknown, patch: (made: object) => void): unknown {
  if (typeof original !== 'function') throw new Error('createRouter not found');
  const create = function (this: unknown) {
    const made = Reflect.apply(original, this, arguments);
    attempt(patch, made);
    return made;
  };
  return Object.defineProperties(create, Object.getOwnPropertyDescriptors(original));
}

function wrapRegister(original: Function): Function {
  return function register(this: unknown, _path: unknown, handler: unknown) {
    if (typeof handler === 'function' && !registrationStacks.has(handler))
      registrationStacks.set(handler, attempt(captureRegistration, register as never) ?? 0);
    return Reflect.apply(original, this, arguments);
  };
}

/** The handler of a router of h3 1: what it matches stands in the event's context. */
function wrapMatched(original: Function): Function {
  return function handler(this: unknown, event: object) {
    attempt(() => {
      const own = ownData(event, '_path') ?? ownData(ownData(ownData(event, 'node'), 'req'), 'url');
      readLater(event, pathAbove(plainText(own) ?? ''));
    });
    return Reflect.apply(original, this, arguments);
  };
}

function readLater(event: object, above: string): void {
  setRoute(() => {
    const context = dataOf(event, 'context');
    const matched = ownData(context, 'matchedRoute');
    if (matched === undefined) return undefined;
    const handlers = ownData(matched, 'handlers');
    const method = dataOf(ownData(ownData(event, 'node'), 'req'), 'method') ?? '';
    const handler =
      ownData(matched, 'handler') ??
      ownData(handlers, String(plainText(method)).toLowerCase()) ??
      ownData(handlers, 'all');
    return {
      route: joined(above, patternText(ownData(matched, 'route') ?? ownData(matched, 'path'))),
      handler: handlerName(handler),
      stack: typeof handler === 'function' ? registrationStacks.get(handler) : undefined,
      params: ownData(context, 'params') as object | undefined,
    };
  });
}

function wrapRejecting(original: Function): Function {
  return function handler(this: unknown) {
    const result = Reflect.apply(original, this, arguments);
    noteRejection(result, 'h3');
    return result;
  };
}

function patchCore(prototype: object): void {
  replaceMethod(
    prototype,
    'handler',
    (original) =>
      function handler(this: unknown, event: object) {
        attempt(readLater, event, '');
        try {
          const result = Reflect.apply(original, this, arguments);
          noteRejection(result, 'h3');
          return result;
        } catch (error) {
          attempt(noteError, error, 'h3');
          throw error;
        }
      },
  );
}
