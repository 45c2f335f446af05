/** What a call-site library is: it has no spans of its own, but stands between the app's line and the driver that has. */

import type { ModulePreparation } from '../loader/cjs.cjs';

/** How the calls of one library's drivers get the app's line. A new library is one such file and one entry in index.cts. */
export interface CallSiteLibrary {
  library: string;
  /** The versions in which the wrapped files and methods are there, as in a package.json; docs/libraries.md is made of it. */
  versions: string;
  /** `orm` and `builder` are mappers, whose many frames stacks are captured deep enough to see through. */
  role: 'orm' | 'builder' | 'client' | 'promises';
  /**
   * Per file of a package (`knex/lib/client.js`): what is done to its exports once it has been loaded. Where it does not
   * find what it wraps it throws an Error that names it, which is shown to the user.
   */
  files: Record<string, (exports: never) => void>;
  /** Those of `files` that are ES modules, and which of their bindings the patch is handed and may set. */
  esm?: Record<string, string[]>;
  /** What is done to a module before it runs, where its exports cannot be set afterwards. */
  before?: ModulePreparation;
}
