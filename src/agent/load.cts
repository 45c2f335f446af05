/** Calls a patch once the file it is for has been loaded, whoever asked for it and however. */

import { Module } from 'node:module';

/** What is done to a file's exports; what it throws is reported and never reaches the app. */
export type Patch = (exports: never, file: string) => void;

interface Loadable {
  load(this: { exports: unknown }, filename: string): void;
}

/**
 * Answers nothing; from now on every CommonJS file whose path after its last `/node_modules/` is a key of `patches`
 * is handed to that patch right after it ran. `Module#load` is the one place that CommonJS and ESM importers, tsx,
 * type stripping, pnpm and Yarn PnP all pass, once a file and with its resolved name; `require` is called far more
 * often and is told no file name.
 */
export function onLoad(patches: Map<string, Patch>, trouble: (file: string, error: unknown) => void): void {
  const prototype = Module.prototype as unknown as Loadable;
  const original = prototype.load;
  prototype.load = function load(filename) {
    original.call(this, filename);
    const patch = patches.get(packagePath(filename));
    if (patch === undefined) return;
    try {
      patch(this.exports as never, filename);
    } catch (error) {
      trouble(filename, error);
    }
  };
}

/** Answers the path below the last node_modules, with `/`: `pg/lib/client.js`; empty where there is none. */
export function packagePath(filename: string): string {
  const at = filename.lastIndexOf('node_modules');
  if (at < 0) return '';
  const path = filename.slice(at + 13);
  return path.includes('\\') ? path.replaceAll('\\', '/') : path;
}
