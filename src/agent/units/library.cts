/** The interface of a library of units: a queue, broker, schedule or socket that runs the app's code. */

import type { UnitKind } from '../../domain/unit.js';

/**
 * Patches that make a unit of each piece of work that a library runs, and keep its own loops out of
 * the request that began them. A new library is one such file and one entry in index.cts.
 */
export interface UnitLibrary {
  library: string;
  /** Supported versions as a semver range; docs/libraries.md is generated from it. */
  versions: string;
  runs: UnitKind;
  /** What a unit of it is named by. */
  name: string;
  /**
   * Patches by file of a package, called with its exports after loading. Throws an Error with the
   * name of a method that it does not find; the user sees it. A function that it returns replaces
   * the exports of a file named in `replaced`.
   */
  files: Record<string, (exports: never) => Function | void>;
  /** CommonJS modules among `files` whose export is a function, which the patch replaces. */
  replaced?: string[];
  /** ES modules among `files` with the bindings that the patch receives and may set. */
  esm?: Record<string, string[]>;
  /** Patches Node's own modules before the app runs. */
  install?(): void;
}
