/** The interface of a framework, and helpers to describe the route that served a request. */

import type { IncomingMessage } from 'node:http';
import { types } from 'node:util';
import { redactText } from '../../domain/redact.cjs';
import { isSecretField } from '../../domain/secret-names.cjs';
import { REDACTED } from '../../domain/secret-shapes.cjs';
import { isList, listOf, ownData, plainText } from '../record/app-values.cjs';
import { cachedJson } from '../record/encode-span.cjs';
import { serialize } from '../record/serialize.cjs';
import type { RouteInfo } from '../request/traced-request.cjs';

/**
 * How to find the route and handler of a request in one web framework. A new framework is one such
 * file and one entry in index.cts.
 */
export interface Framework {
  library: string;
  /** Supported versions as a semver range. */
  versions: string;
  /** Patches by file of a package, called with its exports after loading. */
  files?: Record<string, (exports: never) => Function | void>;
  /** Files whose patch returns a function that replaces the exports. */
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
  return name === '' ? undefined : name;
}

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
    json += `${json === '' ? '' : ','}${cachedJson(key)}:${JSON.stringify(text)}`;
  }
  return json === '' ? undefined : `{${json}}`;
}

function valueText(value: unknown): string {
  const text = plainText(value) ?? JSON.stringify(serialize(value));
  return text.slice(0, MAX_PARAM_LENGTH);
}

const MAX_PARAM_LENGTH = 500;
const MAX_PARAMS = 200;
const MAX_PATHS = 100;
/** Lists in lists. */
const MAX_DEPTH = 5;
