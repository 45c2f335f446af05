/**
 * Keeps source maps that exist only in memory: of files that tsx, ts-node and others compile at
 * load.
 */

import * as nodeModule from 'node:module';
import { attempt } from '../guard.cjs';
import { TextCache } from '../record/text-cache.cjs';
import { packagePath } from './cjs.cjs';
import { fileText } from './file-text.cjs';

interface Compilable {
  _compile(this: unknown, content: string, filename: string): unknown;
}

/** Characters. */
const MAX_COMMENT = 16 * 1024 * 1024;
/** Characters of all comments that are kept, and of the names of their files. */
const MAX_COMMENTS = 64 * 1024 * 1024;
const COMMENT = '//# sourceMappingURL=data:application/json';

/** Source map comment of the compiled code, by file. */
const mapComments = new Map<string, string>();
let commentsLength = 0;
/** Scripts whose map has been read. */
const mapped = new TextCache<true>();
/** Reader of a map that is in another file, by file. */
const mapReaders = new Map<string, () => string | undefined>();

/**
 * Keeps the map inside compiled code until a stack has a frame of the file; returns whether there
 * is one.
 */
export function keepMapOfSource(filename: string, content: unknown): boolean {
  const start = typeof content === 'string' ? content.lastIndexOf(COMMENT) : -1;
  if (start < 0 || (content as string).length - start >= MAX_COMMENT) return false;
  keepComment(filename, (content as string).slice(start));
  return true;
}

function keepComment(filename: string, comment: string): void {
  takeComment(filename);
  mapComments.set(filename, comment);
  commentsLength += filename.length + comment.length;
  // The oldest are those of files that no stack has shown since.
  for (const [oldest] of mapComments) {
    if (commentsLength <= MAX_COMMENTS) break;
    takeComment(oldest);
  }
}

function takeComment(filename: string): string | undefined {
  const comment = mapComments.get(filename);
  if (comment === undefined) return undefined;
  mapComments.delete(filename);
  commentsLength -= filename.length + comment.length;
  return comment;
}

/** Whether a map of the script has been kept or read. */
export function hasKnownMap(script: string): boolean {
  return mapComments.has(script) || mapReaders.has(script) || mapped.get(script) !== undefined;
}

/** Whether the map of a script has been read, and is not to be asked for again. */
export function wasMapRead(script: string): boolean {
  return mapped.get(script) !== undefined;
}

/** Keeps the reader of a map file, called when a stack has a frame of `filename`. */
export function keepMapFile(filename: string, read: () => string | undefined): void {
  mapReaders.set(filename, read);
}

/**
 * Keeps the map inside the code of which a module is compiled. Only for TypeScript and JSX files:
 * the wrapper of `_compile` is a frame in the stack of each error that is thrown while the file
 * runs.
 */
export function keepMapOfModule(module: object, filename: string): void {
  const compilable = module as Compilable;
  const original = compilable._compile;
  if (typeof original !== 'function') return;
  compilable._compile = function _compile(content) {
    // Restores the method of the prototype.
    Reflect.deleteProperty(compilable, '_compile');
    attempt(keepMapOfSource, filename, content);
    return Reflect.apply(original, this, arguments);
  };
}

keepMapOfModule.appliesTo = (filename: string): boolean =>
  /\.(?:[cm]?tsx?|jsx)$/.test(filename) && packagePath(filename) === '';

/**
 * Source map (JSON) of a script that is compiled in memory; undefined if the file on disk has it.
 */
export function mapOf(script: string): string | undefined {
  if (script.startsWith('node:') || packagePath(script) !== '') return undefined;
  try {
    const comment = takeComment(script);
    if (comment !== undefined || mapReaders.has(script)) mapped.set(script, true, 0);
    if (comment !== undefined) return mapInComment(comment);
    const read = mapReaders.get(script);
    mapReaders.delete(script);
    if (read !== undefined) return read();
    // Node has the map only if source map support is enabled, as tsx does.
    const map = nodeModule.findSourceMap(script);
    return map === undefined || hasOwnMap(script) ? undefined : JSON.stringify(map.payload);
  } catch {
    // An unreadable map: the position in the compiled code is shown.
    return undefined;
  }
}

/** Source map (JSON) of a `data:` URL, or of a comment that begins with one. */
export function mapInComment(comment: string): string | undefined {
  const [, base64] = /^[^,]*;base64,([\w+/=]+)/.exec(comment) ?? [];
  if (base64 !== undefined) return Buffer.from(base64, 'base64').toString();
  const [, json] = /^[^,]*,(\S+)/.exec(comment) ?? [];
  return json === undefined ? undefined : decodeURIComponent(json);
}

function hasOwnMap(script: string): boolean {
  // A script that a bundler evaluates from memory: webpack-internal:///(rsc)/./lib/db.ts
  if (/^(?!file:)[\w-]+:\/\//.test(script)) return false;
  const text = fileText(script);
  // Without its text nothing tells whether the map is that of the file.
  return text === undefined || text.includes('sourceMappingURL=');
}
