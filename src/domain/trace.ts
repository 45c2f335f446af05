/** Trace: one HTTP exchange with its recorded calls (spans), findings and totals. */

import { type Interval, unionMs } from './intervals.js';
import type { LibraryInfo } from './library.js';
import type { Profiles } from './profile.js';
import { isTimed, kindOf } from './span-kinds.js';
import { escapeToOneLine } from './text.js';
import { type TimeSpent, timeSpentOf } from './time-spent.js';

/** Kind of a span. A new kind is a new string; kinds missing in span-kinds.ts get its defaults. */
export type Kind = 'sql' | 'cache' | 'rpc' | 'http' | 'log' | (string & {});

/** One frame of a stack. `file` is relative to the project folder, or absolute outside it. */
export interface Frame {
  function: string;
  file: string;
  /** 1-based. */
  line: number;
  /** 1-based. */
  column: number;
  /**
   * True for the app's own code: neither node: nor node_modules, generated clients nor the agent. In
   * a stack without such a frame, true for packages that are neither driver, ORM nor framework.
   */
  application: boolean;
  /** Package of application code in node_modules: `unleash-server`. */
  package?: string;
  /** The position is in code that was made when it ran, and of which no source map is known. */
  generated?: true;
}

/**
 * What a line of the app is marked with: ` in unleash-server`, ` of generated code`; empty for one
 * that the project has in a file.
 */
export function frameMark({ package: name, generated }: Pick<Frame, 'package' | 'generated'>): string {
  return (name === undefined ? '' : ` in ${escapeToOneLine(name)}`) + (generated ? ' of generated code' : '');
}

/** One timed call of a trace as the agent recorded it. Times are ms. */
export interface RecordedSpan {
  kind: Kind;
  library: string;
  /** The statement as sent, the command and key, service.function, or method and URL. */
  name: string;
  /** Facts of the kind, e.g. `{params: [1]}` for sql. */
  detail?: Record<string, unknown>;
  /** ms from the request's start to the call. */
  start: number;
  /** ms of the call itself, without `wait`; missing while it runs. */
  duration?: number;
  /** ms before the call, waiting for a pooled connection. */
  wait?: number;
  /** True when it began after the response of its request: it counts in nothing of the request. */
  afterResponse?: true;
  /** Rows returned or affected. */
  rows?: number;
  /** The error's code, where it has one, and message: `42P01: relation "x" does not exist`. */
  error?: string;
  /** Innermost frame first. */
  stack: Frame[];
}

/**
 * A recorded call with its call site and shape, which insight sets once, when the trace is
 * finished.
 */
export interface Span extends RecordedSpan {
  /**
   * Call site, `file:line`: the first application frame outside the app's own query helpers.
   * Missing without such a frame.
   */
  site?: string;
  /**
   * The frame of `site`. From another call of the same loop where this call's own stack lost it.
   */
  frame?: Frame;
  shape: Shape;
}

/** A call without its values: one object for all calls of a trace that differ in values only. */
export interface Shape {
  /**
   * `SELECT * FROM users WHERE id = ?`, `get user:#`, `GET http://api/users/#`; at most 2,000
   * characters.
   */
  text: string;
  /** Short form of `text`: `SELECT … users`. Missing where the call's name is the better label. */
  label?: string;
  /** First keyword of a statement, cache command in lower case, or HTTP method in capitals. */
  verb?: string;
  /** Work unrelated to the request: connection set-up by a driver, introspection, migrations. */
  isSetup?: true;
  /** Only for kind sql. */
  statement?: StatementFacts;
}

/** Facts of a SQL statement besides its text and verb. */
export interface StatementFacts {
  /** The fingerprint's id: 16 hex digits, the same for the same text. */
  id: string;
  /** Tables in order of appearance, each once; `#` for varying digits. */
  tables: string[];
  isWrite: boolean;
  /** Session control only: BEGIN, SET, SHOW, … */
  isControl: boolean;
  /** One call covers several items: IN with several values, ANY(…), several rows. */
  isBatched: boolean;
}

/** An error's cause, or one of those that an AggregateError gathers. */
export interface CauseOfError {
  /** Of its class; empty where what was thrown is no error. */
  name: string;
  message: string;
  /** Such as `ECONNREFUSED` or an SQLSTATE. */
  code?: string;
  /** HTTP status that it asks for. */
  status?: number;
  /** Innermost first; empty where it has none. */
  stack: Frame[];
  /** `file:line` of the first frame of the app's own code. */
  site?: string;
}

