/** Polling: repeated calls with pauses, which wait for a change rather than work through a list. */

import type { Call } from '../calls/calls.js';
import type { Scene } from '../scene.js';

// A pause of 50 ms is deliberate; one of 10 ms if all pauses are about as long.
const LONG_PAUSE_MS = 50;
const SHORT_PAUSE_MS = 10;
const MAX_CALLS = 50;

/** Whether most of the calls came after a pause in which no other call ran. */
export function isPolling(scene: Scene, allCalls: Call[]): boolean {
  if (allCalls.length < 3) return false;
  const calls = allCalls.slice(0, MAX_CALLS);
  // The gaps between the calls are cheap to compute, and rule out most loops.
  const gaps = calls.slice(1).map((call, at) => Math.max(0, call.start - calls[at]!.end));
  if (median(gaps) < SHORT_PAUSE_MS) return false;
  const pauses = calls.slice(1).map((call, at) => idleBetween(scene, calls[at]!.end, call.start));
  const medianPause = median(pauses);
  const isRegular = pauses.every((pause) => pause >= medianPause * 0.66 && pause <= medianPause * 1.5);
  return medianPause >= LONG_PAUSE_MS || (medianPause >= SHORT_PAUSE_MS && isRegular);
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

function idleBetween(scene: Scene, start: number, end: number): number {
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

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
