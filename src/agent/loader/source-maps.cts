/** Source maps of scripts that exist only in memory: tsx and ts-node compile what they load, and their maps with it. */

import { readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';
import { packagePath } from './cjs.cjs';

interface Compilable {
  _compile(this: unknown, content: string, filename: string): unknown;
}

const LARGEST = 16 * 1024 * 1024;
const COMMENT = '//# sourceMappingURL=data:application/json';

/** Per file: the comment with its map, as it was compiled. */
const compiled = new Map<string, string>();
/** Per file: what reads its map, where it is kept elsewhere. */
const elsewhere = new Map<string, () => string>();

/** Keeps the map inside what a file is compiled from until a stack asks for it. */
export function keepMapOfSource(filename: string, content: unknown): void {
  const at = typeof content === 'string' ? content.lastIndexOf(COMMENT) : -1;
  if (at >= 0 && (content as string).length - at < LARGEST)
    compiled.set(filename, (content as string).slice(at));
}

/** Notes how the map of a file is read when a stack asks for it. */
export function keepMapFile(filename: string, read: () => string): void {
  elsewhere.set(filename, read);
}

/**
 * Keeps the map inside what a module is compiled from until a stack asks for it. Only for files that are not JavaScript
 * as they are: the wrapper is a frame in the stacks of errors that are thrown while the file runs.
 */
export function keepMapOfModule(module: object, filename: string): void {
  const compilable = module as Compilable;
  const original = compilable._compile;
  if (typeof original !== 'function') return;
  compilable._compile = function _compile(content) {
    // The prototype's again, as it was.
    Reflect.deleteProperty(compilable, '_compile');
    keepMapOfSource(filename, content);
    return Reflect.apply(original, this, arguments);
  };
}

keepMapOfModule.appliesTo = (filename: string): boolean =>
  /\.(?:[cm]?tsx?|jsx)$/.test(filename) && packagePath(filename) === '';

/** Answers the map, in JSON, of a script that is not on disk as it runs; nothing where the disk tells as much. */
export function mapOf(script: string): string | undefined {
  if (script.startsWith('node:') || packagePath(script) !== '') return undefined;
  try {
    const comment = compiled.get(script);
    compiled.delete(script);
    if (comment !== undefined) return decoded(comment);
    const read = elsewhere.get(script);
    elsewhere.delete(script);
    if (read !== undefined) return read();
    // Known to Node only where somebody has asked it to map stacks, as tsx does.
    const map = nodeModule.findSourceMap(script);
    return map === undefined || hasOwnMap(script) ? undefined : JSON.stringify(map.payload);
  } catch {
    // A map that cannot be read: the line shown is the one that runs.
    return undefined;
  }
}

function decoded(comment: string): string | undefined {
  const [, base64] = /^[^,]*;base64,([\w+/=]+)/.exec(comment) ?? [];
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString();
}

function hasOwnMap(script: string): boolean {
  // What a bundler evaluates from memory: webpack-internal:///(rsc)/./lib/db.ts
  if (/^(?!file:)[\w-]+:\/\//.test(script)) return false;
  const file = script.startsWith('file:') ? fileURLToPath(script.replace(/[?#].*$/s, '')) : script;
  return readFileSync(file, 'utf8').includes('sourceMappingURL=');
}
