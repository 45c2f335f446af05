/** Loops: calls of one shape that ran repeatedly from one line, by the same callers. */

import { unionMs } from '../../domain/intervals.js';
import { formatPosition, formatSite } from '../../domain/site.js';
import { type Frame, frameMark } from '../../domain/trace.js';
import type { Call } from './calls.js';
import { LineFacts } from './line-facts.js';
import { isLoopLine, type ReadLine } from './loop-line.js';

/** Calls of one shape from one line, through one path of callers. */
export interface Loop {
  calls: Call[];
  /** Call site of the calls. */
  site: Frame | undefined;
  /** Line of a caller that has the loop in its text; undefined where `site` has it, or no text does. */
  loopSite: Frame | undefined;
  /** Number of different calls, with their values. */
  distinct: number;
  /** ms in which at least one of the calls ran, without waits for a connection: it fits into the request. */
  ms: number;
  /** Rows of all calls. */
  rows: number;
  /** Calls that began while an earlier call of the loop still ran. */
  overlapping: number;
}

/** Frames above the call site that are compared. */
const MAX_CALLERS = 3;

/** Loops of at least two calls, sorted by start. Moves a call's site to that of its loop. */
export function loopsOf(calls: Call[], readLine: ReadLine): Loop[] {
  const loops: Loop[] = [];
  const reader = loopLineReader(readLine);
  for (const group of groupsOf(calls)) {
    if (group.length < 2) continue;
    for (const { calls, site, loopSite, isMoved } of byCallers(group, reader)) {
      if (calls.length < 2) continue;
      if (isMoved) for (const call of calls) moveSite(call, site);
      loops.push(loopOf(calls, site, loopSite));
    }
  }
  return loops.sort((a, b) => a.calls[0]!.start - b.calls[0]!.start);
}

/** Calls of one kind and shape from one position, in the order of their first calls. */
function groupsOf(calls: Call[]): Iterable<Call[]> {
  const groups = new Map<string, Call[]>();
  let last: Call[] | undefined;
  for (const call of calls) {
    // Calls of a loop follow each other: their keys are long.
    if (last !== undefined && isSameGroup(last[0]!, call)) {
      last.push(call);
      continue;
    }
    const key = `${call.span.kind} ${call.positions[0] ?? ''} ${call.shape}`;
    last = groups.get(key);
    if (last) last.push(call);
    else groups.set(key, (last = [call]));
  }
  return groups.values();
}

function isSameGroup(a: Call, b: Call): boolean {
  return a.shape === b.shape && a.positions[0] === b.positions[0] && a.span.kind === b.span.kind;
}

// A stack may lack the caller after an await: the other calls of the loop know it.
function moveSite(call: Call, site: Frame): void {
  const { frames, positions } = call.path;
  const at = frames.findIndex((frame) => frame.line === site.line && isSameFunction(frame, site));
  call.site = frames[at] ?? site;
  call.positions = [formatPosition(site), ...(at < 0 ? [] : positions.slice(at + 1))];
  call.callers = at < 0 ? [] : frames.slice(at + 1);
}

/** Calls with the same callers. */
interface Part {
  calls: Call[];
  /** Frames above the call site, from the most complete stack. */
  callers: Frame[];
}

/** Whether a frame's line is in a loop by its text. */
type LoopLineTest = (frame: Frame, isCaller: boolean) => boolean;

const sitesInLoops = new LineFacts((frame, readLine) => isLoopLine(frame, readLine, false));
const callersInLoops = new LineFacts((frame, readLine) => isLoopLine(frame, readLine, true));

function loopLineReader(readLine: ReadLine): LoopLineTest {
  return (frame, isCaller) => (isCaller ? callersInLoops : sitesInLoops).of(frame, readLine);
}

/** Calls of one loop; `isMoved` if their own call site is another than the loop's. */
type LoopCalls = { calls: Call[]; loopSite: Frame | undefined } & (
  | { site: Frame; isMoved: true }
  | { site: Frame | undefined; isMoved: false }
);

// A shared line called from different places is not one loop, unless it is in a loop itself. Its
// callers' lines are the call sites where no text shows the line of the loop.
function byCallers(group: Call[], isInLoop: LoopLineTest): LoopCalls[] {
  const parts = partsOf(group);
  const { site } = group[0]!;
  const isMoved = false;
  if (site !== undefined && parts.some(({ calls }) => calls.length > 1) && isInLoop(site, false))
    return [{ calls: group, site, loopSite: undefined, isMoved }];
  return parts.map(({ calls, callers }): LoopCalls => {
    const loopSite = site && callers.find((frame) => isInLoop(frame, true));
    const [caller] = callers;
    const hasCaller = parts.length > 1 && loopSite === undefined && caller !== undefined;
    return hasCaller ? { calls, site: caller, loopSite, isMoved: true } : { calls, site, loopSite, isMoved };
  });
}

