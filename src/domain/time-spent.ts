/**
 * Where a request's time went: one sum of disjoint parts that add up to its duration, the same in
 * every command and on every screen.
 */

import { type Interval, mergeIntervals, subtractIntervals } from './intervals.js';
import type { Profile, Profiles } from './profile.js';
import { isTimed, kindOf } from './span-kinds.js';

/** A recorded call, as far as its time is concerned; times are ms. */
interface TimedCall {
  kind: string;
  start: number;
  wait?: number;
  duration?: number;
  detail?: Record<string, unknown>;
  afterResponse?: true;
}

/** A request, as far as its time is concerned. */
export interface TimedRequest {
  duration?: number;
  spans: readonly TimedCall[];
  profiles?: Profiles;
}

/**
 * A part of the sum: a kind of calls (of which `cpu` and `block` are the app's own code, and
 * `blocked` is that of other requests), or `gc`,
 * `off-cpu`, `wait` or `unaccounted`.
 */
export interface TimePart {
  part: string;
  ms: number;
  /** Of `blocked`: the requests whose code ran, and their ids; missing where that was no request's. */
  by?: { request: string; trace?: string }[];
}

/** A stretch of a request's time that belongs to one part; ms from the request's start. */
export interface TimeSegment extends Interval {
  part: string;
}

/** The sum of one request. */
export interface TimeSpent {
  /** ms that the parts add up to: the duration; of an open request the time until its last call's end. */
  total: number;
  /** In the order of the sum, without empty ones. */
  parts: TimePart[];
  /** The parts whose times are known, in order of time. */
  segments: TimeSegment[];
}

/** Order in which parts are shown; kinds without a place in it come after `http`. */
const SHOWN = ['cpu', 'block', 'gc', 'off-cpu', 'blocked', 'wait', 'sql', 'cache', 'rpc', 'http'];
/** Kinds of calls that ran at once: the time is that of the first of them. */
const FIRST_KINDS = ['sql', 'cache', 'rpc', 'http'];

/** Intervals in whole µs, so that the parts add up exactly; by part. */
type Classes = [part: string, intervals: Interval[]][];

/** The sum of a request. Its spans may be in any order. */
export function timeSpentOf(request: TimedRequest): TimeSpent {
  const spans = request.spans.filter((span) => !span.afterResponse && countsInSum(span));
  const end = extentOf(request.duration, spans);
  const micros = new Map<string, number>();
  const segments: TimeSegment[] = [];
  let covered: Interval[] = [];
  for (const [part, intervals] of classesOf(request, spans, end)) {
    const own = subtractIntervals(mergeIntervals(intervals), covered);
    if (own.length === 0) continue;
    micros.set(part, (micros.get(part) ?? 0) + lengthOf(own));
    for (const each of own) segments.push({ part, start: each.start / 1000, end: each.end / 1000 });
    covered = mergeIntervals([...covered, ...own]);
  }
  let left = end - lengthOf(covered);
  // Known as an amount only: code of the request was to run, and the machine had no CPU for it.
  const offCpu = Math.min(left, toMicros(request.profiles?.cpu?.offCpu ?? 0, end));
  if (offCpu > 0 && request.profiles?.cpu?.runs === 1) {
    micros.set('off-cpu', (micros.get('off-cpu') ?? 0) + offCpu);
    left -= offCpu;
  }
  if (left > 0) micros.set('unaccounted', (micros.get('unaccounted') ?? 0) + left);
  const by = blockersOf(spans);
  const parts = [...micros].map(
    ([part, us]): TimePart => ({ part, ms: us / 1000, ...(part === 'blocked' && by.length > 0 && { by }) }),
  );
  return {
    total: end / 1000,
    parts: parts.sort((a, b) => compareParts(a.part, b.part)),
    segments: segments.sort((a, b) => a.start - b.start),
  };
}

