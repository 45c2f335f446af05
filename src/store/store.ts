/** Interface of the stores of traces. */

import type { FilterQuery } from '../domain/filter.js';
import type { RequestLoss, RunLoss } from '../domain/losses.js';
import type { Sample } from '../domain/sample.js';
import type { SourceText } from '../domain/site.js';
import type { Summary, Trace } from '../domain/trace.js';
import type { Describe } from './document.js';

/** Requests to list or to aggregate; each field narrows the selection. */
export interface Selection {
  /** Filter query, including the filter options of the command. */
  query?: FilterQuery;
  /** Only requests that started before this instant (epoch ms), for paging. */
  before?: number;
  /** Only requests of the run with this number. */
  run?: number;
  /** Only requests of apps on the host of this name; of a shared store. */
  host?: string;
}

/**
 * Grouping of aggregates: `statement` at all lines, `site` with all statements at a line, `call` a
 * statement at a line; `request` is a single group of all requests, `time` a part of their time.
 */
export type AggregateBy = 'statement' | 'site' | 'call' | 'route' | 'finding' | 'request' | 'time';

/** Totals over many requests of one statement, line, route or finding. Times are ms. */
export interface Aggregate {
  /** Kind of the calls or of the finding; method of a route. */
  kind: string;
  /** Statement without its values, route, or message of the finding; of several, the costliest. */
  text: string;
  site?: string;
  function?: string;
  /** Method and route of a finding. */
  route?: string;
  /** Key of the subject; of several subjects, of the costliest. */
  key: string;
  /** Number of subjects in the aggregate: lines of a statement, or statements at a line. */
  parts: number;
  /** Number of calls; for a route or a finding, of requests. */
  count: number;
  requests: number;
  /** Sum of the times. */
  ms: number;
  /** ms of the requests in which at least one of the calls ran or waited. */
  covered: number;
  p50: number;
  p95: number;
  errors: number;
  /** SQL calls of a route's requests. */
  queries: number;
  /** SQL calls of the request with the most. */
  mostQueries: number;
  /** Request with the largest time, and that time. */
  worst: { id: string; ms: number };
}

/** A `scooby run` or `scooby check` with stored requests. */
export interface RunSummary {
  /** Increases with each run of the store. */
  number: number;
  /** Epoch ms. */
  start: number;
  command: string;
  requests: number;
  /** Host of the launcher; of a shared store. */
  host?: string;
}

/** Functions and facts that a store gets from outside, because it does not import insight. */
export interface Sampling {
  /** Samples of a trace for the aggregates; without it there are none. */
  samplesOf?: (trace: Trace) => Sample[];
  /** Run of the saved traces. */
  run?: { key: string; start: number; command: string };
  /** Hears that the store is empty again: source texts, too, are to be saved anew. */
  emptied?: () => void;
  /**
   * Adds call sites and shapes to traces of versions that did not store them; without it they stay
   * without.
   */
  describe?: Describe;
}

/** What was saved since a mark. */
export interface StoreChanges {
  /** For the next question. */
  mark: string;
  /** Ids of the saved traces, in order; missing where they are too many to know: read anew. */
  ids?: string[];
}

/** Reads what was recorded; every promise may reject with a StoreError. */
export interface StoreReader {
  /** Path of the data, or a phrase, for the banner. */
  readonly place: string;
  /** Source text of a hash. */
  source(hash: string): Promise<SourceText | undefined>;
  /** Trace of an id. */
  find(id: string): Promise<Trace | undefined>;
  /** At most `limit` ids that begin with the prefix, newest first. */
  idsWith(prefix: string, limit: number): Promise<string[]>;
  /** Selected requests, newest first, without the traces of calls outside requests. */
  recent(selection: Selection, limit: number): Promise<Summary[]>;
  /** The first units and requests of other apps that a request led to, in order. */
  children(parent: string, limit: number): Promise<Summary[]>;
  /** Traces of calls outside requests, newest first. */
  outside(limit: number): Promise<Summary[]>;
  /** Summaries of those ids that are stored requests, in their order. */
  summaries(ids: string[]): Promise<Summary[]>;
  /**
   * Resolves once something has been saved since a mark, at the latest after `waitMs`, when the mark is
   * the same; without a mark at once, with the present one.
   */
  changes(since: string | undefined, waitMs: number): Promise<StoreChanges>;
  /** Aggregates over the selected requests, sorted by total time, the largest first. */
  aggregates(by: AggregateBy, selection: Selection): Promise<Aggregate[]>;
  /** Runs with stored requests, newest first. */
  runs(limit: number): Promise<RunSummary[]>;
  /** What runs have not kept, of the newest run first. */
  losses(): Promise<RunLoss[]>;
  /** Bytes that the documents of runs take, by their numbers and in their order. */
  runBytes(runs: number[]): Promise<number[]>;
  close(): void;
}

/**
 * Store of traces with a time to live. A method that writes may throw a StoreError; `scooby run` then
 * warns and goes on.
 */
export interface Store extends StoreReader {
  /** What this process itself holds, where others cannot read the store, or not always. */
  readonly local?: StoreReader;
  /**
   * Saves several traces at the cost of one, or replaces those of the same ids. What a file has saved
   * survives a crash of the process; all or none of them are saved.
   */
  saveAll(traces: Trace[]): void;
  /** Saves a source text, each text once; returns its hash. */
  saveSource(source: SourceText): string;
  /** Notes requests that this run has not kept: the next save tells those who read the store later. */
  noteLoss(loss: RequestLoss): void;
  /**
   * Removes what was recorded by the runs of these numbers, or all that there is; resolves with how many
   * requests these were.
   */
  remove(runs: number[] | 'all'): Promise<number>;
  /** Resolves once what was handed over so far is stored, or lost with a warning. */
  flushed(): Promise<void>;
  /** Has the next save tried, however lately one was refused: it is the last. */
  retry?(): void;
  /** Ends writing, before `close`: resolves once what still waits is stored, or told as lost. */
  finish?(): Promise<void>;
}

/** Error of the store that a user can act on: `message` says what happened and what to do. */
export class StoreError extends Error {
  override name = 'StoreError';
}

/** Another process holds the store's lock: what was to be saved can be saved later. */
export class StoreBusyError extends StoreError {}
