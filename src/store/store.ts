/** The store's interface: what every place that keeps traces can do. */

import type { Source, Summary, Trace } from '../trace.js';

export type { Source, Summary };

/** Which traces to list; every field narrows. */
export interface Filter {
  /** Substring of the path and query. */
  path?: string;
  method?: string;
  /** 404, or a class: 5xx. */
  status?: string;
  /** Only traces that took at least this many ms. */
  slower?: number;
  /** Only traces that started before this instant (epoch ms), to page on. */
  before?: number;
}

/** Keeps traces for a while. Every method may throw a StoreError; `run` answers one by warning and going on. */
export interface Store {
  /** Where the data is, for the banner. */
  readonly place: string;
  /** Keeps a trace, or replaces it when its id is known. What has been saved survives the death of the process. */
  save(trace: Trace): void;
  /** Keeps several at the price of one: all of them, or none when it throws. */
  saveAll(traces: Trace[]): void;
  /** Keeps a source text and answers its hash; the same text is kept once. */
  saveSource(source: Source): string;
  /** Answers the text kept under a hash. */
  source(hash: string): Source | undefined;
  /** Answers the trace with that id. */
  find(id: string): Trace | undefined;
  /** Answers up to `limit` ids that begin with the prefix, newest first. */
  idsWith(prefix: string, limit: number): string[];
  /** Answers the newest requests, newest first, without the traces that gather what ran outside. */
  recent(filter: Filter, limit: number): Summary[];
  /** Answers the newest traces that gather what ran outside requests. */
  outside(limit: number): Summary[];
  close(): void;
}

/** A fault of the store that a user can do something about: `message` says what happened and what to do. */
export class StoreError extends Error {
  override name = 'StoreError';
}
