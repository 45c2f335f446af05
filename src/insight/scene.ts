/** A trace laid out for the rules, and what a rule answers. */

import { slowLimits } from '../domain/span-kinds.js';
import type { Finding, Frame, RecordedTrace } from '../domain/trace.js';
import type { Call } from './calls/calls.js';
import type { Understood } from './calls/describe.js';
import type { Loop } from './calls/loops.js';

/** From where on something is worth a word; ms where nothing else is said. */
export interface RuleLimits {
  /** Different calls from one line that make a loop. */
  loop: number;
  /** As many, or as many ms, make it severe. */
  loopHigh: number;
  loopHighMs: number;
  /** By kind. */
  slow: Record<string, number>;
  rows: number;
  bytes: number;
  transaction: number;
  idle: number;
  poolWait: number;
  blocked: number;
  /** What running at once would have to save. */
  saved: number;
}

export const DEFAULT_RULE_LIMITS: RuleLimits = {
  loop: 5,
  loopHigh: 20,
  loopHighMs: 50,
  slow: slowLimits(),
  rows: 1000,
  bytes: 1024 * 1024,
  transaction: 1000,
  idle: 100,
  poolWait: 50,
  blocked: 50,
  saved: 20,
};

/** All that a rule may look at. */
export interface Scene {
  trace: RecordedTrace;
  limits: RuleLimits;
  /** By their start. */
  calls: Call[];
  loops: Loop[];
  /** Calls that an earlier rule has found fault with, so that one cause is told once. */
  claimed: Set<Call>;
}

/** A finding before it has an id; `site` is the line to blame. */
export interface Draft extends Omit<Finding, 'id' | 'spans' | 'site' | 'function'> {
  calls: Call[];
  site: Frame | undefined;
  /** What makes it this one: the fingerprint. */
  shape: string;
  /** What fed the loop, in words. */
  fed?: string;
}

/** Looks for one kind of fault. */
export type Rule = (scene: Scene) => Draft[];

/** Answers the trace laid out. */
export function sceneOf(
  trace: RecordedTrace,
  understood: Understood,
  limits: Partial<RuleLimits> = {},
): Scene {
  const slow = { ...DEFAULT_RULE_LIMITS.slow, ...limits.slow };
  return { trace, ...understood, limits: { ...DEFAULT_RULE_LIMITS, ...limits, slow }, claimed: new Set() };
}

/** Answers which part of the request's time some ms are, 0 to 1. */
export function shareOf(scene: Scene, ms: number): number {
  const { duration } = scene.trace;
  return duration === undefined || duration <= 0 ? 0 : Math.min(1, ms / duration);
}

/** Answers whether a call began after the response was over. */
export function isAfterResponse(scene: Scene, call: Call): boolean {
  return scene.trace.duration !== undefined && call.start > scene.trace.duration;
}

/** Answers whether most calls of a loop began after the response was over. */
export function areAfterResponse(scene: Scene, calls: Call[]): boolean {
  return isAfterResponse(scene, calls[calls.length >> 1]!);
}

/** Answers the ms in which at least one of the spans of time ran. */
export function unionMs(spans: { start: number; end: number }[]): number {
  let total = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    if (end > until) {
      total += end - Math.max(start, until);
      until = end;
    }
  }
  return total;
}

/** Adds up a confidence and why: every reason with what it adds, those that do not hold left out. */
export function weighConfidence(
  base: number,
  ...because: [holds: boolean, weight: number, reason: string][]
) {
  let confidence = base;
  const reasons: string[] = [];
  for (const [holds, weight, reason] of because) {
    if (!holds) continue;
    confidence += weight;
    reasons.push(reason);
  }
  return { confidence: Math.round(Math.min(0.99, Math.max(0.05, confidence)) * 100) / 100, reasons };
}
