/** The interface of an instrument: what a file has to say about the library that it records. */

import type { LibraryFacts } from '../../domain/library.js';
import type { Kind } from '../../domain/trace.js';
import type { ConnectionSource } from '../explain/runner.cjs';

/** Receiver and arguments of a call, as the app passed them. */
export interface CallArguments {
  readonly self: unknown;
  readonly args: ArrayLike<unknown>;
}

/** Name and details of a call's span: SQL text, command or URL, and the values passed with it. */
export interface CallInfo {
  name: string;
  detail?: Record<string, unknown>;
  /** Kind of this call, where it is not the instrument's. */
  kind?: Kind;
}

/** Instrumentation of one library. A new library is one such file and one entry in index.cts. */
export interface Instrument extends LibraryFacts {
  library: string;
  /** Supported versions as a semver range; docs/libraries.md is generated from it. */
  versions: string;
  kind: Kind;
  /** A string of the library that minifiers keep and no app contains: it reveals bundled copies. */
  marker?: string;
  /** Set together with `explain`: acquires connections to run EXPLAIN on. */
  connections?: ConnectionSource;
  /** Name of the node:diagnostics_channel on which calls are published. */
  channel: string;
  /** Called once, when the call begins, because the app may change its arguments afterwards. */
  describe(call: CallArguments): CallInfo;
  /**
   * Patches by file of a package (`pg/lib/client.js`), called with its exports after loading.
   * Throws an Error with the name of a method that it does not find; the user sees it.
   */
  files: Record<string, (exports: never) => object | void>;
  /** Listeners by channel of the library's own, where it publishes on node:diagnostics_channel. */
  channels?: Record<string, (message: never) => void>;
  /** Patches Node's own modules before the app runs: only modules that are cheap to load. */
  install?(): void;
  /** Called when the first server listens: by then modules that are slow to load are loaded. */
  onListening?(): void;
  /**
   * ES modules among `files` with the bindings that the patch receives (`['Query']`) and may set.
   * All other importers see the new values.
   */
  esm?: Record<string, string[]>;
  /** ES modules whose bindings are read from what they export, as a default without a name. */
  namespaces?: string[];
  /** CommonJS modules among `files` whose exports the patch replaces by what it returns. */
  replaced?: string[];
  /** Packages among `files` that require files of themselves by their own name. */
  selfRequiring?: string[];
  /** What is told of an error instead of it, where its message has what is not to be recorded. */
  errorOf?(error: unknown): unknown;
  /** Set when recording its calls has failed twenty times: they are not recorded any more. */
  isOff?: boolean;
  /** Number of library frames between the app's call and the patched method; default few. */
  depth?: number;
}
