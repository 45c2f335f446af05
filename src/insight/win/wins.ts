/** Wins: ms that a page would take less if a finding were mended, by the calls that it really waited for. */

import { type Finding, roundToMicros, type Trace } from '../../domain/trace.js';
import { type Call, callsOf } from '../calls/calls.js';
import { type CallGraph, callGraphOf } from './call-graph.js';
import { hasMending, type Mended, mendFinding } from './mending.js';
import { durationBy, type Schedule, scheduleOf } from './schedule.js';

/** Findings of a request with wins: each takes a walk over all calls, and thousands of calls may each have a finding. */
const MAX_WINS = 200;

/** What wins are computed of. */
export type WonTrace = Pick<Trace, 'duration' | 'spans' | 'libraries' | 'findings'>;

/**
 * Wins of a trace's findings, in their order: what runs beside other calls wins nothing, the call
 * that replaces a loop costs one of its calls, and the app's code between the calls stays. Undefined
 * for findings that cost no time (errors, open transactions), for all but the 200 with the most ms,
 * and while the request's duration is unknown. `calls`: those of the trace that count, where they have been analyzed.
 */
export function winsOf(trace: WonTrace, calls?: Call[]): (number | undefined)[] {
  const graph = trace.findings.some(({ kind }) => hasMending(kind)) ? callGraphOf(trace) : undefined;
  if (graph === undefined) return trace.findings.map(() => undefined);
  const mended = mendedOf(trace, graph, scheduleOf(graph), calls);
  const mendable = trace.findings.filter(({ kind }) => hasMending(kind));
  const largest = new Set(mendable.toSorted((a, b) => b.ms - a.ms).slice(0, MAX_WINS));
  return trace.findings.map((finding) =>
    largest.has(finding)
      ? winOf({ ...mended, schedule: scheduleOf(graph) }, [finding], graph.duration)
      : undefined,
  );
}

/** ms less that findings win together, from what the schedule takes. */
export function winOf(mended: Mended, findings: Finding[], before: number): number {
  for (const finding of findings) mendFinding(mended, finding);
  return Math.min(before, Math.max(0, roundToMicros(before - durationBy(mended.schedule))));
}

const SEVERITIES: Finding['severity'][] = ['high', 'medium', 'low', 'info'];

/**
 * Order of two findings: errors that are grave, then by their wins, where those are worth to be told
 * apart; then by severity and ms.
 */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    Number(isGrave(b)) - Number(isGrave(a)) ||
    Math.round((b.win ?? 0) / MIN_WIN_MS) - Math.round((a.win ?? 0) / MIN_WIN_MS) ||
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    b.ms - a.ms
  );
}

function isGrave({ severity, kind }: Finding): boolean {
  return severity === 'high' && !hasMending(kind);
}

/** Wins that differ by less are equal. */
const MIN_WIN_MS = 1;

/** A trace with its recorded times, to be mended. */
export function mendedOf(
  trace: Pick<WonTrace, 'spans' | 'libraries'>,
  graph: CallGraph,
  schedule: Schedule = scheduleOf(graph),
  calls: Call[] = callsThatCount(trace),
): Mended {
  return {
    schedule,
    positions: new Map(graph.calls.map(({ index }, at) => [index, at])),
    byIndex: new Map(calls.map((call) => [call.index, call])),
    calls,
  };
}

function callsThatCount(trace: Pick<WonTrace, 'spans' | 'libraries'>): Call[] {
  const calls = callsOf(trace as Trace, (span) => (span as Trace['spans'][number]).shape);
  return calls.filter(({ span }) => !span.afterResponse);
}
