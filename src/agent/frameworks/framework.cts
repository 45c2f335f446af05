/** The interface of a framework, and helpers to describe the route that served a request. */

import type { IncomingMessage } from 'node:http';
import { types } from 'node:util';
import { redactText } from '../../domain/redact.cjs';
import { isSecretField } from '../../domain/secret-names.cjs';
import { REDACTED } from '../../domain/secret-shapes.cjs';
import { noteError } from '../errors/request-errors.cjs';
import { attempt } from '../guard.cjs';
import { isList, listOf, ownData, plainText } from '../record/app-values.cjs';
import { cachedJson } from '../record/encode-span.cjs';
import { serialize } from '../record/serialize.cjs';
import { toJson } from '../record/to-json.cjs';
import { currentRequest } from '../request/context.cjs';
import type { RouteInfo } from '../request/traced-request.cjs';
import { state } from '../run-config.cjs';

/**
 * How to find the route and handler of a request in one web framework. A new framework is one such
 * file and one entry in index.cts.
 */
export interface Framework {
  library: string;
  /** Supported versions as a semver range. */
  versions: string;
  /** Patches by file of a package, called with its exports after loading. */
  files?: Record<string, (exports: never) => object | void>;
  /** Files whose patch may return what replaces the exports. */
  replaced?: string[];
  /** ES modules among `files` with the bindings that the patch receives. */
  esm?: Record<string, string[]>;
  /** Listeners by node:diagnostics_channel of the framework. */
  channels?: Record<string, (message: never) => void>;
  /** Route that the framework left on the request, read when the response has been sent. */
  readRoute?(message: IncomingMessage): RouteInfo | undefined;
}

/** Names of handlers that a framework wraps before it passes them to its router. */
export const handlerNames = new WeakMap<Function, string>();

/** Name of a handler function; undefined if it has none. */
export function handlerName(handler: unknown): string | undefined {
  if (typeof handler !== 'function') return undefined;
  const name = handlerNames.get(handler) ?? plainText(ownData(handler, 'name'));
  // What `bind` makes is called as the function that it calls.
  const own = name?.replace(/^(?:bound )+/, '');
  return own === '' ? undefined : own;
}

/**
 * Sets how the route of the running request is read once it has ended; what a framework reads last
 * counts, as one may run inside another.
 */
export function setRoute(read: () => RouteInfo | undefined): void {
  const request = state.recording === 'off' ? undefined : currentRequest();
  if (request !== undefined) request.routeInfo = () => attempt(read);
}

/**
 * The part of the running request's path that is above `path`, as routers below a mount see theirs:
 * `/api` for `/orders/7` of `/api/orders/7?x=1`.
 */
export function pathAbove(path: string): string {
  const [own = ''] = (currentRequest()?.url ?? '').split('?', 1);
  const [below = ''] = path.split('?', 1);
  return below !== '' && own !== below && own.endsWith(below) ? own.slice(0, -below.length) : '';
}

/** Has an error noted that a promise of a framework's is rejected with, which the framework handles. */
export function noteRejection(result: unknown, by: string): void {
  if (result instanceof Promise)
    Reflect.apply(then, result, [undefined, (error: unknown) => attempt(noteError, error, by)]);
}

// Bound at load: the app may replace it.
const { then } = Promise.prototype;

/** Path pattern as text: routers accept strings, regular expressions and lists of both. */
export function patternText(path: unknown, depth = 0): string {
  if (isList(path) && depth < MAX_DEPTH)
    return listOf(path, MAX_PATHS)
      .map((part) => patternText(part, depth + 1))
      .join('|');
  return plainText(path) ?? regExpText(path) ?? '…';
}

const sourceOf = Object.getOwnPropertyDescriptor(RegExp.prototype, 'source')!.get!;
const flagsOf = Object.getOwnPropertyDescriptor(RegExp.prototype, 'flags')!.get!;

function regExpText(value: unknown): string | undefined {
  if (!types.isRegExp(value)) return undefined;
  const flags = Object.getPrototypeOf(value) === RegExp.prototype ? flagsOf.call(value) : '';
  return `/${sourceOf.call(value)}/${flags}`;
}

/** JSON of route parameters, each cut to 500 characters, secrets redacted; undefined if empty. */
export function paramsJson(params: object): string | undefined {
  let json = '';
  if (types.isProxy(params)) return undefined;
  for (const key of Object.keys(params).slice(0, MAX_PARAMS)) {
    const value = ownData(params, key);
    if (value === undefined) continue;
    const text = isSecretField(key, value) ? REDACTED : redactText(valueText(value));
    json += `${json === '' ? '' : ','}${cachedJson(key)}:${toJson(text)}`;
  }
  return json === '' ? undefined : `{${json}}`;
}

function valueText(value: unknown): string {
  const text = plainText(value) ?? toJson(serialize(value));
  return text.slice(0, MAX_PARAM_LENGTH);
}

const MAX_PARAM_LENGTH = 500;
const MAX_PARAMS = 200;
const MAX_PATHS = 100;
/** Lists in lists. */
const MAX_DEPTH = 5;
