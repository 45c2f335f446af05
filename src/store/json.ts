/** Public JSON of traces, documented in docs/trace.md and stable for other tools. */

import type { LibraryInfo } from '../domain/library.js';
import { type TimePart, timeSpentIn } from '../domain/time-spent.js';
import type {
  AppInfo,
  CauseOfError,
  Finding,
  Frame,
  RequestError,
  Span,
  Summary,
  Total,
  Trace,
} from '../domain/trace.js';
import type { Aggregate, RunSummary } from './store.js';

/** A call in the public JSON. */
export type PublicSpan = Omit<Span, 'frame' | 'shape'> & {
  /** The function at `site`. */
  function?: string;
  /** Text of the shape. */
  shape: string;
};

/** A trace in the public JSON. */
export type PublicTrace = Omit<Trace, 'spans'> & {
  spans: PublicSpan[];
  /** Where the time went; missing while no time has passed, and for calls outside of requests. */
  time?: TimePart[];
};

// Fields in the documented order. A new field of the domain does not compile until it is listed
// here.
const inOrderOf = <T>(names: Record<keyof Required<T>, 1>) => Object.keys(names) as (keyof T & string)[];

/** Fields of each part in order. */
export const PUBLIC_FIELDS = {
  trace: inOrderOf<PublicTrace>({
    id: 1,
    method: 1,
    url: 1,
    route: 1,
    handler: 1,
    params: 1,
    status: 1,
    start: 1,
    duration: 1,
    state: 1,
    aborted: 1,
    error: 1,
    errors: 1,
    answeredError: 1,
    parent: 1,
    outside: 1,
    app: 1,
    headers: 1,
    spans: 1,
    findings: 1,
    time: 1,
    totals: 1,
    libraries: 1,
    sources: 1,
    dropped: 1,
    notes: 1,
    delayed: 1,
    profiles: 1,
  }),
  app: inOrderOf<AppInfo>({ pid: 1, command: 1, cwd: 1, node: 1 }),
  span: inOrderOf<PublicSpan>({
    kind: 1,
    library: 1,
    name: 1,
    detail: 1,
    start: 1,
    duration: 1,
    wait: 1,
    afterResponse: 1,
    rows: 1,
    error: 1,
    stack: 1,
    site: 1,
    function: 1,
    shape: 1,
  }),
  error: inOrderOf<RequestError>({
    name: 1,
    message: 1,
    code: 1,
    status: 1,
    at: 1,
    by: 1,
    fatal: 1,
    span: 1,
    stack: 1,
    site: 1,
    causes: 1,
  }),
  cause: inOrderOf<CauseOfError>({ name: 1, message: 1, code: 1, status: 1, stack: 1, site: 1 }),
  frame: inOrderOf<Frame>({
    function: 1,
    file: 1,
    line: 1,
    column: 1,
    application: 1,
    package: 1,
    generated: 1,
  }),
  finding: inOrderOf<Finding>({
    id: 1,
    kind: 1,
    severity: 1,
    message: 1,
    suggestion: 1,
    spans: 1,
    site: 1,
    function: 1,
    ms: 1,
    win: 1,
    confidence: 1,
    reasons: 1,
    proof: 1,
  }),
  total: inOrderOf<Total>({ count: 1, ms: 1, busy: 1, wait: 1, waiting: 1, time: 1, errors: 1 }),
  library: inOrderOf<LibraryInfo>({ version: 1, dialect: 1, explain: 1, mapper: 1, kinds: 1 }),
  summary: inOrderOf<Summary>({
    id: 1,
    method: 1,
    url: 1,
    route: 1,
    status: 1,
    start: 1,
    duration: 1,
    state: 1,
    totals: 1,
    findings: 1,
    win: 1,
    spans: 1,
  }),
};

