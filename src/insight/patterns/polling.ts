/** Tells waiting for a change from working through a list: who polls pauses in between. */

import type { Call } from '../calls/calls.js';
import type { Scene } from '../scene.js';

// Ms without anything: for sure on purpose; and on purpose when every pause is as long.
const LONG = 50;
const SHORT = 10;
// Enough to see a habit.
const LOOKED_AT = 50;

/** Answers whether most of the calls came after a pause in which nothing else ran. */
export function isPolling(scene: Scene, all: Call[]): boolean {
  if (all.length < 3) return false;
  const calls = all.slice(0, LOOKED_AT);
  // Most loops need no look at what else ran.
  const gaps = calls.slice(1).map((call, at) => Math.max(0, call.start - calls[at]!.end));
  if (median(gaps) < SHORT) return false;
  const pauses = calls.slice(1).map((call, at) => idleBetween(scene, calls[at]!.end, call.start));
  const usual = median(pauses);
  const isRegular = pauses.every((pause) => pause >= usual * 0.66 && pause <= usual * 1.5);
  return usual >= LONG || (usual >= SHORT && isRegular);
}

interface Stretch {
  start: number;
  end: number;
}

/** Per trace: when something ran, without overlaps, in order. */
const busies = new WeakMap<Scene, Stretch[]>();

function busyOf(scene: Scene): Stretch[] {
  const known = busies.get(scene);
  if (known !== undefined) return known;
  const busy: Stretch[] = [];
  for (const { start, end } of scene.calls) {
    const last = busy.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else if (end > start) busy.push({ start, end });
  }
  busies.set(scene, busy);
  return busy;
}

function idleBetween(scene: Scene, start: number, end: number): number {
  if (end <= start) return 0;
  const busy = busyOf(scene);
  let idle = end - start;
  for (let n = firstAfter(busy, start); n < busy.length && busy[n]!.start < end; n++) {
    idle -= Math.min(end, busy[n]!.end) - Math.max(start, busy[n]!.start);
  }
  return idle;
}

/** Answers the place of the first stretch that ends after an instant. */
function firstAfter(busy: Stretch[], instant: number): number {
  let low = 0;
  let high = busy.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (busy[middle]!.end > instant) high = middle;
    else low = middle + 1;
  }
  return low;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
