/** What an instrument is: the file that makes one library speak. */

import type { LibraryFacts } from '../../domain/library.js';
import type { Kind } from '../../domain/trace.js';
import type { ConnectionSource } from '../explain/runner.cjs';

/** Receiver and arguments of a call, as the app passed them. */
export interface CallArguments {
  readonly self: unknown;
  readonly args: ArrayLike<unknown>;
}

/** What a call asked for, in the words that the user wrote. */
export interface CallInfo {
  name: string;
  detail?: Record<string, unknown>;
}

/** How one library is made to speak. A new library is one such file and one entry in index.cts. */
export interface Instrument extends LibraryFacts {
  library: string;
  /** The versions that it is known to work with, as in a package.json; docs/libraries.md is made of it. */
  versions: string;
  kind: Kind;
  /** A text of the library's own that minifiers keep and no app would write: by it a bundle is known to hold the library. */
  marker?: string;
  /** Where `explain` is told: how a connection is had to ask on. */
  connections?: ConnectionSource;
  /** Where its calls are published, on node:diagnostics_channel. */
  channel: string;
  /** Asked once when the call begins: what the app passes may change afterwards. */
  describe(call: CallArguments): CallInfo;
  /**
   * Per file of a package (`pg/lib/client.js`): what is done to its exports once it has been loaded. A patch that does
   * not find what it wraps throws an Error that names it, which is shown to the user.
   */
  files: Record<string, (exports: never) => void>;
  /** Per channel that the library itself publishes on, where its own are right: what is done with the messages. */
  channels?: Record<string, (message: never) => void>;
  /** Asked before anything of the app runs, for what is Node's own; it has to be cheap to load. */
  install?(): void;
  /** Asked when the first server of the process has begun to listen: what costs time to load has been loaded by then. */
  serving?(): void;
  /**
   * Those of `files` that are ES modules, and which of their bindings the patch is handed (`['Query']`); it may set
   * them. Whatever else imports them sees what has been set.
   */
  esm?: Record<string, string[]>;
  /** How many frames of its own stand between the user's call and the place that is patched, where they are many. */
  depth?: number;
}
