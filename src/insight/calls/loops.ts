/** Finds what ran again and again from one line. */

import { formatPosition } from '../../domain/site.js';
import type { Frame } from '../../domain/trace.js';
import type { Call } from './calls.js';

/** Calls of one shape from one line, by one way. */
export interface Loop {
  calls: Call[];
  /** The line to blame. */
  site: Frame | undefined;
  /** How many different things were asked. */
  distinct: number;
  /** ms of all calls together, without waits. */
  ms: number;
  /** Rows of all calls together. */
  rows: number;
  /** Calls that began while an earlier one still ran. */
  overlapping: number;
}

/** Finds the loops among calls, each with at least two calls, by their first; the line of a loop becomes that of its calls. */
export function loopsOf(calls: Call[]): Loop[] {
  const loops: Loop[] = [];
  for (const group of groupsOf(calls)) {
    if (group.length < 2) continue;
    const parts = byCaller(group);
    for (const { calls, site } of parts) {
      if (calls.length < 2) continue;
      if (parts.length > 1 && site) for (const call of calls) moveUp(call, site);
      loops.push(loopOf(calls, site));
    }
  }
  return loops.sort((a, b) => a.calls[0]!.start - b.calls[0]!.start);
}

/** Calls of one shape from one line, by their first. */
function groupsOf(calls: Call[]): Iterable<Call[]> {
  const groups = new Map<string, Call[]>();
  for (const call of calls) {
    const key = `${call.span.kind} ${call.way[0] ?? ''} ${call.shape}`;
    const group = groups.get(key);
    if (group) group.push(call);
    else groups.set(key, [call]);
  }
  return groups.values();
}

// Where a stack has lost the caller, the loop knows it from the others.
function moveUp(call: Call, to: Frame): void {
  const { frames, positions } = call.path;
  const at = frames.findIndex((frame) => frame.line === to.line && isSameFunction(frame, to));
  call.site = frames[at] ?? to;
  call.way = [formatPosition(to), ...(at < 0 ? [] : positions.slice(at + 1))];
  call.callers = at < 0 ? [] : frames.slice(at + 1);
}

/** Calls that came by one way; the frames above the blamed one, as far as they were seen. */
interface Part {
  calls: Call[];
  above: Frame[];
}

const CALLERS = 3;

// Calls by way of different callers are not one loop. Where several share the line, theirs is to blame.
function byCaller(group: Call[]): { calls: Call[]; site: Frame | undefined }[] {
  const parts = partsOf(group);
  const line = group[0]!.site;
  return parts.map(({ calls, above }) => ({
    calls,
    site: (parts.length > 1 ? above[0] : undefined) ?? line,
  }));
}

function partsOf(group: Call[]): Part[] {
  const parts: Part[] = [];
  const known = new Map<string, Part>();
  const cut: Call[] = [];
  for (const call of group) {
    const key = call.way.slice(1, 1 + CALLERS).join(' ');
    let part = known.get(key);
    if (!part) {
      const above = call.callers.slice(0, CALLERS);
      if (above.length === 0) {
        cut.push(call);
        continue;
      }
      part = parts.find((other) => isSameCallPath(other.above, above));
      if (part && part.above.length < above.length) part.above = above;
      if (!part) parts.push((part = { calls: [], above }));
      known.set(key, part);
    }
    part.calls.push(call);
  }
  return joined(parts, cut);
}

/** Answers whether two stacks tell the same way: after an await a stack ends earlier, and the columns above are those of other awaits. */
export function isSameCallPath(a: Frame[], b: Frame[]): boolean {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    if (a[at]!.line !== b[at]!.line || !isSameFunction(a[at]!, b[at]!)) return false;
  }
  return true;
}

function isSameFunction(a: Frame, b: Frame): boolean {
  return a.file === b.file && a.function === b.function;
}

// A stack without callers goes with the most; so does a first call that was made before the function had waited.
function joined(parts: Part[], cut: Call[]): Part[] {
  const [most] = [...parts].sort((a, b) => b.calls.length - a.calls.length);
  if (!most) return [{ calls: cut, above: [] }];
  const others = parts.filter((part) => {
    if (part === most) return false;
    const isFirst = part.calls.length === 1 && part.calls[0]!.start <= most.calls[0]!.start;
    if (
      !isFirst ||
      !part.above.every((frame, at) => !most.above[at] || isSameFunction(frame, most.above[at]))
    )
      return true;
    cut.push(part.calls[0]!);
    return false;
  });
  if (cut.length > 0) most.calls = [...cut, ...most.calls].sort((a, b) => a.order - b.order);
  return [most, ...others];
}

function loopOf(calls: Call[], site: Frame | undefined): Loop {
  // Made before the calls are counted: as a literal behind them, Node 20 left its optimized code at each loop.
  const loop: Loop = { calls, site, distinct: 0, ms: 0, rows: 0, overlapping: 0 };
  let end = Number.NEGATIVE_INFINITY;
  const exact = new Set<string>();
  for (const call of calls) {
    loop.ms += call.span.duration ?? 0;
    loop.rows += call.span.rows ?? 0;
    if (call.start < end - 0.01) loop.overlapping++;
    end = Math.max(end, call.end);
    // Masked values look alike: they are not taken for different ones.
    exact.add(call.exact);
  }
  loop.distinct = exact.size;
  return loop;
}

/** Answers whether the calls ran at the same time, by and large. */
export function isParallel(loop: Loop): boolean {
  return loop.overlapping * 5 >= loop.calls.length;
}
