/** Scene and Draft: input and output of the rules, and the computations that rules share. */

import { slowLimits } from '../domain/span-kinds.js';
import { formatWhole } from '../domain/text.js';
import type { Finding, Frame, RecordedSpan, RecordedTrace } from '../domain/trace.js';
import type { Call } from './calls/calls.js';
import type { CallAnalysis } from './calls/describe.js';
import type { ReadLine } from './calls/loop-line.js';
import type { Loop } from './calls/loops.js';
import type { Growth } from './patterns/growth.js';
import type { RunLoad } from './patterns/run-load.js';
import type { UsualTimes } from './patterns/usual-times.js';

/** Thresholds of the rules; in ms unless noted. */
export interface RuleLimits {
  /** Number of different calls from one line that count as a loop. */
  loop: number;
  /** Number of different calls that make a loop's severity high. */
  loopHigh: number;
  /** ms that make a loop's severity high. */
  loopHighMs: number;
  /** ms of one call, by its kind. */
  slow: Record<string, number>;
  /** Rows of one query. */
  rows: number;
  /** Bytes of one query's rows. */
  bytes: number;
  /** Duration of a transaction. */
  transaction: number;
  /** Time of a transaction in which no statement ran. */
  idle: number;
  /** Wait for connections of the pool. */
  poolWait: number;
  /** Longest time for which the event loop was blocked. */
  blocked: number;
  /** Time saved by running sequential queries concurrently. */
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

/** Input of a rule: a trace with its calls and loops. */
export interface Scene {
  trace: RecordedTrace;
  limits: RuleLimits;
  /** Those that began before the response had ended, sorted by start. */
  calls: Call[];
  loops: Loop[];
  /** Loops that the requests of the route prove. */
  proven: ReadonlyMap<Loop, Growth>;
  /** How fast the run's statements were; missing for a single request. */
  times?: UsualTimes;
  /** What else ran in the run; missing for a single request. */
  load?: RunLoad;
  /** Reads the app's source, for advice. */
  readLine: ReadLine;
  /** Calls that an earlier rule reported: one cause is reported once. */
  claimed: Set<Call>;
}

/** A finding without its id; `site` is its call site. */
export interface Draft extends Omit<Finding, 'id' | 'spans' | 'site' | 'function'> {
  calls: Call[];
  site: Frame | undefined;
  /** Line of a caller that has the loop. */
  loopSite?: Frame | undefined;
  /** Shape of the calls: part of the finding's id. */
  shape: string;
  /** The query that fed the loop, as the beginning of a message. */
  feedingQuery?: string;
}

/** Findings of one or a few kinds in a trace. */
export type Rule = (scene: Scene) => Draft[];

export function sceneOf(
  trace: RecordedTrace,
  analysis: CallAnalysis,
  limits: Partial<RuleLimits> = {},
  readLine: ReadLine = () => undefined,
): Scene {
  // Kinds of others are learned while the program runs.
  const slow = { ...slowLimits(), ...limits.slow };
  return {
    trace,
    ...analysis,
    limits: { ...DEFAULT_RULE_LIMITS, ...limits, slow },
    readLine,
    proven: new Map(),
    claimed: new Set(),
  };
}

/** Whether the event loop was blocked during a call: by the request itself, or by another one. */
export function isBlock({ kind }: Pick<RecordedSpan, 'kind'>): boolean {
  return kind === 'block' || kind === 'blocked';
}

/** Number of different calls from which a loop is one: the limit, or two where it is proven. */
export function minimumOf({ proven, limits }: Scene, loop: Loop): number {
  return proven.has(loop) ? Math.min(2, limits.loop) : limits.loop;
}

/** Share of the request's duration, 0 to 1; 0 if the duration is unknown. */
export function shareOf(scene: Scene, ms: number): number {
  const { duration } = scene.trace;
  return duration === undefined || duration <= 0 ? 0 : Math.min(1, ms / duration);
}

/**
 * `50 times`; of a request with more calls than are recorded, how many may be missing: an app does
 * not run exactly 9,999 queries.
 */
export function timesText({ trace, calls: all }: Scene, calls: Call[]): string {
  const times = `${formatWhole(calls.length)} times`;
  if (!trace.dropped || calls.length * 2 < all.length) return times;
  return `${times}, and up to ${trace.dropped.toLocaleString('en-US')} more that were not recorded`;
}

/** Confidence of what is certain. */
export const MAX_CONFIDENCE = 0.99;

/** Confidence (0.05 to 0.99) and its reasons: `base` plus the weight of each reason that holds. */
export function weighConfidence(
  base: number,
  ...weights: [holds: boolean, weight: number, reason: string][]
) {
  let confidence = base;
  const reasons: string[] = [];
  for (const [holds, weight, reason] of weights) {
    if (!holds) continue;
    confidence += weight;
    reasons.push(reason);
  }
  return {
    confidence: Math.round(Math.min(MAX_CONFIDENCE, Math.max(0.05, confidence)) * 100) / 100,
    reasons,
  };
}
