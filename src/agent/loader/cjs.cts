/** Calls a patch once the file it is for has been loaded, whoever asked for it and however. */

import { readFileSync } from 'node:fs';
import { Module } from 'node:module';

/** What is done to a file's exports; what it throws is reported and never reaches the app. */
export type Patch = (exports: never, file: string) => void;

type Load = (this: { exports: unknown }, filename: string) => void;

interface Insides {
  prototype: { load: Load };
  _findPath?: (...args: unknown[]) => unknown;
  _cache: Record<string, unknown>;
}

/** What is done to the module of a file before it runs, for the files that `wants`. */
export interface ModulePreparation {
  appliesTo(file: string): boolean;
  (module: object, file: string): void;
}

/**
 * Answers which patch a file has; from now on every CommonJS file that `before` wants is shown to it, and one whose path after its last
 * `/node_modules/` is a key of `patches` is handed to that patch right after it ran. `Module#load` is the one place that
 * CommonJS and ESM importers, tsx, type stripping, pnpm and Yarn PnP all pass, once a file and with its resolved name;
 * `require` is called far more often and is told no file name. It is replaced only from when such a file has been found
 * until it loads: a frame of ours in it would be read in every stack of what an app throws while it loads.
 */
export function onLoad(
  patches: Map<string, Patch>,
  before: ModulePreparation,
  trouble: (file: string, error: unknown) => void,
): (filename: string) => Patch | undefined {
  const insides = Module as unknown as Insides;
  const { prototype, _findPath: find } = insides;
  const original = prototype.load;
  const begun = new Set<string>();
  const names = new Set([...patches.keys()].map(packageName));
  const patchFor = (filename: string) => {
    const path = packagePath(filename);
    return patches.get(path) ?? patches.get(unaliased(path, filename, names));
  };
  const load: Load = function load(filename) {
    const patch = patchFor(filename);
    const wanted = before.appliesTo(filename);
    if (patch !== undefined || wanted) {
      begun.add(filename);
      if (!always && prototype.load === load) prototype.load = original;
    }
    if (wanted) before(this, filename);
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
    return patchFor;
  }
  const findPath = function (this: unknown) {
    const found = Reflect.apply(find, this, arguments);
    if (typeof found !== 'string' || prototype.load !== original) return found;
    // In the cache alone it may yet have to load: ESM importers put it there first.
    if (begun.has(found) && insides._cache[found] !== undefined) return found;
    if (before.appliesTo(found) || patchFor(found) !== undefined) prototype.load = load;
    return found;
  };
  Object.defineProperty(findPath, 'name', { value: find.name, configurable: true });
  Object.defineProperty(findPath, 'length', { value: find.length, configurable: true });
  insides._findPath = findPath;
  return patchFor;
}

/** Answers the path below the last node_modules, with `/`: `pg/lib/client.js`; empty where there is none. */
export function packagePath(filename: string): string {
  const at = filename.lastIndexOf('node_modules');
  if (at < 0) return '';
  const path = filename.slice(at + 13);
  return path.includes('\\') ? path.replaceAll('\\', '/') : path;
}

/** Answers the package that a path below node_modules is in: `pg`, `@redis/client`. */
export function packageName(path: string): string {
  return path.split('/', path.startsWith('@') ? 2 : 1).join('/');
}

/** Per package folder: the name that it was published under. */
const published = new Map<string, string>();

/** Answers the path under the package's own name: `npm install mysql-old@npm:mysql2@2` puts it under another one. */
function unaliased(path: string, filename: string, names: Set<string>): string {
  if (path === '') return '';
  const name = packageName(path);
  const folder = filename.slice(0, filename.length - path.length + name.length);
  let own = published.get(folder);
  if (own === undefined) {
    own = mayBe(name, names) ? nameIn(folder) : name;
    published.set(folder, own);
  }
  return own + path.slice(name.length);
}

/** Reading every package.json would cost; an alias says what it stands for (`mysql2-2`, `old-pg`). */
function mayBe(name: string, names: Set<string>): boolean {
  if (names.has(name)) return false;
  for (const one of names) if (name.includes(one)) return true;
  return false;
}

function nameIn(folder: string): string {
  try {
    return String(JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')).name);
  } catch {
    // Not a package: nothing is known of it.
    return '';
  }
}
