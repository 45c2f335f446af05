/** Difference of two requests or two runs. */

import { comparedParts, partFigure, type TimePart, timeSpentIn } from '../../domain/time-spent.js';
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
import type { Aggregate, RunSummary, StoreReader } from '../../store/store.js';

/** A metric of both sides; undefined on a side without it. */
export interface MetricChange {
  name: string;
  unit: 'ms' | 'count';
  before?: number | undefined;
  after?: number | undefined;
}

/** The fields of a finding that both a request and a run have. */
export type ComparedFinding = Pick<Finding, 'id' | 'kind' | 'message' | 'ms'> &
  Partial<Pick<Finding, 'site' | 'function' | 'severity'>> & { requests?: number };

/** One side of a comparison: a request or a run. */
export type ComparedSide = { trace: Trace } | { run: RunSummary };

/** Result of a comparison. */
export interface Difference {
  before: ComparedSide;
  after: ComparedSide;
  metrics: MetricChange[];
  findings: FindingChanges<ComparedFinding>;
  /** Routes of two runs; `ms` is their p50. */
  routes?: Change[];
  calls: Change[];
}

/** Difference of two requests. */
export function diffTraces(before: Trace, after: Trace): Difference {
  const kinds = new Set([...Object.keys(before.totals), ...Object.keys(after.totals)]);
  const counts = [...kinds].map(
    (kind): MetricChange => ({
      ...{ name: kind, unit: 'count' },
      ...{ before: before.totals[kind]?.count, after: after.totals[kind]?.count },
    }),
  );
  const times = comparedParts(timeSpentIn(before).parts, timeSpentIn(after).parts);
  return {
    before: { trace: before },
    after: { trace: after },
    metrics: [
      { name: 'time', unit: 'ms', before: before.duration, after: after.duration },
      ...times.map(({ part, ...both }): MetricChange => ({ name: partFigure(part), unit: 'ms', ...both })),
      ...counts,
    ],
    findings: findingChanges<ComparedFinding>(before.findings, after.findings),
    calls: compareCalls(comparedCallsOf(before), comparedCallsOf(after)),
  };
}

/** Difference of two runs; a call's `count` is per request, its `ms` the p50. */
export async function diffRuns(
  store: StoreReader,
  before: RunSummary,
  after: RunSummary,
): Promise<Difference> {
  const [old, now] = [await runMetrics(store, before), await runMetrics(store, after)];
  const metric = (
    name: string,
    unit: MetricChange['unit'],
    read: (run: RunMetrics) => number | undefined,
  ): MetricChange => ({
    name,
    unit,
    before: read(old),
    after: read(now),
  });
  return {
    before: { run: before },
    after: { run: after },
    metrics: [
      metric('requests', 'count', ({ requests }) => requests?.count),
      metric('p50', 'ms', ({ requests }) => requests?.p50),
      metric('p95', 'ms', ({ requests }) => requests?.p95),
      metric('errors', 'count', ({ requests }) => requests?.errors),
      metric(
        'queries each',
        'count',
        ({ requests }) => requests && average(requests.queries, requests.count),
      ),
      ...comparedParts(old.time, now.time).map(
        ({ part, ...both }): MetricChange => ({
          name: `${partFigure(part)} each`,
          unit: 'ms',
          ...both,
        }),
      ),
    ],
    findings: findingChanges(old.findings, now.findings),
    routes: compareCalls(old.routes, now.routes),
    calls: compareCalls(old.calls, now.calls),
  };
}

interface RunMetrics {
  /** All requests of the run in one aggregate. */
  requests: Aggregate | undefined;
  findings: ComparedFinding[];
  routes: ComparedCalls[];
  calls: ComparedCalls[];
  /** Where the time of an average request went. */
  time: TimePart[];
}

async function runMetrics(store: StoreReader, { number }: RunSummary): Promise<RunMetrics> {
  const selection = { run: number };
  const findings = (await store.aggregates('finding', selection)).map(
    ({ key, kind, text, site, function: name, ms, requests }) => ({
      id: key,
      kind,
      message: text,
      ms,
      requests,
      ...(site !== undefined && { site }),
      ...(name !== undefined && { function: name }),
    }),
  );
  const routes = await store.aggregates('route', selection);
  const calls = await store.aggregates('call', selection);
  const [requests] = await store.aggregates('request', selection);
  const time = (await store.aggregates('time', selection)).map(({ kind, ms }) => ({
    part: kind,
    ms: average(ms, requests?.count ?? 0),
  }));
  return {
    requests,
    findings,
    time,
    routes: routes.map(comparedCallsFrom),
    calls: calls.map(comparedCallsFrom),
  };
}

function comparedCallsFrom({
  kind,
  text,
  site,
  function: name,
  count,
  requests,
  p50,
}: Aggregate): ComparedCalls {
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
