/**
 * Graph of a request's calls: what each of them waited for, read from when they ran. A call that
 * began after others had ended waits for them, and for the app's own code in between.
 */

import { isTimed, kindOf } from '../../domain/span-kinds.js';
import type { Frame, RecordedSpan } from '../../domain/trace.js';
import { callPathOf } from '../calls/stacks.js';

/** What a graph is made of; `frame` is the call site. */
export interface GraphedTrace {
  duration?: number;
  spans: readonly (RecordedSpan & { frame?: Frame })[];
}

/** A call of the graph; times are ms from the request's start. */
export interface GraphCall {
  /** Index in the trace's spans. */
  index: number;
  start: number;
  /** When it had its connection. */
  ready: number;
  end: number;
  /** The calls that it began after, as positions in the graph; the latest to end is the first. */
  after: readonly number[];
  /** The call that gave it its connection, as a position; -1 where it waited for none of the request. */
  freedBy: number;
}

/** Calls by when they had their connections: each comes after all that it waited for. */
export interface CallGraph {
  calls: GraphCall[];
  /** Calls before the request's end. */
  last: readonly number[];
  duration: number;
}

/** Times are whole µs; of equal ones the order is not known. */
const TOLERANCE = 0.01;
/** Below it a wait is the pool's own work. */
const MIN_WAIT = 0.05;
// A blocked event loop is no call: its time is in those that it delayed, and between them.
const NO_CALLS = new Set(['block', 'blocked', 'cpu']);

/** Graph of a finished request; undefined where its duration is unknown. */
export function callGraphOf({ spans, duration }: GraphedTrace): CallGraph | undefined {
  if (duration === undefined) return undefined;
  const calls = spans.flatMap((span, index) => callOf(span, index, duration) ?? []);
  calls.sort((a, b) => a.ready - b.ready || a.end - b.end || a.index - b.index);
  const sweep = new Sweep(calls, spans);
  for (const at of byTime(calls, 'start')) {
    const call = calls[at]!;
    sweep.endUntil(call.start, at);
    call.after = sweep.begin(at);
  }
  connectWaits(calls, spans);
  sweep.endUntil(duration, calls.length);
  return { calls, last: sweep.all(), duration };
}

function callOf(span: RecordedSpan, index: number, duration: number): GraphCall | undefined {
  const { kind, start, wait = 0, duration: run, afterResponse } = span;
  if (afterResponse || run === undefined || start > duration) return undefined;
  if (!isTimed(span) || kindOf(kind).wraps || NO_CALLS.has(kind)) return undefined;
  return { index, start, ready: start + wait, end: start + wait + run, after: [], freedBy: -1 };
}

/** Positions of the calls in the order of a time. */
function byTime(calls: GraphCall[], time: 'start' | 'end'): number[] {
  const positions = calls.map((_, at) => at);
  for (let at = 1; at < calls.length; at++)
    if (calls[at - 1]![time] > calls[at]![time])
      return positions.sort((a, b) => calls[a]![time] - calls[b]![time] || a - b);
  return positions;
}

/** Walk over the starts and ends of the calls in the order of time. */
class Sweep {
  readonly #calls: GraphCall[];
  readonly #spans: GraphedTrace['spans'];
  readonly #ends: number[];
  #next = 0;
  /** Ended calls that nothing has waited for yet. */
  readonly #open = new Set<number>();
  #latest = -1;
  /** What a call waits for that begins now; undefined since the last end. */
  #after: readonly number[] | undefined = [];
  readonly #lastOfFunction = new Map<string, number>();

  constructor(calls: GraphCall[], spans: GraphedTrace['spans']) {
    this.#calls = calls;
    this.#spans = spans;
    this.#ends = byTime(calls, 'end');
  }

  /** Ends the calls until an instant, but none at or after a position. */
  endUntil(instant: number, before: number): void {
    while (this.#next < this.#ends.length) {
      const at = this.#ends[this.#next]!;
      const { end } = this.#calls[at]!;
      if (end > instant + TOLERANCE || at >= before) return;
      this.#next++;
      this.#open.add(at);
      this.#latest = at;
      this.#after = undefined;
    }
  }

