/** What a view is: the file that makes one web framework say which route and handler served a request. */

import type { IncomingMessage } from 'node:http';
import { isSecretName, REDACTED } from '../../domain/redact.cjs';
import { cachedJson } from '../record/encode-span.cjs';
import type { RouteInfo } from '../request/traced-request.cjs';

/** How one framework is made to say it. A new framework is one such file and one entry in index.cts. */
export interface Framework {
  library: string;
  /** The versions that it is known to work with, as in a package.json. */
  versions: string;
  /** Per file of a package: what is done to its exports once it has been loaded. */
  files?: Record<string, (exports: never) => void>;
  /** Those of `files` that are ES modules, and which of their bindings the patch is handed. */
  esm?: Record<string, string[]>;
  /** Per channel of the framework: what is done with the messages. */
  channels?: Record<string, (message: never) => void>;
  /** Answers what the framework has left on the request, once it has been answered. */
  read?(message: IncomingMessage): RouteInfo | undefined;
}

/** Names of handlers that a framework has wrapped into others before it hands them to its router. */
export const handlerNames = new WeakMap<Function, string>();

/** Answers a handler's name, where it has one. */
export function handlerName(handler: unknown): string | undefined {
  if (typeof handler !== 'function') return undefined;
  const name = handlerNames.get(handler) ?? handler.name;
  return name === '' ? undefined : name;
}

/** Answers a path pattern in text: a router takes strings, regular expressions and lists of both. */
export function patternText(path: unknown): string {
  return Array.isArray(path) ? path.map(patternText).join('|') : String(path);
}

/** Answers the JSON of parameters as they may be told: as text, capped, secrets masked; nothing where there are none. */
export function paramsJson(params: object): string | undefined {
  let json = '';
  for (const [key, value] of Object.entries(params)) {
    if (value === undefined) continue;
    const text = isSecretName(key) ? REDACTED : String(value).slice(0, MOST_TEXT);
    json += `${json === '' ? '' : ','}${cachedJson(key)}:${JSON.stringify(text)}`;
  }
  return json === '' ? undefined : `{${json}}`;
}

const MOST_TEXT = 500;
