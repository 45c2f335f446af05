/** Patches the exports of CommonJS files when they have loaded, from any importer. */

import { readFileSync } from 'node:fs';
import { Module } from 'node:module';
import { isAbsolute } from 'node:path';
import { attempt } from '../guard.cjs';

/** Patches a file's exports; an error that it throws is reported and never reaches the app. */
export interface Patch {
  (exports: never, file: string): object | void;
  /** True if it returns what replaces the exports: a function, or a copy of what cannot be changed. */
  replacesExports?: boolean;
}

interface LoadedModule {
  exports: unknown;
  _compile?: Function;
}
type Load = (this: LoadedModule, filename: string) => void;

interface ModuleInternals {
  prototype: { load: Load };
  _findPath?: (...args: unknown[]) => unknown;
  _cache: Record<string, unknown>;
}

/** Changes the module of a file before it runs, for the files that it applies to. */
export interface ModulePreparation {
  appliesTo(file: string): boolean;
  (module: object, file: string): void;
}

/**
 * Installs patches of CommonJS files and returns the lookup of a file's patch. `prepare` runs
 * before the files that it applies to; a patch runs after the file whose path below the last
 * `/node_modules/` is its key. `onError` receives the errors of patches.
 *
 * `Module#load` is the one function that CommonJS and ESM importers, tsx, type stripping, pnpm and
 * Yarn PnP all call, once a file and with its resolved name; `require` is called far more often and
 * without a file name. It is replaced only from the resolution of such a file until its load:
 * otherwise a frame of the agent would be in the stack of every error that is thrown during a load.
 * What a package of `selfRequiring` requires of itself by its own name, Node resolves without
 * `Module._findPath`: there it stays until a file with a patch has come.
 */
export function onLoad(
  patches: Map<string, Patch>,
  prepare: ModulePreparation,
  onError: ErrorListener,
  selfRequiring: ReadonlySet<string> = new Set(),
): (filename: string) => Patch | undefined {
  const awaited = new Set(selfRequiring);
  const isAwaited = (filename: string) => awaited.size > 0 && awaited.has(packageName(packagePath(filename)));
  const internals = Module as unknown as ModuleInternals;
  const { prototype, _findPath: originalFindPath } = internals;
  const original = prototype.load;
  const loadStarted = new Set<string>();
  // Files of the app's own are named by their absolute path.
  const names = new Set([...patches.keys()].filter((key) => !isAbsolute(key)).map(packageName));
  const hasOwnFiles = [...patches.keys()].some((key) => isAbsolute(key));
  const patchFor = (filename: string) => {
    const path = packagePath(filename);
    if (path === '') return hasOwnFiles ? patches.get(filename) : undefined;
    return patches.get(path) ?? patches.get(unhashed(path)) ?? patches.get(unaliased(path, filename, names));
  };
  const load: Load = function load(filename) {
    const patch = attempt(patchFor, filename);
    const isPrepared = attempt(prepare.appliesTo, filename);
    if (patch !== undefined) awaited.delete(packageName(packagePath(filename)));
    if (patch !== undefined || isPrepared) {
      loadStarted.add(filename);
      if (!isPermanent && prototype.load === load) prototype.load = original;
    }
    if (isPrepared) attempt(prepare, this, filename);
    if (patch?.replacesExports) attempt(patchWhenCompiled, this, filename, patch, onError);
    original.call(this, filename);
    if (patch !== undefined && !patch.replacesExports) attempt(applyPatch, this, filename, patch, onError);
  };
  // Yarn PnP resolves files without Module._findPath.
  const isPermanent = typeof originalFindPath !== 'function' || process.versions.pnp !== undefined;
  if (typeof originalFindPath !== 'function' || isPermanent) {
    prototype.load = load;
    return patchFor;
  }
  const findPath = function (this: unknown) {
    const found = Reflect.apply(originalFindPath, this, arguments);
    if (typeof found !== 'string' || prototype.load !== original) return found;
    // Being in the cache is not enough: ESM importers put a module there before it loads.
    if (loadStarted.has(found) && internals._cache[found] !== undefined) return found;
    if (
      attempt(prepare.appliesTo, found) ||
      attempt(patchFor, found) !== undefined ||
      attempt(isAwaited, found)
    )
      prototype.load = load;
    return found;
  };
  Object.defineProperty(findPath, 'name', { value: originalFindPath.name, configurable: true });
  Object.defineProperty(findPath, 'length', { value: originalFindPath.length, configurable: true });
  internals._findPath = findPath;
  return patchFor;
}

type ErrorListener = (file: string, error: unknown) => void;

/** Applies a patch to a module that has run, and replaces its exports by the function returned. */
export function applyPatch(
  module: { exports: unknown },
  filename: string,
  patch: Patch,
  onError: ErrorListener,
): void {
  try {
    const replacement = patch(module.exports as never, filename);
    const isObject = typeof replacement === 'object' && replacement !== null && patch.replacesExports;
    if (typeof replacement === 'function' || isObject) module.exports = replacement;
  } catch (error) {
    attempt(onError, filename, error);
  }
}

/** Patches before `Module#load` returns: it passes the exports to ES modules that import the file. */
function patchWhenCompiled(
  module: LoadedModule,
  filename: string,
  patch: Patch,
  onError: ErrorListener,
): void {
  const original = module._compile;
  if (original === undefined) return;
  module._compile = function _compile() {
    // Uncovers the prototype's method again.
    Reflect.deleteProperty(module, '_compile');
    const result = Reflect.apply(original, module, arguments);
    attempt(applyPatch, module, filename, patch, onError);
    return result;
  };
}

/** Path below the last node_modules, with `/`: `pg/lib/client.js`; empty outside node_modules. */
export function packagePath(filename: string): string {
  const at = filename.lastIndexOf('node_modules');
  if (at < 0) return '';
  const path = filename.slice(at + 13);
  return path.includes('\\') ? path.replaceAll('\\', '/') : path;
}

// Bundlers name a chunk by a hash of its text: chunk-RSZ2AJQK.js
const HASH = /(?<=-)[\w-]{8}(?=\.[cm]?js$)/;

/** Path with `*` for the hash in a chunk's name: the same for each build of the package. */
export function unhashed(path: string): string {
  return path.replace(HASH, '*');
}

/** Package name of a path below node_modules: `pg`, `@redis/client`. */
export function packageName(path: string): string {
  return path.split('/', path.startsWith('@') ? 2 : 1).join('/');
}

/** Published name by package folder. */
const publishedNames = new Map<string, string>();

/** Path with the published name of an aliased package (`npm install mysql-old@npm:mysql2@2`). */
function unaliased(path: string, filename: string, names: Set<string>): string {
  if (path === '') return '';
  const name = packageName(path);
  const folder = filename.slice(0, filename.length - path.length + name.length);
  let published = publishedNames.get(folder);
  if (published === undefined) {
    published = mayBeAlias(name, names) ? publishedName(folder) : name;
    publishedNames.set(folder, published);
  }
  return published + path.slice(name.length);
}

/**
 * Whether a package's name contains that of a patched package (`mysql2-2`, `old-pg`): reading every
 * package.json would cost too much.
 */
function mayBeAlias(name: string, names: Set<string>): boolean {
  if (names.has(name)) return false;
  for (const patchedName of names) if (name.includes(patchedName)) return true;
  return false;
}

function publishedName(folder: string): string {
  try {
    return String(JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')).name);
  } catch {
    // A folder without package.json is not a package.
    return '';
  }
}