/** JSON of `scooby show --json` and of the proxy's data endpoint; unknown fields are missing. */
export function publicTrace(trace: Trace): PublicTrace {
  const { app, spans, findings, libraries, errors } = trace;
  const parts = trace.outside ? [] : timeSpentIn(trace).parts;
  const time = parts.length > 0 && { time: parts };
  return {
    ...inOrder<PublicTrace>({ ...trace, spans: [], ...time }, PUBLIC_FIELDS.trace),
    ...(errors && { errors: errors.map(publicError) }),
    ...(app && { app: inOrder(app, PUBLIC_FIELDS.app) }),
    spans: spans.map(publicSpan),
    findings: findings.map((finding) => inOrder(finding, PUBLIC_FIELDS.finding)),
    ...(libraries && {
      libraries: Object.fromEntries(
        Object.entries(libraries).map(([name, library]) => [name, inOrder(library, PUBLIC_FIELDS.library)]),
      ),
    }),
  };
}

// What makes a document long.
const LONG_FIELDS = new Set<string>([
  'headers',
  'spans',
  'errors',
  'time',
  'libraries',
  'sources',
  'profiles',
]);

/** JSON of a trace for a row: the same document without what makes it long. */
export function publicOutline(trace: Trace): Partial<PublicTrace> {
  const names = PUBLIC_FIELDS.trace.filter((name) => !LONG_FIELDS.has(name));
  const findings = trace.findings.map((finding) => inOrder(finding, PUBLIC_FIELDS.finding));
  return inOrder<Partial<PublicTrace>>({ ...trace, findings, spans: [] }, names);
}

function publicError(error: RequestError): RequestError {
  const causes = error.causes?.map((cause) => inOrder(withFrames(cause), PUBLIC_FIELDS.cause));
  return inOrder({ ...withFrames(error), ...(causes && { causes }) }, PUBLIC_FIELDS.error);
}

function withFrames<T extends CauseOfError>(error: T): T {
  return { ...error, stack: error.stack.map((frame) => inOrder(frame, PUBLIC_FIELDS.frame)) };
}

function publicSpan({ frame, shape, ...span }: Span): PublicSpan {
  const stack = span.stack.map((each) => inOrder(each, PUBLIC_FIELDS.frame));
  const described = { ...(frame && { function: frame.function }), shape: shape.text };
  return inOrder<PublicSpan>({ ...span, stack, ...described }, PUBLIC_FIELDS.span);
}

/** JSON of a request in `scooby list --json`. */
export function publicSummary(summary: Summary): Summary {
  return inOrder(summary, PUBLIC_FIELDS.summary);
}

/**
 * JSON of a statement, a line or a finding in `scooby top --json`; `share` (0 to 1) is its part of
 * the requests' time.
 */
export function publicAggregate(aggregate: Aggregate, share: number): object {
  const { kind, text, site, function: name, route, count, requests, ms, p50, p95, errors, worst } = aggregate;
  return {
    kind,
    text,
    ...(site !== undefined && { site }),
    ...(name !== undefined && { function: name }),
    ...(route !== undefined && { route }),
    count,
    requests,
    ms,
    p50,
    p95,
    share,
    errors,
    worst,
  };
}

/** JSON of a route in `scooby list --by route --json` and `scooby top --by route --json`. */
export function publicRoute(aggregate: Aggregate, findings: string[]): object {
  const { kind, text, count, ms, p50, p95, errors, queries, mostQueries, worst } = aggregate;
  const sqlCalls = {
    total: queries,
    average: Math.round((queries / count) * 1000) / 1000,
    most: mostQueries,
  };
  return { method: kind, route: text, count, ms, p50, p95, errors, queries: sqlCalls, findings, worst };
}

/** JSON of a run in `scooby list --by run --json`. */
export function publicRun(
  { number, start, command, host, requests }: RunSummary,
  aggregate: Aggregate | undefined,
): object {
  const { ms, p50, p95, errors, worst } = aggregate ?? {};
  return {
    ...{ run: number, start, command, requests },
    ...(host !== undefined && { host }),
    ...(aggregate && { ms, p50, p95, errors, worst }),
  };
}

function inOrder<T extends object>(value: T, names: (keyof T)[]): T {
  const known = names.filter((name) => value[name] !== undefined);
  return Object.fromEntries(known.map((name) => [name, value[name]])) as T;
}
