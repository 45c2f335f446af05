/** Instruments of what a guest's file exports. */

import type { Dialect } from '../../domain/library.js';
import type { CallArguments, CallInfo, Instrument } from '../instruments/instrument.cjs';
import { plainText } from '../record/app-values.cjs';
import { serialize } from '../record/serialize.cjs';
import { kindFactsOf } from './guest-kind.cjs';
import { API_VERSION, type Helpers, helpersFor, nameOfMethod, rememberGuest } from './helpers.cjs';

type Fields = Record<string, unknown>;

// It is written into lines as it is.
const LIBRARY = /^[\w@./-]{1,100}$/;
const BINDING = /^[A-Za-z_$][\w$]*$/;
const DIALECTS = new Set<unknown>(['pg', 'mysql', 'sqlite', 'mssql', 'standard']);
const MAX_NAME = 1000;
const MAX_ARGUMENTS = 20;

/**
 * Instruments of an export: an object, a list of them, or a function of the helpers that returns one;
 * what is falsy is none. Throws an Error with what is wrong.
 */
export function instrumentsOf(exported: unknown, name: string): Instrument[] {
  const made = typeof exported === 'function' ? exported(helpersFor(name)) : exported;
  const list = Array.isArray(made) ? made : [made];
  return list.filter(Boolean).map((guest) => instrumentOf(guest as Fields));
}

function instrumentOf(guest: Fields): Instrument {
  if (typeof guest !== 'object') throw new Error('exports no instrument: an object, a list or a function');
  const { apiVersion, library, versions = '*', dialect } = guest;
  if (apiVersion !== API_VERSION)
    throw new Error(
      apiVersion === undefined
        ? `does not say for which version of the interface it is written: apiVersion: ${API_VERSION}`
        : `is written for version ${String(apiVersion)} of the interface, and this scooby has version ${API_VERSION}`,
    );
  if (typeof library !== 'string' || !LIBRARY.test(library))
    throw new Error('has no library: the name of the package whose calls it records');
  const facts = kindFactsOf(guest.kind);
  const helpers = helpersFor(library);
  const instrument: Instrument = {
    ...{ library, versions: String(versions), kind: facts.kind, kinds: [facts] },
    channel: `scooby:guest:${library}:${facts.kind}`,
    describe: describerOf(guest),
    files: patchesOf(guest, library, helpers),
    ...(DIALECTS.has(dialect) && { dialect: dialect as Dialect }),
    ...(typeof guest.depth === 'number' && { depth: guest.depth }),
  };
  const channels = listenersOf(guest, helpers);
  if (channels !== undefined) instrument.channels = channels;
  const esm = bindingsOf(guest);
  if (esm !== undefined) instrument.esm = esm;
  if (typeof guest.install === 'function')
    instrument.install = () => Reflect.apply(guest.install as Function, guest, [helpers]);
  if (Object.keys(instrument.files).length === 0 && channels === undefined && guest.install === undefined)
    throw new Error('names neither files nor channels: there is nothing that it could record');
  rememberGuest(guest, instrument);
  return instrument;
}

function describerOf(guest: Fields): Instrument['describe'] {
  const { describe } = guest;
  if (describe !== undefined && typeof describe !== 'function')
    throw new Error('has a describe that is no function');
  return (call) =>
    cleanInfo(describe === undefined ? usualInfo(call) : Reflect.apply(describe, guest, [call]));
}

/** Of an instrument that describes none: the method's name, and the arguments. */
function usualInfo({ args }: CallArguments): Fields {
  const shown = Array.from(args)
    .slice(0, MAX_ARGUMENTS)
    .filter((arg) => typeof arg !== 'function');
  return { name: nameOfMethod(), detail: { arguments: shown }, shape: nameOfMethod() };
}

/** What a guest says of a call, as far as it can be written. */
function cleanInfo(given: Fields | undefined): CallInfo {
  const { name, detail, kind, shape } = given ?? {};
  const copy = detail === undefined || detail === null ? undefined : serialize(detail);
  const info: CallInfo = { name: String(serialize(plainText(name) ?? nameOfMethod())).slice(0, MAX_NAME) };
  if (typeof copy === 'object' && copy !== null && !Array.isArray(copy)) info.detail = copy as Fields;
  if (typeof shape === 'string') (info.detail ??= {}).shape = shape.slice(0, MAX_NAME);
  if (kind !== undefined) info.kind = kindFactsOf(kind).kind;
  return info;
}

function patchesOf(guest: Fields, library: string, helpers: Helpers): Instrument['files'] {
  const files: Instrument['files'] = {};
  for (const [file, patch] of Object.entries((guest.files ?? {}) as Fields)) {
    if (typeof patch !== 'function') throw new Error(`has no function for the file ${file}`);
    if (!file.includes('/'))
      throw new Error(`names ${file}, and not a file of ${library}, such as ${library}/index.js`);
    files[file] = (exports: never) => void Reflect.apply(patch, guest, [exports, helpers]);
  }
  return files;
}

function listenersOf(guest: Fields, helpers: Helpers): Instrument['channels'] {
  const entries = Object.entries((guest.channels ?? {}) as Fields);
  if (entries.length === 0) return undefined;
  return Object.fromEntries(
    entries.map(([channel, listener]) => {
      if (typeof listener !== 'function') throw new Error(`has no function for the channel ${channel}`);
      return [channel, (message: never) => void Reflect.apply(listener, guest, [message, helpers])];
    }),
  );
}

/** Bindings of ES modules; they become source text, so that only names are allowed. */
function bindingsOf(guest: Fields): Instrument['esm'] {
  const entries = Object.entries((guest.esm ?? {}) as Record<string, unknown>);
  if (entries.length === 0) return undefined;
  for (const [file, names] of entries)
    if (!Array.isArray(names) || !names.every((name) => BINDING.test(String(name))) || /['\\\n]/.test(file))
      throw new Error(`has no list of names for the ES module ${file}`);
  return Object.fromEntries(entries) as Record<string, string[]>;
}
