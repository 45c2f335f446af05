/** Slices of JavaScript between the calls of a request: which function ran, and for how long. */

import type { Profile, ProfileFunction } from '../../domain/profile.js';
import { isTimed, kindOf } from '../../domain/span-kinds.js';
import { formatCount } from '../../domain/text.js';
import { countedSpans, type Trace } from '../../domain/trace.js';

/** Code that ran between two calls, or while some ran. */
export interface JavaScriptSlice {
  /** ms from the request's start. */
  start: number;
  end: number;
  /** ms on the CPU. */
  ms: number;
  /** The function that most of it was in: of the project's own, where one was running. */
  function: ProfileFunction;
  /** Where it ran among the calls: `between query 3 and 4`; empty without calls. */
  place: string;
}

const MIN_MS = 0.5;
const MAX_SLICES = 200;

const known = new WeakMap<Trace, JavaScriptSlice[]>();

/** Slices of a trace with a CPU profile of its own, in order of time; computed once. */
export function slicesOf(trace: Trace): JavaScriptSlice[] {
  let slices = known.get(trace);
  if (slices === undefined) known.set(trace, (slices = computeSlices(trace)));
  return slices;
}

/** A call begins or ends. */
interface Edge {
  at: number;
  span: number;
  isEnd: boolean;
  /** The first call that begins at or after it. */
  nextStart?: number;
}

function computeSlices(trace: Trace): JavaScriptSlice[] {
  const profile = trace.profiles?.cpu;
  if (profile === undefined || profile.runs !== 1) return [];
  const edges = edgesOf(trace);
  const nameOf = callNames(trace);
  const samples = [...profile.samples].sort((a, b) => a[2] - b[2]);
  const slices: JavaScriptSlice[] = [];
  const running = new Set<number>();
  let after: number | undefined;
  let next = 0;
  for (let from = 0; from < samples.length; ) {
    for (; next < edges.length && edges[next]!.at <= samples[from]![2]; next++) {
      const { span, isEnd } = edges[next]!;
      if (isEnd) running.delete((after = span));
      else running.add(span);
    }
    const until = edges[next]?.at ?? Number.POSITIVE_INFINITY;
    let to = from + 1;
    while (to < samples.length && samples[to]![2] < until && !isPause(profile, samples, to)) to++;
    const slice = sliceOf(profile, samples.slice(from, to));
    if (slice) slices.push({ ...slice, place: placeOf(nameOf, running, after, edges[next]?.nextStart) });
    from = to;
  }
  return mostOf(slices, trace.duration ?? 0);
}

/** Intervals without a sample that end a slice: the request waited for something unrecorded. */
const PAUSE_INTERVALS = 10;

function isPause({ interval }: Profile, samples: Profile['samples'], at: number): boolean {
  const [, weight, until] = samples[at]!;
  return until - weight - samples[at - 1]![2] >= interval * PAUSE_INTERVALS;
}

type CallName = (span: number) => [noun: string, number: number];

/** Names of calls: their kind and their number among those of the kind, in order of start. */
function callNames({ spans }: Trace): CallName {
  const counts = new Map<string, number>();
  const numbers = spans.map(({ kind }) => {
    const number = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, number);
    return number;
  });
  return (span) => [kindOf(spans[span]!.kind).noun, numbers[span]!];
}

function placeOf(nameOf: CallName, running: Set<number>, after?: number, before?: number): string {
  const [first] = running;
  if (first !== undefined) {
    const others = running.size - 1;
    return `during ${nameOf(first).join(' ')}${others > 0 ? ` and ${formatCount(others, 'other')}` : ''}`;
  }
  if (after === undefined) return before === undefined ? '' : `before ${nameOf(before).join(' ')}`;
  if (before === undefined) return `after ${nameOf(after).join(' ')}`;
  const [noun, number] = nameOf(before);
  const isSame = nameOf(after)[0] === noun;
  return `between ${nameOf(after).join(' ')} and ${isSame ? '' : `${noun} `}${number}`;
}

function edgesOf(trace: Trace): Edge[] {
  const indexOf = new Map(trace.spans.map((span, index) => [span, index]));
  const edges = countedSpans(trace.spans)
    .filter((span) => isTimed(span) && !kindOf(span.kind).wraps)
    .flatMap((span): Edge[] => {
      const { start, wait = 0, duration = Number.POSITIVE_INFINITY } = span;
      const index = indexOf.get(span)!;
      return [
        { at: start, span: index, isEnd: false },
        { at: start + wait + duration, span: index, isEnd: true },
      ];
    })
    .sort((a, b) => a.at - b.at || Number(a.isEnd) - Number(b.isEnd));
  let nextStart: number | undefined;
  for (const edge of edges.toReversed()) {
    if (!edge.isEnd) nextStart = edge.span;
    if (nextStart !== undefined) edge.nextStart = nextStart;
  }
  return edges;
}

function sliceOf(
  profile: Profile,
  samples: Profile['samples'],
): Pick<JavaScriptSlice, 'start' | 'end' | 'ms' | 'function'> | undefined {
  const byFunction = new Map<ProfileFunction, number>();
  let ms = 0;
  for (const [node, weight] of samples) {
    const shown = shownFunction(profile, node);
    if (shown === undefined || !(weight > 0)) continue;
    ms += weight;
    byFunction.set(shown, (byFunction.get(shown) ?? 0) + weight);
  }
  if (ms < MIN_MS) return undefined;
  const [dominant] = [...byFunction].reduce((most, each) => (each[1] > most[1] ? each : most));
  // A sample is as long as its weight until the instant at which it was taken.
  const [, weight, first] = samples[0]!;
  const start = Math.max(0, first - weight);
  return { start, end: Math.max(start, samples.at(-1)![2]), ms, function: dominant };
}

/** The innermost function of the project's own, else the innermost. */
function shownFunction({ functions, nodes }: Profile, node: number): ProfileFunction | undefined {
  const innermost = functions[nodes[node]?.function ?? -1];
  for (let at = node; at >= 0 && nodes[at] !== undefined; at = nodes[at]!.parent) {
    const each = functions[nodes[at]!.function];
    if (each?.origin === 'own') return each;
  }
  return innermost;
}

/** Slices of at least a hundredth of the request, at most MAX_SLICES, in order of time. */
function mostOf(slices: JavaScriptSlice[], duration: number): JavaScriptSlice[] {
  return slices
    .filter(({ ms }) => ms >= duration / 100)
    .sort((a, b) => b.ms - a.ms)
    .slice(0, MAX_SLICES)
    .sort((a, b) => a.start - b.start);
}
