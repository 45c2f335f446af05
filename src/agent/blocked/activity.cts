/** Activity of the event loop: the longest time without an event between two ticks, and what blocked it. */

import { executionAsyncId } from 'node:async_hooks';
import type { TracedRequest } from '../request/traced-request.cjs';
import type { Capture } from './capture.cjs';

/** The longest gap between two events since the last tick, and which request it belongs to. */
export interface Gap {
  start: number;
  end: number;
  request: TracedRequest | undefined;
  /** Number of the stack of the call before or after it; 0 if unknown. */
  stack: number;
}

/** A synchronous call that has a span of its own. */
export interface KnownBlock extends Gap {
  name: string;
}

/** Code that was seen while it blocked the loop, between the events before and after it. */
export interface SeenBlock {
  start: number;
  /** 0 until an event of another task follows. */
  end: number;
  /** executionAsyncId of its task. */
  task: number;
  captures: Capture[];
}

/** ms from which what others waited is told. */
const MIN_KNOWN_MS = 50;
const MAX_BLOCKS = 20;

// Bound at load, as the app may replace it.
const cpuUsage = process.cpuUsage.bind(process);

let lastAt = 0;
let lastRequest: TracedRequest | undefined;
let lastStack = 0;
let longest: Gap = { start: 0, end: 0, request: undefined, stack: 0 };
/** The running task, as the last event had it, and the time of its first event. */
let task = 0;
let taskBegan = 0;
let intervalBegan = 0;
let known: KnownBlock[] = [];
let seen: SeenBlock[] = [];
let running: SeenBlock | undefined;

/**
 * Notes that a request or a call began or ended, at a time of performance.now(). Code that runs up
 * to the beginning of a call is of that call's request.
 */
export function noteActivity(at: number, request: TracedRequest | undefined, stack: number): void {
  if (at - lastAt > longest.end - longest.start) {
    const before = lastRequest === request && lastStack !== 0 ? lastStack : stack;
    longest = { start: lastAt, end: at, request, stack: before };
  }
  lastAt = at;
  lastRequest = request;
  lastStack = stack;
  const id = executionAsyncId();
  if (id === task) return;
  task = id;
  taskBegan = at;
  if (running !== undefined && running.task !== id) {
    running.end = at;
    running = undefined;
  }
}

/** Notes a synchronous call, whose own record tells how long it blocked, and the ms of CPU it may have used. */
export function noteBlockingCall(
  began: number,
  ended: number,
  request: TracedRequest | undefined,
  stack: number,
  name: string,
  cpu = Number.POSITIVE_INFINITY,
): void {
  noteActivity(began, request, stack);
  lastAt = ended;
  if (Math.min(ended - began, cpu) < MIN_KNOWN_MS || known.length >= MAX_BLOCKS) return;
  known.push({ start: began, end: ended, request, stack, name });
}

/** Notes what runs while it blocks the loop. */
export function noteCapture(capture: Capture): void {
  const id = executionAsyncId();
  const last = running?.captures.at(-1);
  // On Node 20 and 22 each continuation of an async function is a task.
  if (running !== undefined && (running.task === id || last?.request === capture.request)) {
    running.captures.push(capture);
    return;
  }
  if (running !== undefined) running.end = capture.at;
  if (seen.length >= MAX_BLOCKS) return;
  const start = Math.max(intervalBegan, seen.at(-1)?.end ?? 0, id === task ? taskBegan : lastAt);
  running = { start, end: 0, task: id, captures: [capture] };
  seen.push(running);
}

/** Microseconds of CPU that the process had used at the last tick; -1 while there are none. */
let tickMicros = -1;

/** Microseconds of CPU that the process has used. */
export function usedMicros(): number {
  const { user, system } = cpuUsage();
  return user + system;
}

/** Notes the microseconds of CPU at a tick; -1 ends the watch. */
export function noteTickCpu(micros: number): void {
  tickMicros = micros;
}

/** At most so many ms of CPU did code take that ran since the last tick; undefined while there are none. */
export function cpuSinceTick(used?: number): number | undefined {
  return tickMicros < 0 ? undefined : ((used ?? usedMicros()) - tickMicros) / 1000;
}

/** The longest gap up to a tick, from which on the next is measured. */
export function takeLongestGap(at: number): Gap {
  const last = { start: lastAt, end: at, request: lastRequest, stack: lastStack };
  const gap = last.end - last.start > longest.end - longest.start ? last : longest;
  longest = { start: at, end: at, request: undefined, stack: 0 };
  lastAt = at;
  lastRequest = undefined;
  lastStack = 0;
  task = executionAsyncId();
  taskBegan = at;
  return gap;
}

/** What blocked the loop up to a tick. */
export function takeBlocks(at: number): { known: KnownBlock[]; seen: SeenBlock[] } {
  if (running !== undefined) running.end = at;
  const taken = { known, seen };
  if (known.length > 0) known = [];
  if (seen.length > 0) seen = [];
  running = undefined;
  intervalBegan = at;
  return taken;
}