/** An error that a request threw, or handed to its framework. */
export interface RequestError extends CauseOfError {
  /** ms from the request's start to when it was seen. */
  at: number;
  /** The framework that had it, `uncaughtException` or `unhandledRejection`. */
  by: string;
  /** True where it ended the process. */
  fatal?: true;
  /** The call that failed with it, as an index into the trace's spans. */
  span?: number;
  causes?: CauseOfError[];
}

/** A problem that insight found in some spans of a trace. */
export interface Finding {
  /** Hash of route, kind, fingerprint, file and function: stable while line numbers change. */
  id: string;
  /** n+1, duplicate, slow, … */
  kind: string;
  severity: 'high' | 'medium' | 'low' | 'info';
  /** One sentence in plain words. */
  message: string;
  /** One thing to do, in terms of the library in use. */
  suggestion?: string;
  /** Indices into the trace's spans. */
  spans: number[];
  site?: string;
  function?: string;
  /** ms of the spans together. */
  ms: number;
  /**
   * ms that the page would take less if it were mended; missing for what costs no time, and in
   * recordings of earlier versions.
   */
  win?: number;
  /** 0 to 1. */
  confidence: number;
  /** Grounds for the confidence. */
  reasons: string[];
  /** Why it is certain: `52 queries = 2 + 1 × rows …`, as requests of other sizes have shown. */
  proof?: string;
}

/** Count and time of the spans of one kind; `ms` is the sum of durations, without waits. */
export interface Total {
  count: number;
  ms: number;
  /** Sum of the waits. */
  wait?: number;
  /**
   * ms of the request in which at least one of them ran or waited; missing where that is the sum of
   * `ms` and `wait`, because they never did so at once.
   */
  busy?: number;
  /** ms of the request in which at least one of them waited; missing where that is `wait`. */
  waiting?: number;
  /**
   * ms of the request that are theirs in the sum of where its time went; missing where that is the
   * smaller of `ms` and `busy`.
   */
  time?: number;
  errors?: number;
}

/** The process that served a trace. */
export interface AppInfo {
  pid: number;
  command: string;
  /** Absolute project folder: base of all relative file names. */
  cwd: string;
  /** process.version of the app. */
  node?: string;
}

/**
 * open: still running · done · died: the app exited before the response ended · failed: a unit that
 * ended with an error.
 */
export type TraceState = 'open' | 'done' | 'died' | 'failed';

/** Header names and values in wire order, secrets redacted. */
export type Headers = [name: string, value: string][];

/** One HTTP exchange, or one unit of a consumer, and its calls. */
export interface Trace {
  /** UUID v4. */
  id: string;
  /** Of a unit its kind: job, message or tick. */
  method: string;
  /** Path and query as sent, secrets redacted; of a unit its name. */
  url: string;
  /**
   * Id of the calling trace, when another app under scooby on this machine sent the request; of a
   * unit, of the request that handed its work over or began its consumer.
   */
  parent?: string;
  /** Matched route pattern, e.g. `/orders/:id`. */
  route?: string;
  /** Function name and `file:line` of the handler. */
  handler?: string;
  /** Route parameters. */
  params?: Record<string, string>;
  /** Missing while open, and when the app died or the client left before the response. */
  status?: number;
  /** Epoch ms, with a fraction. */
  start: number;
  /** ms until the last byte of the response was written. */
  duration?: number;
  state: TraceState;
  /** True when the client or the app broke off before the response was complete. */
  aborted?: boolean;
  /** True for the single trace per process of calls outside any request. */
  outside?: boolean;
  /** Of a unit: the error that it ended with. */
  error?: string;
  /** What it threw or handed to its framework, in the order in which that was seen. */
  errors?: RequestError[];
  /** ms from the start to the last JSON in which the app told of an error, if a call had failed before. */
  answeredError?: number;
  app?: AppInfo;
  headers?: { request: Headers; response?: Headers };
  spans: Span[];
  findings: Finding[];
  totals: Record<string, Total>;
  /** Facts per library name. Missing in documents of earlier versions, and without such facts. */
  libraries?: Record<string, LibraryInfo>;
  /** Per app file in the spans' stacks: hash under which the store keeps its text of that time. */
  sources?: Record<string, string>;
  /** Spans lost because there were too many, or because the link was full. */
  dropped?: number;
  /** Gaps of the recording, e.g. `pg 9.1: Client#query not found`. */
  notes?: string[];
  /** ms by which the answers to it were delayed, by kind or library, as `scooby run --delay` asked. */
  delayed?: Record<string, number>;
  /** Profiles, where they were asked for. */
  profiles?: Profiles;
}

/** A finished request as `scooby run` prints it. */
export type FinishedRequest = Pick<
  Trace,
  'method' | 'url' | 'status' | 'state' | 'aborted' | 'duration' | 'totals' | 'outside' | 'dropped'
