/** Test runners that load files past Node: Jest, which has a require of its own, and Vitest, which compiles what it has transformed. */

import { subscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';

import { basename } from 'node:path';
import vm from 'node:vm';
import threads from 'node:worker_threads';

import { type Patch, packagePath } from './cjs.cjs';
import { keepMapFile, keepMapOfSource } from './source-maps.cjs';

interface Transformed {
  code: string;
  sourceMapPath?: string | null;
}

type Transform = (this: unknown, filename: string, ...rest: unknown[]) => Transformed;

type Trouble = (file: string, error: unknown) => void;

/** Where Jest makes what transforms files, for both of its majors that are in use. */
export const JEST_TRANSFORM = '@jest/transform/build/index.js';

const LOADED = 'scooby:loaded';
// Node's own modules are the real ones in a sandbox, too.
const TELL = `\n;require('node:diagnostics_channel').channel('${LOADED}').publish({ exports: module.exports, file: __filename });`;

/**
 * Answers the patch of Jest: in every sandbox, a file that `patchFor` has a patch for tells that it has loaded, by a line
 * behind its source; of any other of the app, it is noted where its map is.
 */
export function jestPatch(patchFor: (filename: string) => Patch | undefined, trouble: Trouble): Patch {
  return (exports: { createScriptTransformer: (...args: unknown[]) => Promise<object> }, filename) => {
    const original = exports.createScriptTransformer;
    if (typeof original !== 'function') throw new Error('createScriptTransformer not found');
    const createScriptTransformer = async (...args: unknown[]) => {
      const transformer = await original(...args);
      watch(Object.getPrototypeOf(transformer), patchFor);
      return transformer;
    };
    if (!heard) hear(patchFor, trouble);
    heard = true;
    // Its exports are getters that cannot be made anew: who requires it gets a copy.
    const held = require.cache[filename];
    if (held === undefined) return;
    const { createScriptTransformer: _, ...rest } = Object.getOwnPropertyDescriptors(exports);
    held.exports = Object.defineProperties(Object.create(Object.getPrototypeOf(exports)), {
      ...rest,
      createScriptTransformer: { value: createScriptTransformer, enumerable: true },
    });
  };
}

let heard = false;

function hear(patchFor: (filename: string) => Patch | undefined, trouble: Trouble): void {
  subscribe(LOADED, (message) => {
    const { exports, file } = message as { exports: never; file: string };
    try {
      patchFor(file)?.(exports, file);
    } catch (error) {
      trouble(file, error);
    }
  });
}

const watched = new WeakSet<object>();

function watch(prototype: { transform?: Transform }, patchFor: (filename: string) => unknown): void {
  const original = prototype.transform;
  if (typeof original !== 'function' || watched.has(prototype)) return;
  watched.add(prototype);
  prototype.transform = function transform(filename, ...rest) {
    const result = original.call(this, filename, ...rest);
    if (patchFor(filename) !== undefined) return { ...result, code: result.code + TELL };
    const { sourceMapPath } = result;
    if (sourceMapPath && packagePath(filename) === '')
      keepMapFile(filename, () => readFileSync(sourceMapPath, 'utf8'));
    return result;
  };
}

/**
 * From now on the maps in what Vitest compiles are kept: it says in its workers' environment that they are its own. Its
 * threads, which it gives arguments that Node takes for all there are, get the agent's beside them.
 */
export function watchVitest(): void {
  if (process.env.VITEST !== undefined) keepMaps();
  if (/^vitest(?:\.mjs)?$/.test(basename(process.argv[1] ?? ''))) followThreads();
}

function keepMaps(): void {
  const original = vm.runInThisContext;
  vm.runInThisContext = function runInThisContext(code: string, options?: vm.RunningScriptOptions | string) {
    const filename = typeof options === 'object' ? options.filename : options;
    if (filename !== undefined && packagePath(filename) === '') keepMapOfSource(filename, code);
    return Reflect.apply(original, vm, arguments);
  };
}

function followThreads(): void {
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(file: string | URL, options: threads.WorkerOptions = {}) {
      const { execArgv } = options;
      super(file, execArgv ? { ...options, execArgv: [...execArgv, '--require', __filename] } : options);
    }
  };
  Object.defineProperty(threads.Worker, 'name', { value: 'Worker' });
}
