/** Finds what ran again and again from one line. */

import type { Frame } from '../trace.js';
import type { Call } from './calls.js';

/** Calls of one shape from one line, by one way. */
export interface Loop {
  calls: Call[];
  /** The line to blame: the user's first that is not a helper for everything. */
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

/** Answers the loops among calls, each with at least two calls, by their first. */
export function loopsOf(calls: Call[]): Loop[] {
  const helpers = helpersOf(calls);
  const groups = new Map<string, Call[]>();
  for (const call of calls) {
    const from = blamed(call, helpers);
    const key = `${call.span.kind} ${from === undefined ? '' : call.path.positions[from]} ${call.shape}`;
    const group = groups.get(key);
    if (group) group.push(call);
    else groups.set(key, [call]);
  }
  const loops: Loop[] = [];
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    for (const { calls, caller } of byCaller(group, helpers)) {
      if (calls.length > 1) loops.push(loopOf(calls, caller));
    }
  }
  return loops.sort((a, b) => a.calls[0]!.start - b.calls[0]!.start);
}

/** Answers the index of the frame to blame, undefined where no line is the user's. */
function blamed(call: Call, helpers: Set<string>): number | undefined {
  const { positions } = call.path;
  if (positions.length === 0) return undefined;
  let at = 0;
  while (at < positions.length - 1 && helpers.has(positions[at]!)) at++;
  return at;
}

// A line that asks for different things on behalf of different callers: `query(sql)` of the user's own db.ts.
function helpersOf(calls: Call[]): Set<string> {
  const helpers = new Set<string>();
  for (let level = 0; level < 3; level++) {
    const seen = new Map<string, { shape: string; caller: string; shapes: boolean; callers: boolean }>();
    for (const { path, shape } of calls) {
      const at = path.positions[level];
      const caller = path.positions[level + 1];
      if (at === undefined || caller === undefined) continue;
      if (level > 0 && !helpers.has(path.positions[level - 1]!)) continue;
      const one = seen.get(at);
      if (!one) seen.set(at, { shape, caller, shapes: false, callers: false });
      else {
        one.shapes ||= one.shape !== shape;
        one.callers ||= one.caller !== caller;
      }
    }
    const found = [...seen].filter(([, { shapes, callers }]) => shapes && callers);
    if (found.length === 0) break;
    for (const [at] of found) helpers.add(at);
  }
  return helpers;
}

// Calls by way of different callers are not one loop; a stack that was cut short goes with the most.
function byCaller(group: Call[], helpers: Set<string>): { calls: Call[]; caller: Frame | undefined }[] {
  const parts = new Map<string, Call[]>();
  const cut: Call[] = [];
  for (const call of group) {
    const from = blamed(call, helpers) ?? 0;
    const above = call.path.positions.slice(from + 1, from + 3);
    if (above.length === 0 && call.path.frames.length > 0) cut.push(call);
    else {
      const key = above.join(' ');
      const part = parts.get(key);
      if (part) part.push(call);
      else parts.set(key, [call]);
    }
  }
  const all = [...parts.values()].sort((a, b) => b.length - a.length);
  if (all.length === 0) all.push([]);
  all[0]!.push(...cut);
  if (cut.length > 0) all[0]!.sort((a, b) => a.start - b.start);
  const first = group[0]!;
  const from = blamed(first, helpers);
  const line = from === undefined ? undefined : first.path.frames[from];
  // Where several callers share the line, theirs tell them apart.
  const callers = all.filter((calls) => calls.length > 0);
  return callers.map((calls) => ({ calls, caller: callers.length > 1 ? callerOf(calls, helpers) : line }));
}

function callerOf(calls: Call[], helpers: Set<string>): Frame | undefined {
  const call = calls.find(({ path }) => path.frames.length > 1) ?? calls[0]!;
  const from = blamed(call, helpers) ?? 0;
  return call.path.frames[from + 1] ?? call.path.frames[from];
}

function loopOf(calls: Call[], site: Frame | undefined): Loop {
  let ms = 0;
  let rows = 0;
  let overlapping = 0;
  let end = Number.NEGATIVE_INFINITY;
  const exact = new Set<string>();
  for (const call of calls) {
    ms += call.span.duration ?? 0;
    rows += call.span.rows ?? 0;
    if (call.start < end - 0.01) overlapping++;
    end = Math.max(end, call.end);
    exact.add(call.masked ? `${call.exact} ${call.index}` : call.exact);
  }
  return { calls, site, distinct: exact.size, ms, rows, overlapping };
}

/** Answers whether the calls ran at the same time, by and large. */
export function isParallel(loop: Loop): boolean {
  return loop.overlapping * 5 >= loop.calls.length;
}
