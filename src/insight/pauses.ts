/** Tells waiting for a change from working through a list: who polls pauses in between. */

import type { Call } from './calls.js';
import { covered, type Scene } from './scene.js';

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

function idleBetween({ calls }: Scene, start: number, end: number): number {
  if (end <= start) return 0;
  const busy: { start: number; end: number }[] = [];
  for (const call of calls) {
    if (call.start >= end) break;
    if (call.end > start) busy.push({ start: Math.max(start, call.start), end: Math.min(end, call.end) });
  }
  return end - start - covered(busy);
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
