/** The interface of a framework, and helpers to describe the route that served a request. */

import type { IncomingMessage } from 'node:http';
import { redactText } from '../../domain/redact.cjs';
import { isSecretField } from '../../domain/secret-names.cjs';
import { REDACTED } from '../../domain/secret-shapes.cjs';
import { cachedJson } from '../record/encode-span.cjs';
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
  files?: Record<string, (exports: never) => void>;
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
  const name = handlerNames.get(handler) ?? handler.name;
  return name === '' ? undefined : name;
}

/** Path pattern as text: routers accept strings, regular expressions and lists of both. */
export function patternText(path: unknown): string {
  return Array.isArray(path) ? path.map(patternText).join('|') : String(path);
}

/** JSON of route parameters, each cut to 500 characters, secrets redacted; undefined if empty. */
export function paramsJson(params: object): string | undefined {
  let json = '';
  for (const [key, value] of Object.entries(params)) {
    if (value === undefined) continue;
    const text = isSecretField(key, value) ? REDACTED : redactText(String(value).slice(0, MAX_PARAM_LENGTH));
    json += `${json === '' ? '' : ','}${cachedJson(key)}:${JSON.stringify(text)}`;
  }
  return json === '' ? undefined : `{${json}}`;
}

const MAX_PARAM_LENGTH = 500;
