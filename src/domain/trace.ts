/** The domain: what one HTTP exchange did, and the lines of the link that tell it. Pure types and questions; imports nothing. */

import type { LibraryInfo } from './library.js';

/** What a span talked to. A new kind is a new string: nothing but its panel has to know it. */
export type Kind = 'sql' | 'cache' | 'rpc' | 'http' | 'log' | (string & {});

/** One position in a stack, innermost first. `file` is relative to the project folder, or absolute outside it. */
export interface Frame {
  function: string;
  file: string;
  /** 1-based. */
  line: number;
  /** 1-based. */
  column: number;
  /** True for the user's own code: neither node: nor node_modules nor the agent. */
  application: boolean;
}

/** One timed call inside a trace, as the app reported it. Times are ms. */
export interface RecordedSpan {
  kind: Kind;
  library: string;
  /** What was asked: the statement as sent, the command and key, service.function, method and URL. */
  name: string;
  /** What the kind adds, e.g. `{params: [1]}` for sql. */
  detail?: Record<string, unknown>;
  /** ms from the request's start to the call. */
  start: number;
  /** ms the call itself took, without `wait`; missing while it runs. */
  duration?: number;
  /** ms before that, waiting for a pooled connection. */
  wait?: number;
  /** Rows returned or affected. */
  rows?: number;
  /** The error's message, led by its code where there is one: `42P01: relation "x" does not exist`. */
  error?: string;
  stack: Frame[];
}

/** A recorded call with its call site and its shape, which insight decides once, when the trace is finished. */
export interface Span extends RecordedSpan {
  /** `file:line` to blame: the first application frame that is not a helper for all queries; missing where none is known. */
  site?: string;
  /** The frame that `site` names. From another call of the same loop where this call's own stack has lost it. */
  frame?: Frame;
  shape: Shape;
}

/** What calls asked for, without values: one object for all calls of a trace that differ in their values only. */
export interface Shape {
  /** `SELECT * FROM users WHERE id = ?`, `get user:#`, `GET http://api/users/#`; at most 2,000 characters. */
  text: string;
  /** The same, short: `SELECT … users`. Missing where the call's own name is the better label. */
  label?: string;
  /** The first keyword of a statement, a cache command in lower case, an HTTP method in capitals. */
  verb?: string;
  /** Work that no request asked for: drivers' set-up, introspection, migrations. */
  isSetup?: true;
  /** Of kind sql. */
  statement?: StatementFacts;
}

/** What is known of a SQL statement besides its text and verb. */
export interface StatementFacts {
  /** The fingerprint's id: 16 hex digits, the same for the same text. */
  id: string;
  /** In their order, each once; `#` for digits that vary. */
  tables: string[];
  isWrite: boolean;
  /** It only steers the connection: BEGIN, SET, SHOW, … */
  isControl: boolean;
  /** A call asks for several things at once: IN with several values, ANY(…), several rows. */
  isBatched: boolean;
}

/** A verdict of insight on some spans of a trace. */
export interface Finding {
  /** Stable while lines move: a hash of the route, the verdict, the fingerprint, the file and the function. */
  id: string;
  /** n+1, duplicate, slow, … */
  kind: string;
  severity: 'high' | 'medium' | 'low' | 'info';
  /** One sentence in plain words. */
  message: string;
  /** One thing to do, fitting the library at hand. */
  suggestion?: string;
  /** Indices into the trace's spans. */
  spans: number[];
  site?: string;
  function?: string;
  /** ms that the spans cost together. */
  ms: number;
  /** 0 to 1. */
  confidence: number;
  /** Why the confidence is what it is. */
  reasons: string[];
}

/** Count and time of the spans of one kind; `ms` is the sum of durations, without waits. */
export interface Total {
  count: number;
  ms: number;
  wait?: number;
  errors?: number;
}

/** The process that served a trace. */
export interface AppInfo {
  pid: number;
  command: string;
  /** The absolute folder that relative files are relative to. */
  cwd: string;
  /** process.version of the app. */
  node?: string;
}

/** open: still running · done · died: the app ended before the response did. */
export type TraceState = 'open' | 'done' | 'died';

/** Names and values in the order of the wire, secrets already redacted. */
export type Headers = [name: string, value: string][];

/** One HTTP exchange and all that it did. */
export interface Trace {
  /** UUID v4. */
  id: string;
  method: string;
  /** Path and query as sent, secrets redacted. */
  url: string;
  /** Id of the trace that asked for it: of another app under scooby on this machine. */
  parent?: string;
  /** The pattern that matched, e.g. `/orders/:id`. */
  route?: string;
  /** Function name and `file:line` of the handler. */
  handler?: string;
  /** Values of the route's parameters. */
  params?: Record<string, string>;
  /** Missing while open, or when the app died before it answered. */
  status?: number;
  /** Epoch ms, with a fraction. */
  start: number;
  /** ms until the last byte of the response was handed over. */
  duration?: number;
  state: TraceState;
  /** True when the client went away before the response was complete. */
  aborted?: boolean;
  /** True for the one trace per process that gathers what ran outside any request. */
  outside?: boolean;
  app?: AppInfo;
  headers?: { request: Headers; response?: Headers };
  spans: Span[];
  findings: Finding[];
  totals: Record<string, Total>;
  /** Per library that spans name: what is known of it. Missing in documents of earlier versions, and where nothing was told. */
  libraries?: Record<string, LibraryInfo>;
  /** Per file of the app in the spans' stacks: the hash under which the store keeps its text as it was then. */
  sources?: Record<string, string>;
  /** Spans that were not kept because there were too many, or the link was full. */
  dropped?: number;
  /** What could not be captured, in words, e.g. `pg 9.1: Client#query not found`. */
  notes?: string[];
}

/** A trace whose calls have no call site and no shape yet. */
export type RecordedTrace = Omit<Trace, 'spans'> & { spans: RecordedSpan[] };

/** A trace as a list shows it: its columns, without its spans. */
export type Summary = Pick<
  Trace,
  'id' | 'method' | 'url' | 'route' | 'status' | 'start' | 'duration' | 'state' | 'totals'
> & {
  /** Kinds of its findings, each once. */
  findings: string[];
  spans: number;
};

/** Answers which spans are of one kind. */
export function ofKind(trace: Trace, kind: Kind): Span[] {
  return trace.spans.filter((span) => span.kind === kind);
}

/** Answers the first frame of the user's own code. */
export function firstApplicationFrame(stack: Frame[]): Frame | undefined {
  return stack.find((frame) => frame.application);
}

/** Answers count and time by kind, and what went wrong. */
export function totalsOf(spans: RecordedSpan[]): Record<string, Total> {
  const totals: Record<string, Total> = {};
  for (const span of spans) addToTotals(totals, span);
  return totals;
}

/** Counts one more span in. */
export function addToTotals(totals: Record<string, Total>, span: RecordedSpan): void {
  // A kind may have any name, `constructor` for one.
  if (!Object.hasOwn(totals, span.kind)) totals[span.kind] = { count: 0, ms: 0 };
  const total = totals[span.kind]!;
  total.count++;
  total.ms = roundToMicros(total.ms + (span.duration ?? 0));
  if (span.wait) total.wait = roundToMicros((total.wait ?? 0) + span.wait);
  if (span.error !== undefined) total.errors = (total.errors ?? 0) + 1;
}

/** Answers a number of ms without the dust below a µs. */
export function roundToMicros(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