  /** What a call waits for: the last to end, and those that were awaited with it. */
  begin(at: number): readonly number[] {
    const name = this.#functionOf(at);
    if (this.#after === undefined) {
      this.#open.delete(this.#latest);
      const joined = [...this.#open].filter((other) => this.#isAwaitedWith(other, at, name));
      for (const other of joined) this.#open.delete(other);
      this.#after = [this.#latest, ...joined];
    }
    if (name !== undefined) this.#lastOfFunction.set(name, at);
    return this.#after;
  }

  /** What the end of the request waits for. */
  all(): readonly number[] {
    return [...new Set(this.#latest < 0 ? [] : [this.#latest, ...this.#open])];
  }

  /**
   * False for a call of a function that ran beside the one that now goes on (`Promise.all` of two
   * functions), or beside the turns of its loop: it is awaited further out.
   */
  #isAwaitedWith(other: number, at: number, name: string | undefined): boolean {
    if (name === undefined) return true;
    const { frames } = callPathOf(this.#spans[this.#calls[other]!.index]!.stack);
    if (frames.length === 0 || frames.some((frame) => functionKey(frame) === name))
      return !this.#isLoopOf(at, this.#latest) || this.#isSameTurn(other, this.#latest);
    const before = this.#lastOfFunction.get(name);
    if (before === undefined) return true;
    const [a, b] = [this.#calls[before]!, this.#calls[other]!];
    return a.start >= b.end || a.end <= b.start;
  }

  #isLoopOf(at: number, other: number): boolean {
    const site = this.#siteOf(at);
    return site !== undefined && isSameLine(site, this.#siteOf(other));
  }

  /** Whether a call began with another one, or later. */
  #isSameTurn(at: number, other: number): boolean {
    const [a, b] = [this.#calls[at]!, this.#calls[other]!];
    return a.after === b.after || a.start >= b.start;
  }

  #functionOf(at: number): string | undefined {
    const site = this.#siteOf(at);
    return site && functionKey(site);
  }

  #siteOf(at: number): Frame | undefined {
    const { frame, stack } = this.#spans[this.#calls[at]!.index]!;
    return frame ?? callPathOf(stack).frames[0];
  }
}

function isSameLine(a: Frame, b: Frame | undefined): boolean {
  return b !== undefined && a.file === b.file && a.line === b.line && a.column === b.column;
}

function functionKey({ file, function: name }: Frame): string {
  return `${file} ${name}`;
}

/** Finds for each call that waited for a connection the call after which it got one. */
function connectWaits(calls: GraphCall[], spans: GraphedTrace['spans']): void {
  if (calls.every(({ start, ready }) => ready - start < MIN_WAIT)) return;
  const byLibrary = new Map<string, number[]>();
  for (const at of byTime(calls, 'end')) {
    const { library } = spans[calls[at]!.index]!;
    const known = byLibrary.get(library);
    if (known) known.push(at);
    else byLibrary.set(library, [at]);
  }
  for (const [at, call] of calls.entries()) {
    const { library, detail } = spans[call.index]!;
    if (call.ready - call.start < MIN_WAIT || detail?.opened === true) continue;
    const freed = latestUntil(byLibrary.get(library)!, calls, call.ready, at);
    if (freed !== undefined && calls[freed]!.end > call.start) call.freedBy = freed;
  }
}

/** Of positions by their ends, the last that ended until an instant and comes before a position. */
function latestUntil(
  ends: number[],
  calls: GraphCall[],
  instant: number,
  before: number,
): number | undefined {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (calls[ends[middle]!]!.end <= instant + TOLERANCE) low = middle + 1;
    else high = middle;
  }
  for (let at = low - 1; at >= 0; at--) if (ends[at]! < before) return ends[at];
  return undefined;
}
