/** Polling: calls that ask the same again after a pause, and so wait for a change. */

import type { Frame } from '../../domain/trace.js';
import type { Call } from '../calls/calls.js';
import type { Loop } from '../calls/loops.js';
import type { Scene } from '../scene.js';
import { fullestOf, isMonotonic, valuesOfCalls, varyingPlaces } from './statement-values.js';

// A pause of 50 ms is deliberate; one of 10 ms if all pauses are about as long, or longer each time.
const LONG_PAUSE_MS = 50;
const SHORT_PAUSE_MS = 10;
/** A pause between two calls only. */
const ONLY_PAUSE_MS = 100;
const MAX_CALLS = 50;
// On a busy machine pauses of 20 ms take 20 to 80: then the code tells that they are deliberate.
const MIN_PAUSE_MS = 4;
const WAITS =
  /\b(?:setTimeout|setInterval|sleep\w*|delay\w*|pause\w*|backoff\w*|wait(?:For|ing|Until)?\w*|later|poll\w*)\s*\(/i;
// import { setTimeout as rest } from 'node:timers/promises'
const TIMER_ALIAS = /\bsetTimeout(?:\s+as|\s*:)\s+([\w$]+)/;
const MAX_IMPORT_LINES = 40;
const MAX_WAITING_CALLERS = 2;
const MAX_LINES_AROUND = 6;
const MAX_LINE = 500;

/**
 * Whether calls with the same values came after pauses in which no other call ran. Calls with other
 * values each time work through a list, however long each item takes: they are not asked about.
 */
export function isPolling(scene: Scene, allCalls: Call[]): boolean {
  const calls = allCalls.slice(0, MAX_CALLS);
  // The gaps between the calls are cheap to compute, and rule out most loops.
  const gaps = calls.slice(1).map((call, at) => Math.max(0, call.start - calls[at]!.end));
  if (Math.max(...gaps) < MIN_PAUSE_MS) return false;
  const pauses = calls.slice(1).map((call, at) => idleBetween(scene, calls[at]!.end, call.start));
  if (Math.min(...pauses) >= MIN_PAUSE_MS && isWaiting(scene, calls.at(-1)!)) return true;
  if (pauses.length < 2) return pauses.every((pause) => pause >= ONLY_PAUSE_MS);
  const medianPause = median(pauses);
  const isRegular = pauses.every((pause) => pause >= medianPause * 0.66 && pause <= medianPause * 1.5);
  return medianPause >= LONG_PAUSE_MS || (medianPause >= SHORT_PAUSE_MS && isRegular) || isBackingOff(pauses);
}

/** Whether the text around a call's line, or its callers', waits: `await sleep(20)`. */
function isWaiting({ readLine }: Scene, { site, callers }: Call): boolean {
  const frames = site === undefined ? [] : [site, ...callers.slice(0, MAX_WAITING_CALLERS)];
  return frames.some((frame) => {
    const alias = timerAliasOf(frame, readLine);
    for (
      let line = Math.max(1, frame.line - MAX_LINES_AROUND);
      line <= frame.line + MAX_LINES_AROUND;
      line++
    ) {
      const text = (readLine(frame, line) ?? '').slice(0, MAX_LINE);
      if (WAITS.test(text) || (alias !== undefined && text.includes(`await ${alias}(`))) return true;
    }
    return false;
  });
}

function timerAliasOf(frame: Frame, readLine: Scene['readLine']): string | undefined {
  for (let line = 1; line <= MAX_IMPORT_LINES; line++) {
    const alias = TIMER_ALIAS.exec((readLine(frame, line) ?? '').slice(0, MAX_LINE))?.[1];
    if (alias !== undefined) return alias;
  }
  return undefined;
}

// 5, 10, 20, 40 ms: with jitter a pause may also be shorter than the one before.
function isBackingOff(pauses: number[]): boolean {
  const grown = pauses.slice(1).filter((pause, at) => pause > pauses[at]! * 1.2).length;
  return grown >= (pauses.length - 1) * 0.6 && pauses.at(-1)! >= Math.max(SHORT_PAUSE_MS, pauses[0]! * 1.4);
}

/** Whether a loop asks, with pauses, for what came after a time or a key that only grows. */
export function isWatching(scene: Scene, loop: Loop): boolean {
  const values = valuesOfCalls(loop);
  const varying = varyingPlaces(values);
  const { single } = fullestOf(values);
  return (
    varying.length > 0 &&
    varying.every(
      (at) => /^>=?$/.test(single[at]!.before) && isMonotonic(values.map((call) => call.single[at]?.value)),
    ) &&
    isPolling(scene, loop.calls)
  );
}

interface Interval {
  start: number;
  end: number;
}

/** Intervals in which a call ran, merged and sorted, by scene. */
const busyByScene = new WeakMap<Scene, Interval[]>();

function busyIntervals(scene: Scene): Interval[] {
  const known = busyByScene.get(scene);
  if (known !== undefined) return known;
  const busy: Interval[] = [];
  for (const { start, end } of scene.calls) {
    const last = busy.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else if (end > start) busy.push({ start, end });
  }
  busyByScene.set(scene, busy);
  return busy;
}

/** ms between two instants in which no call ran. */
export function idleBetween(scene: Scene, start: number, end: number): number {
  if (end <= start) return 0;
  const busy = busyIntervals(scene);
  let idle = end - start;
  for (let n = firstEndingAfter(busy, start); n < busy.length && busy[n]!.start < end; n++) {
    idle -= Math.min(end, busy[n]!.end) - Math.max(start, busy[n]!.start);
  }
  return idle;
}

/** Index of the first interval that ends after `time`. */
function firstEndingAfter(busy: Interval[], time: number): number {
  let low = 0;
  let high = busy.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (busy[middle]!.end > time) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Middle of some values; 0 of none. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
