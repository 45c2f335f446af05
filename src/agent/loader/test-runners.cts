/** Hooks for test runners with module loaders of their own: Jest and Vitest. */

import { subscribe } from 'node:diagnostics_channel';
import { basename } from 'node:path';
import threads from 'node:worker_threads';
import { attempt } from '../guard.cjs';
import { applyPatch, type Patch, packagePath } from './cjs.cjs';
import { fileText } from './file-text.cjs';
import { keepMapFile } from './source-maps.cjs';

interface TransformResult {
  code: string;
  sourceMapPath?: string | null;
}

type Transform = (this: unknown, filename: string, ...rest: unknown[]) => TransformResult;

type ErrorListener = (file: string, error: unknown) => void;

/** File of Jest (both majors in use) that creates the transformer of files. */
export const JEST_TRANSFORM = '@jest/transform/build/index.js';

const LOADED_CHANNEL = 'scooby:loaded';
// A builtin is the same module inside a sandbox, so that its channels reach the agent.
const PUBLISH_EXPORTS = `\n;require('node:diagnostics_channel').channel('${LOADED_CHANNEL}').publish({ module, file: __filename });`;

/**
 * Patch of Jest's transformer. In every sandbox, a file with a patch publishes its exports by a
 * line appended to its source; of the app's files, the source map's location is kept.
 */
export function jestPatch(patchFor: (filename: string) => Patch | undefined, onError: ErrorListener): Patch {
  return (exports: { createScriptTransformer: (...args: unknown[]) => Promise<object> }, filename) => {
    const original = exports.createScriptTransformer;
    if (typeof original !== 'function') throw new Error('createScriptTransformer not found');
    const createScriptTransformer = async (...args: unknown[]) => {
      const transformer = await original(...args);
      attempt(() => patchTransform(Object.getPrototypeOf(transformer), patchFor));
      return transformer;
    };
    if (!isSubscribed) subscribeToLoads(patchFor, onError);
    isSubscribed = true;
    // Its exports are non-configurable getters: requiring modules get a copy.
    const cached = require.cache[filename];
    if (cached === undefined) return;
    const { createScriptTransformer: _, ...rest } = Object.getOwnPropertyDescriptors(exports);
    cached.exports = Object.defineProperties(Object.create(Object.getPrototypeOf(exports)), {
      ...rest,
      createScriptTransformer: { value: createScriptTransformer, enumerable: true },
    });
  };
}

let isSubscribed = false;

function subscribeToLoads(patchFor: (filename: string) => Patch | undefined, onError: ErrorListener): void {
  subscribe(LOADED_CHANNEL, (message) => {
    const { module, file } = message as { module: { exports: unknown }; file: string };
    const patch = patchFor(file);
    if (patch !== undefined) attempt(applyPatch, module, file, patch, onError);
  });
}

const patchedPrototypes = new WeakSet<object>();

function patchTransform(prototype: { transform?: Transform }, patchFor: (filename: string) => unknown): void {
  const original = prototype.transform;
  if (typeof original !== 'function' || patchedPrototypes.has(prototype)) return;
  patchedPrototypes.add(prototype);
  prototype.transform = function transform(filename, ...rest) {
    const result = original.call(this, filename, ...rest);
    if (attempt(patchFor, filename) !== undefined) return { ...result, code: result.code + PUBLISH_EXPORTS };
    const { sourceMapPath } = result;
    if (sourceMapPath && packagePath(filename) === '') keepMapFile(filename, () => fileText(sourceMapPath));
    return result;
  };
}

/**
 * Adds the agent to the arguments of the threads that Vitest starts: their execArgv replaces the
 * inherited one.
 */
export function watchVitest(): void {
  if (/^vitest(?:\.mjs)?$/.test(basename(process.argv[1] ?? ''))) patchWorker();
}

function patchWorker(): void {
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(file: string | URL, options: threads.WorkerOptions = {}) {
      const { execArgv } = options;
      super(file, execArgv ? { ...options, execArgv: [...execArgv, '--require', __filename] } : options);
    }
  };
  Object.defineProperty(threads.Worker, 'name', { value: 'Worker' });
}