/** Requests whose code blocked this one, by their names. */
function blockersOf(spans: TimedCall[]): { request: string; trace?: string }[] {
  const blockers = new Map<string, { request: string; trace?: string }>();
  for (const { kind, detail: { request, trace } = {} } of spans) {
    if (kind !== 'blocked' || typeof request !== 'string') continue;
    const isKnown = typeof trace === 'string';
    blockers.set(`${request}\n${isKnown ? trace : ''}`, { request, ...(isKnown && { trace }) });
  }
  return [...blockers.keys()].sort().map((key) => blockers.get(key)!);
}

/** False for log lines, and for calls that other calls run in: their time is that of those. */
function countsInSum({ kind }: TimedCall): boolean {
  return isTimed({ kind }) && !kindOf(kind).wraps;
}

/** Order of two parts in the sum. */
export function compareParts(a: string, b: string): number {
  return placeOf(SHOWN, a) - placeOf(SHOWN, b) || Number(a > b) - Number(a < b);
}

function placeOf(order: string[], part: string): number {
  if (part === 'unaccounted') return order.length + 1;
  const at = order.indexOf(part);
  return at < 0 ? order.length : at;
}

/** End of the sum in µs. */
function extentOf(duration: number | undefined, spans: TimedCall[]): number {
  const most = Number.MAX_SAFE_INTEGER;
  if (duration !== undefined) return toMicros(duration, most);
  const ends = spans.map(({ start, wait = 0, duration: took = 0 }) => toMicros(start + wait + took, most));
  return ends.reduce((latest, each) => Math.max(latest, each), 0);
}

function toMicros(ms: number, end: number): number {
  return Number.isNaN(ms) ? 0 : Math.max(0, Math.min(end, Math.round(ms * 1000)));
}

function lengthOf(intervals: Interval[]): number {
  return intervals.reduce((sum, { start, end }) => sum + end - start, 0);
}

/**
 * What happened, by precedence: of an instant in which several things happened, the first has it.
 * What surely used the instant comes before what went on meanwhile (the garbage collector, a
 * synchronous call, a blocked event loop, code on the CPU), and a call that ran before one that waited.
 */
function classesOf({ profiles }: TimedRequest, spans: TimedCall[], end: number): Classes {
  const synchronous = new IntervalsByPart();
  const running = new IntervalsByPart();
  const others = new IntervalsByPart();
  for (const span of spans) {
    const { kind, start, wait = 0, duration = Number.POSITIVE_INFINITY } = span;
    const began = toMicros(start + wait, end);
    const run = { start: began, end: toMicros(start + wait + duration, end) };
    if (wait > 0) others.add('wait', { start: toMicros(start, end), end: began });
    if (kind === 'blocked') others.add('blocked', run);
    else if (kind === 'block') others.add('block', run);
    else (span.detail?.blocking === true ? synchronous : running).add(kind, run);
  }
  const { gc, cpu } = sampledIntervals(profiles?.cpu, end);
  return [
    ['gc', gc],
    ...synchronous.inOrder(),
    ['block', others.of('block')],
    ['cpu', cpu],
    ['blocked', others.of('blocked')],
    ...running.inOrder(),
    ['wait', others.of('wait')],
  ];
}

class IntervalsByPart {
  readonly #parts = new Map<string, Interval[]>();

  add(part: string, interval: Interval): void {
    const known = this.#parts.get(part);
    if (known) known.push(interval);
    else this.#parts.set(part, [interval]);
  }

  of(part: string): Interval[] {
    return this.#parts.get(part) ?? [];
  }

  inOrder(): Classes {
    return [...this.#parts].sort(
      ([a], [b]) => placeOf(FIRST_KINDS, a) - placeOf(FIRST_KINDS, b) || Number(a > b) - Number(a < b),
    );
  }
}

/**
 * Times on the CPU: samples one after the other, each as long as its weight until the instant at
 * which it was taken. A profile of several
 * runs has samples of other requests, which tell nothing of this one's time.
 */
