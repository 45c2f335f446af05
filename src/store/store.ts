/** The store's interface: what every place that keeps traces can do. */

import type { FilterQuery } from '../domain/filter.js';
import type { Sample } from '../domain/sample.js';
import type { SourceText } from '../domain/site.js';
import type { Summary, Trace } from '../domain/trace.js';
import type { Describe } from './document.js';

/** Which requests to list or to add up; every field narrows. */
export interface Selection {
  /** What the filter asks, the options of a command included. */
  query?: FilterQuery;
  /** Only traces that started before this instant (epoch ms), to page on. */
  before?: number;
  /** Only those of the run with this number. */
  run?: number;
}

/** What is added up: by statement, whichever lines ask it; by line, whatever it asks; by both; …; request: all into one. */
export type AggregateBy = 'statement' | 'site' | 'call' | 'route' | 'finding' | 'request';

/** What many requests add up to under one statement, line, route or finding. Times are ms. */
export interface Aggregate {
  /** The kind of the calls or of the finding; a route's method. */
  kind: string;
  /** The statement without its values, the route, or what the finding says; of several the one that cost most. */
  text: string;
  site?: string;
  function?: string;
  /** Of a finding: the method and the route. */
  route?: string;
  /** Names it among all: the tally's key; of several the one that cost most. */
  key: string;
  /** How many lines, or statements at the line, are added up here. */
  parts: number;
  /** Calls; of a route or a finding, requests. */
  count: number;
  requests: number;
  ms: number;
  p50: number;
  p95: number;
  errors: number;
  /** SQL calls of a route's requests: all, and of the one with most. */
  queries: number;
  mostQueries: number;
  /** The request in which it cost most, and how much. */
  worst: { id: string; ms: number };
}

/** One `scooby run`, or `scooby check`, that requests were kept of. */
export interface RunSummary {
  /** Counts up in the store. */
  number: number;
  /** Epoch ms. */
  start: number;
  command: string;
  requests: number;
}

/** What insight has to say to a store: what is added up of a trace, for which run, and what an old document lacks. */
export interface Sampling {
  /** Answers what a trace adds to the figures; without it none are kept. */
  tally?: (trace: Trace) => Sample[];
  /** The run that the traces are of. */
  run?: { key: string; start: number; command: string };
  /** Describes a document of before traces were described when they are finished; without it such a document stays bare. */
  describe?: Describe;
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
  saveSource(source: SourceText): string;
  /** Answers the text kept under a hash. */
  source(hash: string): SourceText | undefined;
  /** Answers the trace with that id. */
  find(id: string): Trace | undefined;
  /** Answers up to `limit` ids that begin with the prefix, newest first. */
  idsWith(prefix: string, limit: number): string[];
  /** Answers the newest requests, newest first, without the traces that gather what ran outside. */
  recent(among: Selection, limit: number): Summary[];
  /** Answers the newest traces that gather what ran outside requests. */
  outside(limit: number): Summary[];
  /** Answers what the requests that pass add up to, the costliest first. */
  aggregates(by: AggregateBy, among: Selection): Aggregate[];
  /** Answers the runs that requests are kept of, newest first. */
  runs(limit: number): RunSummary[];
  close(): void;
}

/** A fault of the store that a user can do something about: `message` says what happened and what to do. */
export class StoreError extends Error {
  override name = 'StoreError';
}
