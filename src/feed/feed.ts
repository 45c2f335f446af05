/**
 * Data source of the browser: pages, counts and actions, fast enough over a store of a million
 * requests.
 */

import type { FilterQuery } from '../domain/filter.js';
import type { Recording } from '../domain/link.js';
import type { RunLoss } from '../domain/losses.js';
import type { ReplayWish } from '../domain/profile-wish.js';
import type { SourceText } from '../domain/site.js';
import type { AppInfo, Summary, Trace } from '../domain/trace.js';
import type { Headline } from '../insight/headline.js';
import type { Verification } from '../insight/verify/verdicts.js';
import type { WhatIf } from '../insight/win/what-if.js';
import type { OutputLog } from '../terminal/output-log.js';
import type { WatchListener } from './watch-listener.js';

/**
 * A value at once where that is cheap, else a promise, so that a scan never blocks the keyboard.
 */
export type MaybePromise<T> = T | Promise<T>;

/** Optional members of a feed, beyond reading what was recorded. */
export type FeedCapability =
  | 'replay'
  | 'record'
  | 'restart'
  | 'explain'
  | 'pageLink'
  | 'tryLoop'
  | 'watch'
  | 'output'
  | 'sendInput'
  | 'clear';

/** Sort key of the list: `time` is newest first, `path` is A to Z, all others are largest first. */
export type SortKey = 'time' | 'duration' | 'queries' | 'qtime' | 'win' | 'status' | 'path';

export interface Sort {
  by: SortKey;
  /** Reverses the order. */
  reverse: boolean;
}

/** Requests of a list: all matches up to an instant, so that new requests do not move its rows. */
export interface ListQuery {
  query: FilterQuery;
  /** Epoch ms; later requests are left out. */
  until?: number;
  /** Only these ids. */
  ids?: string[];
}

/** One row of the list by route. */
export interface RouteRow {
  method: string;
  /** The pattern, or the path with `#` for ids where no pattern matched. */
  route: string;
  count: number;
  /** Failed requests: status 500 or more, or died. */
  errors: number;
  /** ms. */
  mean: number;
  /** ms. */
  p95: number;
  /** SQL calls per request. */
  queries: number;
  /** ms in SQL per request. */
  qtime: number;
  /** ms that mending would win per request. */
  win: number;
  /** Requests with a finding of repeated queries. */
  repeated: number;
}

/** Statistics of the header, over the newest requests; `total` counts all. */
export interface ListStats {
  total: number;
  /** Number of newest requests that the other figures are of, where it is not all of them. */
  newest?: number;
  /** ms. */
  p50?: number;
  /** ms. */
  p95?: number;
  /** Share of failed requests, 0 to 1. */
  errors?: number;
  /** Requests with an N+1 finding. */
  repeated?: number;
  /** Routine ticks, which a list without a filter leaves out; not in `total`. */
  routine?: number;
  /** What the newest run has not kept, where it has lost something. */
  losses?: RunLoss[];
}

/** State of the app and of the store behind the feed. */
export interface FeedStatus {
  app?: Pick<AppInfo, 'command' | 'cwd'> & { pid?: number };
  /** URL of the proxy, e.g. http://localhost:4000. */
  url?: string;
  /** True while an app runs under scooby. */
  live: boolean;
  /** True until the app listens for the first time. */
  starting?: boolean;
  /** Set once the app has ended. */
  exit?: { code?: number; signal?: string; stderr?: string[] };
  /** Instrumented libraries; `trouble` is a sentence about calls that are not captured. */
  libraries?: { name: string; version: string; trouble?: string }[];
  recording?: Recording;
  /** Path of the database. */
  place?: string;
  /** Why the store cannot be read, in a sentence. */
  trouble?: string;
}

/** Outcome of a replay. */
export interface ReplayResult {
  status: number;
  /** Id of the new request, if it was recorded. */
  id?: string;
  ms: number;
  /** Parts that were not sent because they were not recorded: names of headers, and `its body`. */
  without?: string[];
}

/** Plan of a query, with remarks. */
export interface ExplainResult {
  /** Command that was run, without the statement: `EXPLAIN`. */
  asked: string;
  /** `PostgreSQL 16.3` */
  server: string;
  plan: string[];
  remarks: { kind: string; text: string }[];
  notes: string[];
}

