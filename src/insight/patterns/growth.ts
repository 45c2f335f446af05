/**
 * Growth: how often a line's calls run, against the rows of a query before them, over the requests of
 * a route. Where that is one straight line, a loop is proven, also by requests that are each too small
 * to tell.
 */

import { routeNameOf } from '../../domain/route.js';
import { kindOf } from '../../domain/span-kinds.js';
import type { RecordedTrace } from '../../domain/trace.js';
import type { Call } from '../calls/calls.js';
import type { CallAnalysis } from '../calls/describe.js';
import type { Loop } from '../calls/loops.js';
import { Lru } from '../util/lru.js';

/** Calls of a loop that grow with the rows of a query. */
export interface Growth {
  /** `52 queries = 2 + 1 × rows`, with the query and the rows that were seen. */
  proof: string;
}

/** What one request shows of a loop. */
interface Point {
  rows: number;
  /** Calls of the loop. */
  count: number;
  /** Calls of its kind in the request. */
  total: number;
  /** Id of the request: a trace that is judged again replaces its point. */
  trace: string;
}

/** Points of a loop and of a query that may feed it, over the requests of a route. */
interface Series {
  points: Point[];
  /** The process that the points are of; another one may run other code. */
  pid: number | undefined;
  /** Two requests contradicted each other. */
  isBroken: boolean;
}

/** Rows of the calls of one query of a request. */
interface Source {
  key: string;
  label: string;
  rows: number;
  /** Order of its first call. */
  order: number;
}

const MAX_ROUTES = 300;
const MAX_SERIES = 64;
const MAX_POINTS = 16;
/** Between the keys of a loop and of a query. */
const SEPARATOR = '\0';
/** Queries before a loop that may feed it. */
const MAX_SOURCES = 6;
/** Points from which a line may have calls besides those of the rows. */
const MIN_POINTS_WITH_REST = 3;
const LOOP_KINDS = new Set(['sql', 'cache', 'rpc', 'http']);

/** The series of a run's routes: kept in memory, a few points each. */
export class GrowthBook {
  readonly #routes = new Lru<Map<string, Series>>(MAX_ROUTES);

  /** Adds what a request shows; its loops that are proven by now. */
  observe(trace: RecordedTrace, { calls, loops }: Pick<CallAnalysis, 'calls' | 'loops'>): Map<Loop, Growth> {
    const proven = new Map<Loop, Growth>();
    if (trace.outside || trace.state !== 'done' || trace.dropped) return proven;
    const route = `${trace.method} ${routeNameOf(trace)}`;
    const known = this.#routes.get(route);
    const own = loops.filter(isCandidate);
    if (own.length === 0 && known === undefined) return proven;
    const series = known ?? new Map<string, Series>();
    const sources = sourcesOf(calls);
    const seen = new Set<string>();
    for (const loop of own) {
      const growth = observeLoop(loop, { trace, calls, sources, series, seen });
      if (growth) proven.set(loop, growth);
    }
    refute(series, seen, calls, sources);
    if (known === undefined && series.size > 0) this.#routes.set(route, series);
    return proven;
  }
}

function isCandidate({ calls }: Loop): boolean {
  const [{ span, isSetup }] = calls as [Call];
  return LOOP_KINDS.has(span.kind) && !isSetup && calls.every((call) => call.span.error === undefined);
}

function keyOf({ span, positions, shape }: Call): string {
  return [span.kind, positions[0], positions[1], shape].join('\n');
}

/** Whether `keyOf` is the same, which is long: calls of a loop follow each other. */
function hasSameKey(a: Call, b: Call): boolean {
  return (
    a.shape === b.shape &&
    a.positions[0] === b.positions[0] &&
    a.positions[1] === b.positions[1] &&
    a.span.kind === b.span.kind
  );
}

/** Queries that returned rows, by their first call. */
function sourcesOf(calls: Call[]): Source[] {
  const sources = new Map<string, Source>();
  let last: Call | undefined;
  let source: Source | undefined;
  for (const call of calls) {
    const { rows } = call.span;
    if (rows === undefined || call.isSetup || call.sql?.isWrite || !LOOP_KINDS.has(call.span.kind)) continue;
    if (last === undefined || !hasSameKey(last, call)) {
      const key = keyOf(call);
      source = sources.get(key);
      if (!source) sources.set(key, (source = { key, label: call.label, rows: 0, order: call.order }));
    }
    last = call;
    source!.rows += rows;
  }
  return [...sources.values()];
}

