/**
 * What a request would take if its database, cache or services were further away: calls that follow
 * each other add the latency of each round trip, those that run at once add it once.
 */

import { type Latencies, latencyOf } from '../../domain/latency.js';
import { type Finding, roundToMicros } from '../../domain/trace.js';
import { type CallGraph, callGraphOf } from './call-graph.js';
import { hasMending, type Mended, mendFinding } from './mending.js';
import { openingTripsOf, roundTripsOf } from './round-trips.js';
import { durationBy, type Schedule, scheduleOf } from './schedule.js';
import { compareFindings, mendedOf, type WonTrace } from './wins.js';

/** A request under other latencies; times are ms. */
export interface WhatIf {
  latencies: Latencies;
  /** What it took. */
  now: number;
  /** What it would take. */
  away: number;
  /** The findings with what mending each of them would win then, in their order by that. */
  findings: Finding[];
  /** What it would take with the first of them mended; missing where none wins. */
  fixed?: number;
  /** What it would take with all of them mended; missing where not several win. */
  allFixed?: number;
}

/** Wins below are none. */
const MIN_WIN_MS = 0.05;

/** The request under other latencies; undefined while its duration is unknown. */
export function whatIf(trace: WonTrace, latencies: Latencies): WhatIf | undefined {
  const graph = callGraphOf(trace);
  if (graph === undefined) return undefined;
  const away = () => scheduleAway(graph, trace, latencies);
  const then = durationBy(away());
  const mended = mendedOf(trace, graph);
  const fixedOf = (findings: Finding[]) => {
    const schedule = away();
    for (const finding of findings) mendFinding({ ...mended, schedule } satisfies Mended, finding);
    return Math.min(then, durationBy(schedule));
  };
  const findings = trace.findings.map((finding): Finding => {
    if (!hasMending(finding.kind)) return finding;
    return { ...finding, win: roundToMicros(then - fixedOf([finding])) };
  });
  findings.sort(compareFindings);
  const winners = findings.filter(({ win = 0 }) => win >= MIN_WIN_MS);
  const [first] = [...winners].sort((a, b) => b.win! - a.win!);
  return {
    ...{ latencies, now: graph.duration, away: roundToMicros(then), findings },
    ...(first && { fixed: roundToMicros(then - first.win!) }),
    ...(winners.length > 1 && { allFixed: roundToMicros(fixedOf(winners)) }),
  };
}

function scheduleAway(graph: CallGraph, trace: WonTrace, latencies: Latencies): Schedule {
  const schedule = scheduleOf(graph);
  for (const [at, { index }] of graph.calls.entries()) {
    const span = trace.spans[index]!;
    const latency = latencyOf(latencies, span.kind, span.library);
    if (latency === 0) continue;
    const trips = roundTripsOf(span, trace);
    schedule.added[at] = trips * latency;
    schedule.run[at]! += schedule.added[at]!;
    if (trips > 0) schedule.wait[at]! += openingTripsOf(span) * latency;
  }
  return schedule;
}

/** JSON of a request under other latencies, in `scooby show --json --latency`. */
export function publicWhatIf({ latencies, away, fixed, allFixed, findings }: WhatIf): object {
  const wins = findings.flatMap(({ id, win }) => (win === undefined ? [] : [{ id, win }]));
  return {
    ...{ latencies, duration: away },
    ...(fixed !== undefined && { fixed }),
    ...(allFixed !== undefined && { allFixed }),
    findings: wins,
  };
}
