/** Two requests or two runs from the store, made comparable. */

import type { Finding, Trace } from '../../domain/trace.js';
import { roundToMicros } from '../../domain/trace.js';
import {
  type Change,
  type ComparedCalls,
  compareCalls,
  comparedCallsOf,
  type FindingChanges,
  findingChanges,
} from '../../insight/metrics/compare.js';
import type { Aggregate, RunSummary, Store } from '../../store/store.js';

/** One figure of both sides; missing where a side has none. */
export interface MetricChange {
  name: string;
  unit: 'ms' | 'count';
  before?: number | undefined;
  after?: number | undefined;
}

/** A finding, as far as both a request and a run know it. */
export type ComparedFinding = Pick<Finding, 'id' | 'kind' | 'message' | 'ms'> &
  Partial<Pick<Finding, 'site' | 'function' | 'severity'>> & { requests?: number };

/** A side's name: a request's or a run's. */
export type ComparedSide = { trace: Trace } | { run: RunSummary };

/** All that is told of two sides. */
export interface Difference {
  before: ComparedSide;
  after: ComparedSide;
  metrics: MetricChange[];
  findings: FindingChanges<ComparedFinding>;
  /** Of runs: the routes, `ms` being the middle of their times. */
  routes?: Change[];
  calls: Change[];
}

/** Answers the difference of two requests. */
export function diffTraces(before: Trace, after: Trace): Difference {
  const kinds = new Set([...Object.keys(before.totals), ...Object.keys(after.totals)]);
  const ofKinds = [...kinds].flatMap((kind): MetricChange[] => [
    { name: kind, unit: 'count', before: before.totals[kind]?.count, after: after.totals[kind]?.count },
    { name: `${kind} time`, unit: 'ms', before: before.totals[kind]?.ms, after: after.totals[kind]?.ms },
  ]);
  return {
    before: { trace: before },
    after: { trace: after },
    metrics: [{ name: 'time', unit: 'ms', before: before.duration, after: after.duration }, ...ofKinds],
    findings: findingChanges<ComparedFinding>(before.findings, after.findings),
    calls: compareCalls(comparedCallsOf(before), comparedCallsOf(after)),
  };
}

/** Answers the difference of two runs: of their calls, how often an average request makes them, and how long one takes. */
export function diffRuns(store: Store, before: RunSummary, after: RunSummary): Difference {
  const [old, now] = [measured(store, before), measured(store, after)];
  const figure = (
    name: string,
    unit: MetricChange['unit'],
    of: (side: Measured) => number | undefined,
  ): MetricChange => ({
    name,
    unit,
    before: of(old),
    after: of(now),
  });
  return {
    before: { run: before },
    after: { run: after },
    metrics: [
      figure('requests', 'count', ({ all }) => all?.count),
      figure('p50', 'ms', ({ all }) => all?.p50),
      figure('p95', 'ms', ({ all }) => all?.p95),
      figure('errors', 'count', ({ all }) => all?.errors),
      figure('queries each', 'count', ({ all }) => all && average(all.queries, all.count)),
    ],
    findings: findingChanges(old.findings, now.findings),
    routes: compareCalls(old.routes, now.routes),
    calls: compareCalls(old.calls, now.calls),
  };
}

interface Measured {
  all: Aggregate | undefined;
  findings: ComparedFinding[];
  routes: ComparedCalls[];
  calls: ComparedCalls[];
}

function measured(store: Store, { number }: RunSummary): Measured {
  const among = { run: number };
  const findings = store
    .aggregates('finding', among)
    .map(({ key, kind, text, site, function: name, ms, requests }) => ({
      id: key,
      kind,
      message: text,
      ms,
      requests,
      ...(site !== undefined && { site }),
      ...(name !== undefined && { function: name }),
    }));
  const routes = store.aggregates('route', among);
  const calls = store.aggregates('call', among);
  return {
    all: store.aggregates('request', among)[0],
    findings,
    routes: routes.map(askedOf),
    calls: calls.map(askedOf),
  };
}

function askedOf({ kind, text, site, function: name, count, requests, p50 }: Aggregate): ComparedCalls {
  return {
    kind,
    text,
    count: average(count, requests),
    ms: p50,
    ...(site !== undefined && { site }),
    ...(name !== undefined && { function: name }),
  };
}

function average(count: number, requests: number): number {
  return requests > 0 ? roundToMicros(count / requests) : 0;
}