function sampledIntervals(profile: Profile | undefined, end: number): { gc: Interval[]; cpu: Interval[] } {
  const gc: Interval[] = [];
  const cpu: Interval[] = [];
  if (profile === undefined || profile.runs !== 1) return { gc, cpu };
  let until = 0;
  for (const [index, weight, at] of inOrderOfTime(profile.samples)) {
    const start = Math.max(until, toMicros(at - weight, end));
    until = Math.max(start, toMicros(start / 1000 + weight, end));
    const origin = profile.functions[profile.nodes[index]?.function ?? -1]?.origin;
    (origin === 'gc' ? gc : cpu).push({ start, end: until });
  }
  return { gc, cpu };
}

function inOrderOfTime(samples: Profile['samples']): Profile['samples'] {
  const isSorted = samples.every((sample, at) => at === 0 || samples[at - 1]![2] <= sample[2]);
  return isSorted ? samples : [...samples].sort((a, b) => a[2] - b[2]);
}

/** How a part is named and drawn. */
export interface PartFacts {
  label: string;
  /** Label where there is little room. */
  short: string;
  /** Colour role of the kind, or of the meaning. */
  role: ReturnType<typeof kindOf>['role'] | 'dim' | 'warn' | 'error';
  /** Character of a cell: readable without colours. */
  glyph: string;
}

const PART_FACTS: Record<string, PartFacts> = {
  cpu: { label: 'own CPU', short: 'cpu', role: 'cpu', glyph: '▓' },
  block: { label: 'blocked by itself', short: 'block', role: 'block', glyph: '▓' },
  gc: { label: 'GC', short: 'gc', role: 'warn', glyph: '▒' },
  'off-cpu': { label: 'waiting for a CPU', short: 'off cpu', role: 'warn', glyph: '▁' },
  blocked: { label: 'blocked by others', short: 'blocked by others', role: 'error', glyph: '▚' },
  wait: { label: 'waiting for a connection', short: 'wait', role: 'warn', glyph: '░' },
  unaccounted: { label: 'unaccounted', short: 'unaccounted', role: 'dim', glyph: '·' },
};

/** Facts of a part. */
export function partFactsOf(part: string): PartFacts {
  if (Object.hasOwn(PART_FACTS, part)) return PART_FACTS[part]!;
  const { title, role } = kindOf(part);
  return { label: title, short: part, role, glyph: '█' };
}

/** Name of a part beside other figures: `sql time`, `own CPU`. */
export function partFigure(part: string): string {
  return Object.hasOwn(PART_FACTS, part) ? PART_FACTS[part]!.label : `${part} time`;
}

const sums = new WeakMap<object, TimeSpent>();

/** Keeps the sum of a trace that is finished, which was computed before it had its totals. */
export function keepTimeSpent(trace: TimedRequest, sum: TimeSpent): void {
  sums.set(trace, sum);
}

/** The sum of a finished trace, computed once. */
export function timeSpentIn(trace: TimedRequest): TimeSpent {
  let sum = sums.get(trace);
  if (sum === undefined) sums.set(trace, (sum = timeSpentOf(trace)));
  return sum;
}

/** Share (0 to 1) of a part, or of anything else in the sum. */
export function shareOfTime(ms: number, total: number): number {
  return total > 0 ? ms / total : 0;
}

/** The parts of two sums, in the order of the sum; a part that one of them lacks took no time there. */
export function comparedParts(
  before: TimePart[],
  after: TimePart[],
): { part: string; before: number; after: number }[] {
  const msOf = (parts: TimePart[], name: string) => parts.find(({ part }) => part === name)?.ms ?? 0;
  const names = new Set([...before, ...after].map(({ part }) => part));
  return [...names]
    .sort(compareParts)
    .map((part) => ({ part, before: msOf(before, part), after: msOf(after, part) }));
}