> & { findings: Pick<Finding, 'kind' | 'severity' | 'win'>[] };

/** A trace whose calls have neither call site nor shape yet. */
export type RecordedTrace = Omit<Trace, 'spans'> & { spans: RecordedSpan[] };

/** A trace as a list shows it: without its spans. */
export type Summary = Pick<
  Trace,
  'id' | 'method' | 'url' | 'route' | 'status' | 'start' | 'duration' | 'state' | 'totals'
> & {
  /** Kinds of the findings, each once. */
  findings: string[];
  /** ms that the page takes less once the finding to mend first is mended; missing where it wins nothing. */
  win?: number;
  /** Number of spans. */
  spans: number;
};

/** Spans of one kind. */
export function spansOfKind(trace: Trace, kind: Kind): Span[] {
  return trace.spans.filter((span) => span.kind === kind);
}

/** First frame of the app's own code. */
export function firstApplicationFrame(stack: Frame[]): Frame | undefined {
  return stack.find((frame) => frame.application);
}

/** Spans that count for their request: all but those that began after its response. */
export function countedSpans<S extends RecordedSpan>(spans: S[]): S[] {
  return spans.filter(({ afterResponse }) => !afterResponse);
}

/**
 * Count, time and errors per kind, of the spans that count; duration and profiles are the request's, and
 * the sum of its time, where that is known.
 */
export function totalsOf(
  spans: RecordedSpan[],
  duration?: number,
  profiles?: Profiles,
  sum?: TimeSpent,
): Record<string, Total> {
  const totals: Record<string, Total> = {};
  const counted = countedSpans(spans);
  for (const span of counted) addToTotals(totals, span);
  for (const [kind, total] of Object.entries(totals)) {
    if (!isTimed({ kind })) continue;
    const own = counted.filter((span) => span.kind === kind);
    setUnions(total, own, duration ?? Number.POSITIVE_INFINITY);
  }
  // Without a duration there is no sum: calls outside of requests, and an open request so far.
  if (duration !== undefined)
    setTimes(totals, sum ?? timeSpentOf({ spans: counted, duration, ...(profiles && { profiles }) }));
  return totals;
}

function setTimes(totals: Record<string, Total>, sum: TimeSpent): void {
  const parts = new Map(sum.parts.map(({ part, ms }) => [part, ms]));
  for (const [kind, total] of Object.entries(totals)) {
    // Of what wraps other calls, and of log lines, there is no part in the sum.
    if (!isTimed({ kind }) || kindOf(kind).wraps) continue;
    const time = parts.get(kind) ?? 0;
    if (Math.abs(time - timeOf(total)) > MIN_DIFFERENCE) total.time = time;
  }
}

/** Differences below are those of rounding. */
const MIN_DIFFERENCE = 0.01;

function setUnions(total: Total, spans: RecordedSpan[], duration: number): void {
  const { ms, wait = 0 } = total;
  const busy = unionMs(spans.map((span) => intervalOf(span, duration)));
  if (busy < ms + wait - MIN_DIFFERENCE) total.busy = roundToMicros(busy);
  if (wait === 0) return;
  const waiting = unionMs(
    spans.map(({ start, wait: own = 0 }) => ({
      start,
      end: Math.max(start, Math.min(duration, start + own)),
    })),
  );
  if (waiting < wait - MIN_DIFFERENCE) total.waiting = roundToMicros(waiting);
}

/** From a span's start to its end, with its wait; not beyond the request's end. */
export function intervalOf(
  { start, wait = 0, duration: own = 0 }: Pick<RecordedSpan, 'start' | 'wait' | 'duration'>,
  duration = Number.POSITIVE_INFINITY,
): Interval {
  return { start, end: Math.max(start, Math.min(duration, start + wait + own)) };
}

/** ms of a request that are those of a kind's calls in the sum of where its time went. */
export function timeOf({ ms, busy = ms, time = Math.min(ms, busy) }: Total): number {
  return time;
}

/** Adds one span to the totals. */
export function addToTotals(totals: Record<string, Total>, span: RecordedSpan): void {
  // A kind may have any name, such as `constructor`.
  if (!Object.hasOwn(totals, span.kind)) totals[span.kind] = { count: 0, ms: 0 };
  const total = totals[span.kind]!;
  total.count++;
  total.ms = roundToMicros(total.ms + (span.duration ?? 0));
  if (span.wait) total.wait = roundToMicros((total.wait ?? 0) + span.wait);
  if (span.error !== undefined) total.errors = (total.errors ?? 0) + 1;
}

/** ms rounded to whole µs: sums of fractions show no floating-point digits. */
export function roundToMicros(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