function partsOf(group: Call[]): Part[] {
  const parts: Part[] = [];
  const partByCallers = new Map<string, Part>();
  const withoutCallers: Call[] = [];
  let positions: string[] | undefined;
  let part: Part | undefined;
  for (const call of group) {
    // Calls of one stack share them.
    if (part !== undefined && call.positions === positions) {
      part.calls.push(call);
      continue;
    }
    positions = call.positions;
    const key = positions.slice(1, 1 + MAX_CALLERS).join(' ');
    part = partByCallers.get(key);
    if (!part) {
      const { callers } = call;
      if (callers.length === 0) {
        withoutCallers.push(call);
        continue;
      }
      part = parts.find((other) => isSameCallPath(other.callers, callers, MAX_CALLERS));
      if (part && part.callers.length < callers.length) part.callers = callers;
      if (!part) parts.push((part = { calls: [], callers }));
      partByCallers.set(key, part);
    }
    part.calls.push(call);
  }
  return joinIncomplete(parts, withoutCallers);
}

/**
 * Whether the nearest callers of two stacks agree as far as both reach: after an await stacks are
 * cut, their columns differ, and functions are missing.
 */
export function isSameCallPath(a: Frame[], b: Frame[], maxCallers: number): boolean {
  const [nearestOfA, nearestOfB] = [a.slice(0, maxCallers), b.slice(0, maxCallers)];
  const length = Math.min(nearestOfA.length, nearestOfB.length);
  return (
    nearestOfA.slice(0, length).every((frame, at) => isSamePlace(frame, nearestOfB[at]!)) ||
    isSubsequence(nearestOfA, b) ||
    isSubsequence(nearestOfB, a)
  );
}

// After an await V8's stack has only the async callers: `(req) => list(req)` between them is missing,
// while the first call, made before any await, has it.
function isSubsequence(resumed: Frame[], complete: Frame[]): boolean {
  let at = -1;
  return resumed.every((frame) => {
    at = complete.findIndex((other, index) => index > at && isSamePlace(other, frame));
    return at >= 0;
  });
}

function isSamePlace(a: Frame, b: Frame): boolean {
  return a.line === b.line && isSameFunction(a, b);
}

function isSameFunction(a: Frame, b: Frame): boolean {
  return a.file === b.file && a.function === b.function;
}

// Calls without callers join the largest part. So does a single first call from the same functions:
// it was made before their first await, from other lines.
function joinIncomplete(parts: Part[], withoutCallers: Call[]): Part[] {
  const [largest] = [...parts].sort((a, b) => b.calls.length - a.calls.length);
  if (!largest) return [{ calls: withoutCallers, callers: [] }];
  const joining = [...withoutCallers];
  const others = parts.filter((part) => {
    if (part === largest) return false;
    if (!isFirstCallOf(largest, part)) return true;
    joining.push(part.calls[0]!);
    return false;
  });
  if (joining.length > 0) largest.calls = [...joining, ...largest.calls].sort((a, b) => a.order - b.order);
  return [largest, ...others];
}

function isFirstCallOf({ calls, callers }: Part, part: Part): boolean {
  const isSingleFirst = part.calls.length === 1 && part.calls[0]!.start <= calls[0]!.start;
  const nearest = part.callers.slice(0, MAX_CALLERS);
  return isSingleFirst && nearest.every((frame, at) => !callers[at] || isSameFunction(frame, callers[at]));
}

/** Loop of some calls, which are sorted by start. */
export function loopOf(calls: Call[], site: Frame | undefined, loopSite?: Frame): Loop {
  // Created before the calls are counted: as a literal afterwards, Node 20 deoptimized each time.
  const loop: Loop = { calls, site, loopSite, distinct: 0, ms: 0, rows: 0, overlapping: 0 };
  let end = Number.NEGATIVE_INFINITY;
  const exactKeys = new Set<string>();
  for (const call of calls) {
    loop.ms += call.span.duration ?? 0;
    loop.rows += call.span.rows ?? 0;
    if (call.start < end - 0.01) loop.overlapping++;
    end = Math.max(end, call.end);
    // Redacted values are all alike: calls that differ only in them count as one.
    exactKeys.add(call.exactKey);
  }
  if (loop.overlapping > 0) loop.ms = runningMs(calls);
  loop.distinct = exactKeys.size;
  return loop;
}

/** ms in which at least one of some calls ran, without their waits for a connection. */
export function runningMs(calls: readonly Call[]): number {
  return unionMs(calls.map(({ start, end, span }) => ({ start: start + (span.wait ?? 0), end })));
}

/** Whether the calls of a loop ran concurrently: at least a fifth began while another ran. */
export function isParallel(loop: Loop): boolean {
  return loop.overlapping * 5 >= loop.calls.length;
}

/** Call site of a loop for a message, with the caller's line that has the loop; undefined without one. */
export function loopSiteText({ site, loopSite }: Loop): string | undefined {
  if (site === undefined) return undefined;
  const where = formatSite(site) + frameMark(site);
  return where + (loopSite === undefined ? '' : `, called in a loop at ${formatSite(loopSite)},`);
}
