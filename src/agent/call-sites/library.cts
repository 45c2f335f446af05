/** The interface of a call-site library, which has no spans but calls a driver in later ticks. */

import type { ModulePreparation } from '../loader/cjs.cjs';

/**
 * Patches that give calls of a driver the app line that called a library above it. A new library is
 * one such file and one entry in index.cts.
 */
export interface CallSiteLibrary {
  library: string;
  /** Supported versions as a semver range; docs/libraries.md is generated from it. */
  versions: string;
  /** `orm` and `builder` are mappers: their stacks are captured deeper, for their many frames. */
  role: 'orm' | 'builder' | 'driver' | 'client' | 'promises' | 'queue' | 'pool';
  /**
   * Patches by file of a package (`knex/lib/client.js`), called with its exports after loading.
   * Throws an Error with the name of a method that it does not find; the user sees it. A function, or
   * a copy, that it returns replaces the exports of a file named in `replaced`.
   */
  files: Record<string, (exports: never) => object | void>;
  /** CommonJS modules among `files` whose export is a function, or cannot be changed: the patch replaces it. */
  replaced?: string[];
  /** ES modules among `files` with the bindings that the patch receives and may set. */
  esm?: Record<string, string[]>;
  /** The one major version whose ES modules are patched, if the files of others look the same. */
  esmMajor?: number;
  /** Prepares a module before it runs, if its exports cannot be set afterwards. */
  prepareModule?: ModulePreparation;
}
