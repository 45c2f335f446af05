/** What the browser asks of whoever hands it requests: narrow enough for a store of a million of them. */

import type { FilterQuery } from '../domain/filter.js';
import type { Recording } from '../domain/link.js';
import type { SourceText } from '../domain/site.js';
import type { AppInfo, Summary, Trace } from '../domain/trace.js';
import type { OutputLog } from '../terminal/output-log.js';

/** An answer at once where it is cheap, later where it takes a scan; keys are never blocked by one. */
export type MaybePromise<T> = T | Promise<T>;

/** What a feed can do besides telling what was recorded. */
export type FeedCapability = 'replay' | 'record' | 'restart' | 'explain' | 'output' | 'tell';

/** What the list can be ordered by; `time` is newest first, the others biggest first. */
export type SortKey = 'time' | 'duration' | 'queries' | 'qtime' | 'status' | 'path';

export interface Sort {
  by: SortKey;
  /** Turns the order around. */
  reverse: boolean;
}

/** The requests that a list is about: those that match, up to an instant, so that new ones do not move it. */
export interface ListQuery {
  query: FilterQuery;
  /** Epoch ms; requests that started later are left out. */
  until?: number;
  /** Only these ids. */
  ids?: string[];
}

/** One line of the list by route. */
export interface RouteRow {
  method: string;
  /** The pattern, or the path with `#` for ids where no pattern matched. */
  route: string;
  count: number;
  /** Requests that failed. */
  errors: number;
  /** ms. */
  mean: number;
  p95: number;
  /** Queries per request and ms in them per request. */
  queries: number;
  qtime: number;
  /** Requests with a finding of repeated queries. */
  repeated: number;
}

/** Figures for the header, over the newest requests. */
export interface ListStats {
  total: number;
  /** ms. */
  p50?: number;
  p95?: number;
  /** 0 to 1. */
  errors?: number;
  /** Requests with an N+1. */
  repeated?: number;
}

/** How the app behind the feed stands. */
export interface FeedStatus {
  app?: Pick<AppInfo, 'command' | 'cwd'> & { pid?: number };
  /** Where the proxy is asked, e.g. http://localhost:4000. */
  url?: string;
  /** True while an app runs under scooby. */
  live: boolean;
  /** True until the app listens for the first time. */
  starting?: boolean;
  /** Set once the app has ended. */
  exit?: { code?: number; signal?: string; stderr?: string[] };
  /** Libraries whose calls are shown, with their trouble if they have one. */
  libraries?: { name: string; version: string; trouble?: string }[];
  recording?: Recording;
  /** Where the data is. */
  place?: string;
  /** What is wrong with the store, in a sentence. */
  trouble?: string;
}

/** What a replay answered. */
export interface ReplayResult {
  status: number;
  /** The id of the new request, where it was recorded. */
  id?: string;
  ms: number;
  /** What was left out, because it was never recorded: names of headers, and `body`. */
  without?: string[];
}

/** The plan of a query, and what there is to say about it. */
export interface ExplainResult {
  /** What was asked, without the statement: `EXPLAIN`. */
  asked: string;
  /** `PostgreSQL 16.3` */
  server: string;
  plan: string[];
  remarks: { kind: string; text: string }[];
  notes: string[];
}

export interface Feed {
  status(): FeedStatus;
  stats(): MaybePromise<ListStats>;
  count(selection: ListQuery): MaybePromise<number>;
  /** Answers how many match that started after the selection's `until`. */
  fresh(selection: ListQuery): MaybePromise<number>;
  /** Answers the rows `offset` to `offset + limit` in that order. */
  page(selection: ListQuery, sort: Sort, offset: number, limit: number): MaybePromise<Summary[]>;
  /** Answers at which offset a request stands in that order; -1 if it does not match. */
  position(selection: ListQuery, sort: Sort, id: string): MaybePromise<number>;
  routes(selection: ListQuery): MaybePromise<RouteRow[]>;
  find(id: string): MaybePromise<Trace | undefined>;
  source(hash: string): MaybePromise<SourceText | undefined>;
  /** Calls back when requests came, changed or went, or the status changed; answers how to stop that. */
  subscribe(listener: () => void): () => void;
  /** What only some feeds can do; a key whose ability is missing says so. What fails rejects with a sentence. */
  replay?(trace: Trace, url?: string): Promise<ReplayResult>;
  record?(recording: Recording): Promise<void>;
  restart?(): Promise<void>;
  /** Answers the plan of one call, by its place among the request's. */
  explain?(trace: Trace, span: number): Promise<ExplainResult>;
  /** What the app prints, where this program has its output. */
  output?: OutputLog;
  /** Hands the app a line on its standard input. */
  tell?(line: string): void;
  close(): void;
}