/** Headlines of requests by their ids; a request without any has none. */
export type Headlines = Record<string, Headline>;

/** Calls of a statement at one line in one request; times in ms. */
export interface StatementPoint {
  /** Id of the request. */
  id: string;
  /** Epoch ms of its start. */
  at: number;
  calls: number;
  /** Times of its calls. */
  p50: number;
  p95: number;
}

/** The one statement that would replace a loop, as it was tried. */
export interface TrialResult {
  kind: string;
  statement: string;
  /** With its values written in. */
  script: string;
  server: string;
  loop: { calls: number; ms: number };
  one: { ms: number; rows: number };
  comparison: { same?: boolean; text: string };
  notes: string[];
}

/** A request under other latencies, and the sentence about it. */
export interface DistantRequest {
  text: string;
  away: WhatIf;
}

/** Source of requests for the browser; methods reject or throw with a message for the user. */
export interface Feed {
  status(): FeedStatus;
  /** Resolves once `status` says whether an app runs; a feed without it knows at once. */
  connected?(): Promise<void>;
  stats(): MaybePromise<ListStats>;
  count(listQuery: ListQuery): MaybePromise<number>;
  /** Number of matches that started after the query's `until`. */
  countNewer(listQuery: ListQuery): MaybePromise<number>;
  /** Rows `offset` to `offset + limit` in the given order. */
  page(listQuery: ListQuery, sort: Sort, offset: number, limit: number): MaybePromise<Summary[]>;
  /** Offset of a request in the given order; -1 if it does not match. */
  position(listQuery: ListQuery, sort: Sort, id: string): MaybePromise<number>;
  routes(listQuery: ListQuery): MaybePromise<RouteRow[]>;
  find(id: string): MaybePromise<Trace | undefined>;
  source(hash: string): MaybePromise<SourceText | undefined>;
  /** What is worst of each of some requests, and at which line: for the rows of a list. */
  headlines?(ids: string[]): MaybePromise<Headlines>;
  /** Requests and units that a request led to, in order. */
  children?(id: string): MaybePromise<Summary[]>;
  /** The newest requests with calls of a key (insight/metrics/samples), the oldest first: how they changed over time. */
  history?(key: string): MaybePromise<StatementPoint[]>;
  /** Calls `listener` when requests or the status changed; returns a function that unsubscribes. */
  subscribe(listener: () => void): () => void;
  // Members from here to `sendInput` exist on some feeds only; the browser explains why a key does
  // nothing.
  /** `wish`: with a profile of that kind, or the locals of a call. */
  replay?(trace: Trace, url?: string, wish?: ReplayWish): Promise<ReplayResult>;
  record?(recording: Recording): Promise<void>;
  restart?(): Promise<void>;
  /** Plan of one call, by its index in the trace's spans. */
  explain?(trace: Trace, span: number): Promise<ExplainResult>;
  /** URL that opens the run's page in a web browser, at a place in it: `/r/<id>`. */
  pageLink?(place?: string): Promise<string>;
  /**
   * Tries the one statement that would replace calls, by their indices in the trace's spans; `given` has the
   * values that were masked, by their names.
   */
  tryLoop?(trace: Trace, spans: number[], given?: Record<string, string>): Promise<TrialResult>;
  /** Names of the values that a trial of these calls has to be given. */
  maskedValues?(trace: Trace, spans: number[]): Promise<string[]>;
  /** Sends a request again, and tells what became of its findings. */
  verify?(trace: Trace): Promise<Verification>;
  /** What a request would take if all that it calls were further away by so many ms, with a sentence. */
  whatIf?(trace: Trace, ms: number): MaybePromise<DistantRequest | undefined>;
  /** Sends a request again after each restart of the app, until the signal aborts. */
  watch?(trace: Trace, listener: WatchListener, signal: AbortSignal): Promise<void>;
  /** Removes all requests from the store; resolves to how many there were. */
  clear?(): Promise<number>;
  /** Output of the app, if the browser was started by its launcher. */
  output?: OutputLog;
  /** Writes a line to the app's standard input. */
  sendInput?(line: string): void;
  close(): void;
}

/** A feed of what is stored, which also tells its listeners of changes that it does not see itself. */
export interface StoredFeed extends Feed {
  notifyListeners(): void;
  /** Holds nothing of the store any more, because it was emptied. */
  forget(): void;
}
