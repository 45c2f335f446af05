/** The domain: what one HTTP exchange did, and the lines of the link that tell it. Pure types and questions; imports nothing. */

/** What a span talked to. A new kind is a new string: nothing but its panel has to know it. */
export type Kind = 'sql' | 'cache' | 'rpc' | 'http' | 'log' | (string & {});

/** How a library writes SQL: its strings, names, comments and placeholders. `standard` is the neutral reading, of what most servers share. */
export type Dialect = 'pg' | 'mysql' | 'sqlite' | 'standard';

/** What the instrument of a library says of it; it travels in the `library` line. */
export interface LibraryFacts {
  /** The SQL that its statements are written in; missing where it runs none, or nothing told. */
  dialect?: Dialect;
  /** The servers that can be asked for plans on its connections. */
  explain?: Planner;
  /** True for an ORM or a query builder, which runs its statements through a driver. */
  mapper?: boolean;
}

/** Servers whose plans can be asked for and read: MariaDB's is `mysql`. */
export type Planner = 'postgres' | 'mysql';

/** A library of the app's process, as a trace keeps it. */
export interface LibraryInfo extends LibraryFacts {
  /** Of the package; missing where it has none. */
  version?: string;
}

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

/** What a request adds to the figures of one subject: of a statement at a line, of its route, of a finding. */
export interface Sample {
  /** The subject's name among all: 16 hex digits. */
  key: string;
  of: 'call' | 'request' | 'finding';
  /** The kind of the calls or of the finding; a request's method. */
  kind: string;
  /** The statement without its values, the route, or what the finding says. */
  text: string;
  /** `file:line`, where one is to blame. */
  site?: string;
  function?: string;
  /** Of a finding: the method and the route of the request. */
  route?: string;
  /** ms of each of its calls; of a request its duration, of a finding what it cost. */
  times: number[];
  /** Calls that failed; of a request 1 when it failed. */
  errors: number;
  /** Of a request: its SQL calls. */
  queries: number;
}

/** The text of a source file as it was when a request ran. */
export interface SourceText {
  file: string;
  text: string;
}

/** Which requests are recorded: every one, those that carry `X-Scooby-Record: 1`, none. */
export type Recording = 'all' | 'marked' | 'off';

/** A server of the app that has begun to listen. */
export interface ServerAddress {
  protocol: 'http' | 'https' | 'h2' | 'h2c';
  host?: string;
  port?: number;
  /** A unix socket instead of host and port. */
  path?: string;
  /** The port the app asked for, when it was moved to another one. */
  wanted?: number;
}

/** What the launcher leaves in the run folder for the agent to read at its start. */
export interface RunConfig {
  /** Path of the link's unix socket. */
  socket: string;
  /** First word on the link, so that nobody else can speak on it. */
  token: string;
  /** Value of `X-Scooby-Secret` on requests that come from our proxy. */
  secret: string;
  record: Recording;
  /** Port that the proxy takes over; the app is moved off it. 0: the first one it asks for. */
  takePort?: number;
}

/**
 * One message on the link, one JSON object a line. The socket carries `hello` and `wake`; all others go into the file
 * `<pid>-<thread>-<part>.lines` beside it. Instants (`at`) are whole µs
 * since the process's `origin`; `duration` and `wait` are whole µs.
 */