interface Observed {
  trace: RecordedTrace;
  calls: Call[];
  sources: Source[];
  series: Map<string, Series>;
  /** Keys of the series that this request has a point of. */
  seen: Set<string>;
}

function observeLoop(loop: Loop, { trace, calls, sources, series, seen }: Observed): Growth | undefined {
  const [first] = loop.calls as [Call];
  const key = keyOf(first);
  const { kind } = first.span;
  const total = calls.filter(({ span, isSetup }) => span.kind === kind && !isSetup).length;
  let growth: Growth | undefined;
  const before = sources.filter(
    (source) => source.order < first.order && source.key !== key && source.rows > 1,
  );
  // The nearest query is the likeliest.
  for (const source of before.slice(-MAX_SOURCES).reverse()) {
    const name = key + SEPARATOR + source.key;
    // Calls of one line from several callers are several loops: which of them it is cannot be told.
    if (seen.has(name)) continue;
    seen.add(name);
    const point = { rows: source.rows, count: loop.calls.length, total, trace: trace.id };
    const own = series.get(name) ?? newSeries(series, name);
    if (own === undefined) continue;
    addPoint(own, point, trace.app?.pid);
    growth ??= growthOf(own, point, kind, source.label);
  }
  return growth;
}

function newSeries(series: Map<string, Series>, name: string): Series | undefined {
  if (series.size >= MAX_SERIES) return undefined;
  const own: Series = { points: [], pid: undefined, isBroken: false };
  series.set(name, own);
  return own;
}

function addPoint(series: Series, point: Point, pid: number | undefined): void {
  const others = series.points.filter(({ trace }) => trace !== point.trace);
  const same = others.find(({ rows }) => rows === point.rows);
  const isContrary = same !== undefined && same.count !== point.count;
  if (pid !== series.pid && (isContrary || series.isBroken)) {
    // The code may have changed with the process.
    Object.assign(series, { points: [point], pid, isBroken: false });
    return;
  }
  series.pid = pid;
  if (isContrary) series.isBroken = true;
  if (same === undefined && others.length < MAX_POINTS) others.push(point);
  series.points = others;
}

/** A query that returned several rows with a single call after it shows that the calls do not grow. */
function refute(
  series: Map<string, Series>,
  seen: ReadonlySet<string>,
  calls: Call[],
  sources: Source[],
): void {
  const open = [...series].filter(([name]) => !seen.has(name));
  if (open.length === 0) return;
  const counts = new Map<string, number>();
  for (const call of calls) counts.set(keyOf(call), (counts.get(keyOf(call)) ?? 0) + 1);
  const rows = new Map(sources.map((source) => [source.key, source.rows]));
  for (const [name, own] of open) {
    const [loop = '', source = ''] = name.split(SEPARATOR);
    if (counts.get(loop) === 1 && (rows.get(source) ?? 0) > 1) own.isBroken = true;
  }
}

function growthOf(
  { points, isBroken }: Series,
  point: Point,
  kind: string,
  label: string,
): Growth | undefined {
  if (isBroken) return undefined;
  const own = lineThrough(points.map(({ rows, count }) => [rows, count]));
  if (own === undefined) return undefined;
  // Two points are on a line in any case: then all of the calls have to be those of the rows.
  if (own.rest !== 0 && points.length < MIN_POINTS_WITH_REST) return undefined;
  const { nouns } = kindOf(kind);
  const all = lineThrough(points.map(({ rows, total }) => [rows, total]));
  const sum = all ?? own;
  const count = all ? `${point.total} ${nouns}` : `${point.count} of ${point.total} ${nouns}`;
  const seen = [...new Set(points.map(({ rows }) => rows))].sort((a, b) => a - b);
  const rows = `${seen.slice(0, -1).slice(0, 3).join(', ')} and ${seen.at(-1)}`;
  return {
    proof: `${count} = ${sum.rest === 0 ? '' : `${sum.rest} + `}${sum.each} × rows of \`${label}\`, in requests with ${rows} rows`,
  };
}

/** Whole numbers of a line through all points, which rises; undefined where there is none. */
function lineThrough(points: [x: number, y: number][]): { each: number; rest: number } | undefined {
  const [a] = points;
  const b = points.find(([x]) => x !== a![0]);
  if (!a || !b) return undefined;
  const each = (b[1] - a[1]) / (b[0] - a[0]);
  const rest = a[1] - each * a[0];
  if (!Number.isInteger(each) || each < 1 || rest < 0) return undefined;
  return points.every(([x, y]) => y === rest + each * x) ? { each, rest } : undefined;
}
