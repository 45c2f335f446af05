/** Instruments of single functions that a configuration names by module and path. */

import type { KindFacts } from '../../domain/library.js';
import type { WatchedExport } from '../../domain/link.js';
import type { CallArguments, CallInfo, Instrument } from '../instruments/instrument.cjs';
import { dataOf, plainText } from '../record/app-values.cjs';
import { serialize } from '../record/serialize.cjs';
import { recordCall } from './helpers.cjs';
import type { ModuleFile } from './module-files.cjs';
import { guestCut, replaceGuarded } from './replace.cjs';

const PLACE = /\{(this|arg\d+)((?:\.[\w$]+)*)\}/g;
const MAX_NAME = 1000;
const MAX_ARGUMENTS = 20;

/** A module's instrument, the files whose export it replaces as a whole, and those read as namespaces. */
export interface Watcher extends Instrument {
  replaced: string[];
  namespaces: string[];
}

/** Instrument of one function of a module. */
export function watcherOf(watched: WatchedExport, files: ModuleFile[], kinds: KindFacts[]): Watcher {
  const { module, kind = 'span' } = watched;
  const path = watched.export.split('.');
  const library = libraryOf(module);
  const own = kinds.filter((facts) => facts.kind === kind);
  const watcher: Watcher = {
    ...{ library, versions: '*', kind },
    channel: `scooby:watch:${module}:${watched.export}`,
    describe: describerOf(path.filter((word) => word !== 'prototype').join('.'), watched.name),
    files: {},
    esm: {},
    replaced: [],
    namespaces: [],
    ...(own.length > 0 && { kinds: own }),
  };
  const isWhole = path.length === 1;
  const wrap = (original: Function) => {
    const recorded: (...args: never[]) => unknown = function (this: unknown) {
      const cut = guestCut() ?? recorded;
      return recordCall(watcher, cut, original, this, arguments, { callback: watched.callback === true });
    };
    return recorded;
  };
  for (const { key, isEsm } of files) {
    watcher.files[key] = ((exports: object) => {
      const owner = holderOf(ownerOf(exports, path), path, isEsm);
      replaceGuarded(watcher, owner, path.at(-1)!, wrap);
      return isWhole ? exported(exports, owner, path[0]!, isEsm) : undefined;
    }) as Instrument['files'][string];
    if (isEsm) {
      watcher.esm![key] = [path[0]!];
      watcher.namespaces.push(key);
    } else if (isWhole) watcher.replaced.push(key);
  }
  return watcher;
}

/** Name of spans; it is written into lines as it is. */
function libraryOf(module: string): string {
  return module
    .replace(/^\.\//, '')
    .replace(/[^\w@./-]/g, '_')
    .slice(0, 100);
}

/** Object that has the last name of the path; throws an Error where there is none. */
function ownerOf(exports: object, path: string[]): object {
  let owner: unknown = exports;
  if (path.length === 1 && path[0] === 'default' && typeof exports === 'function')
    return { default: exports };
  for (const name of path.slice(0, -1)) {
    const isDefault = name === 'default' && !('default' in Object(owner));
    owner = isDefault ? owner : (Object(owner) as Record<string, unknown>)[name];
  }
  const method = (Object(owner) as Record<string, unknown>)[path.at(-1)!];
  if (
    (typeof owner !== 'object' && typeof owner !== 'function') ||
    owner === null ||
    typeof method !== 'function'
  )
    throw new Error(`${path.join('.')} not found`);
  return owner;
}

/**
 * Object whose property is replaced: the owner itself, or one that stands for it. A binding of an ES
 * module is set, not defined; what a compiler exports by getters cannot be replaced in place.
 */
function holderOf(owner: object, path: string[], isEsm: boolean): object {
  const name = path[0]!;
  if (path.length > 1) return owner;
  if (isEsm) return { [name]: (owner as Record<string, unknown>)[name] };
  const property = Object.getOwnPropertyDescriptor(owner, name);
  if (property === undefined || property.configurable || typeof owner === 'function') return owner;
  const { [name]: own, ...others } = Object.getOwnPropertyDescriptors(owner) as PropertyDescriptorMap;
  const copy = Object.create(Object.getPrototypeOf(owner), others) as object;
  const value = (owner as Record<string, unknown>)[name];
  const enumerable = own!.enumerable ?? true;
  return Object.defineProperty(copy, name, { value, writable: true, configurable: true, enumerable });
}

/** What the module is to export instead: the function where it is that, a copy where it had to be one. */
function exported(exports: object, holder: object, name: string, isEsm: boolean): unknown {
  if (holder === exports) return undefined;
  const replacement = (holder as Record<string, unknown>)[name];
  if (!isEsm) return typeof exports === 'function' ? replacement : holder;
  try {
    (exports as Record<string, unknown>)[name] = replacement;
  } catch {
    throw new Error(`${name} is a constant of an ES module, or of another one: it cannot be replaced`);
  }
  return undefined;
}

function describerOf(path: string, template = path): Instrument['describe'] {
  const bare = /^(?:this|arg\d+)(?:\.[\w$]+)*$/.test(template) ? `{${template}}` : template;
  return (call): CallInfo => {
    const shown = Array.from(call.args)
      .slice(0, MAX_ARGUMENTS)
      .filter((arg) => typeof arg !== 'function');
    const name = bare.replace(PLACE, (_, root: string, keys: string) => placeText(call, root, keys));
    // All calls of the function are alike, whatever is in their names.
    const detail = { shape: path, ...(shown.length > 0 && { arguments: serialize(shown) }) };
    return { name: name.slice(0, MAX_NAME), detail };
  };
}

function placeText({ self, args }: CallArguments, root: string, path: string): string {
  let value = root === 'this' ? self : args[Number(root.slice(3))];
  for (const key of path.split('.').slice(1)) value = dataOf(value, key);
  const text = plainText(value);
  if (text !== undefined) return String(serialize(text));
  return value === undefined || value === null ? String(value) : `[${typeof value}]`;
}