export type LinkLine =
  | {
      t: 'hello';
      token: string;
      pid: number;
      ppid: number;
      /** worker_threads' threadId; 0 is the main thread. */
      thread: number;
      command: string;
      cwd: string;
      node: string;
      /** performance.timeOrigin: epoch ms, with a fraction. */
      origin: number;
    }
  | ({ t: 'listen' } & ServerAddress)
  | { t: 'unlisten'; port?: number; path?: string }
  /** A package was found, before its first span. `library` is what its spans name, where that is another name. */
  | ({ t: 'library'; name: string; version: string; trouble?: string; library?: string } & LibraryFacts)
  /** The source map, in JSON, of a script that exists only in the app's memory (tsx, ts-node); before its first frame. */
  | { t: 'map'; file: string; map: string }
  /** Frames first seen: `[number, function, file, line, column]`. Files as V8 names them. */
  | { t: 'frames'; frames: [number, string, string, number, number][] }
  /** A stack first seen: its frames' numbers, innermost first. */
  | { t: 'stack'; n: number; frames: number[] }
  | { t: 'open'; id: string; at: number; method: string; url: string; headers?: Headers }
  | {
      t: 'span';
      /** The trace; missing for a span outside any request. */
      id?: string;
      /** Counts up in the process; a span that is sent again has its old number. */
      n: number;
      kind: Kind;
      library: string;
      name: string;
      at: number;
      detail?: Record<string, unknown>;
      duration?: number;
      wait?: number;
      rows?: number;
      error?: string;
      /** Number of a stack sent before. */
      stack?: number;
    }
  /** A span that was told while it ran turned out to be part of another one. */
  | { t: 'withdrawn'; id?: string; n: number }
  | {
      t: 'close';
      id: string;
      at: number;
      status?: number;
      aborted?: boolean;
      parent?: string;
      route?: string;
      handler?: string;
      /** Number of the stack in which the route was registered. */
      stack?: number;
      params?: Record<string, string>;
    }
  | { t: 'dropped'; id?: string; spans: number }
  /** What came of the order with that number: per statement asked its rows, or why there are none. */
  | { t: 'answer'; n: number; rows?: Record<string, unknown>[][]; trouble?: ExplainTrouble; message?: string }
  /** The lines go on in the process's next file. */
  | { t: 'next' }
  /** On the socket: there is something to read. */
  | { t: 'wake' };

/** What the launcher says to the agent. */
export type LinkOrder =
  | { t: 'record'; record: Recording }
  /** Ports on this machine at which apps under scooby answer: these are told which request calls them. */
  | { t: 'peers'; ports: number[] }
  | ExplainOrder;

/** Asks the database of the app, on a connection of the pool that ran a statement, or on one like it. */
export interface ExplainOrder {
  t: 'ask';
  /** The answer carries it. */
  n: number;
  library: string;
  /** The server's id of the connection that ran the statement; without it any of the library is meant. */
  connection?: number;
  /** Run around what is asked: they make it read-only and bounded, and take that back. */
  before: string[];
  after: string[];
  /** `values` are JSON's, and `{bytes: hex}`. */
  ask: { sql: string; values?: unknown }[];
  /** ms until a connection has to be there, and from then on until the answer. */
  patience: number;
}

/**
 * unseen: no connection of that library is known · several: they lead to several databases · busy: none got free in time ·
 * slow: no answer in time · refused: the database or the driver says no.
 */
export type ExplainTrouble = 'unseen' | 'several' | 'busy' | 'slow' | 'refused';

/** A position in a file; the numbers are 1-based. */
export interface Position {
  file: string;
  line: number;
  column?: number;
}

/** A position as a site, `file:line`: a line is what people look for, and a site is the same for each call on it. */
export function formatSite({ file, line }: Position): string {
  return `${file}:${line}`;
}

/** A position as editors and stacks write it: `file:line:column`, or `file:line` where no column is known. */
export function formatPosition(position: Position): string {
  const { column } = position;
  return column === undefined ? formatSite(position) : `${formatSite(position)}:${column}`;
}

/** Reads `file:line:column`, as V8 writes positions: there is always a column. */
export function parsePosition(text: string): Position | undefined {
  const [, file, line, column] = /^(.+):(\d+):(\d+)$/s.exec(text) ?? [];
  return file === undefined ? undefined : { file, line: Number(line), column: Number(column) };
}

/**
 * Reads `file:line` and `file:line:column`. Names have colons as well (`C:\app\a.js`, `node:fs`, `jobs:7`): of two
 * numbers the first is the line only behind a file's extension or `[eval]`, else it is part of the name.
 */
export function parseSite(text: string | undefined): Position | undefined {
  const position = parsePosition(text ?? '');
  if (position && /\.[\w$-]+$|\]$/.test(position.file)) return position;
  const [, file, line] = /^(.+):(\d+)$/s.exec(text ?? '') ?? [];
  return file === undefined ? undefined : { file, line: Number(line) };
}

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
