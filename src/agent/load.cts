/** Calls a patch once the file it is for has been loaded, whoever asked for it and however. */

import { Module } from 'node:module';

/** What is done to a file's exports; what it throws is reported and never reaches the app. */
export type Patch = (exports: never, file: string) => void;

type Load = (this: { exports: unknown }, filename: string) => void;

interface Insides {
  prototype: { load: Load };
  _findPath?: (...args: unknown[]) => unknown;
  _cache: Record<string, unknown>;
}

/**
 * Answers nothing; from now on every CommonJS file whose path after its last `/node_modules/` is a key of `patches`
 * is handed to that patch right after it ran. `Module#load` is the one place that CommonJS and ESM importers, tsx,
 * type stripping, pnpm and Yarn PnP all pass, once a file and with its resolved name; `require` is called far more
 * often and is told no file name. It is replaced only from when such a file has been found until it loads: a frame of
 * ours in it would be read in every stack of what an app throws while it loads.
 */
export function onLoad(patches: Map<string, Patch>, trouble: (file: string, error: unknown) => void): void {
  const insides = Module as unknown as Insides;
  const { prototype, _findPath: find } = insides;
  const original = prototype.load;
  const load: Load = function load(filename) {
    const patch = patches.get(packagePath(filename));
    if (patch !== undefined && !always && prototype.load === load) prototype.load = original;
    original.call(this, filename);
    if (patch === undefined) return;
    try {
      patch(this.exports as never, filename);
    } catch (error) {
      trouble(filename, error);
    }
  };
  // Yarn PnP finds files in its own way.
  const always = typeof find !== 'function' || process.versions.pnp !== undefined;
  if (typeof find !== 'function' || always) {
    prototype.load = load;
    return;
  }
  insides._findPath = function (this: unknown) {
    const found = Reflect.apply(find, this, arguments);
    if (typeof found === 'string' && patches.has(packagePath(found)) && insides._cache[found] === undefined) {
      if (prototype.load === original) prototype.load = load;
    }
    return found;
  };
  Object.defineProperty(insides._findPath, 'name', { value: find.name, configurable: true });
  Object.defineProperty(insides._findPath, 'length', { value: find.length, configurable: true });
}

/** Answers the path below the last node_modules, with `/`: `pg/lib/client.js`; empty where there is none. */
export function packagePath(filename: string): string {
  const at = filename.lastIndexOf('node_modules');
  if (at < 0) return '';
  const path = filename.slice(at + 13);
  return path.includes('\\') ? path.replaceAll('\\', '/') : path;
}
