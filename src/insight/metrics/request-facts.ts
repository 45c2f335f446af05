/** Facts of a request that budgets limit: kept of each request until all have ended. */

import type { Latencies } from '../../domain/latency.js';
import { queriesOf } from '../../domain/request.js';
import { routeNameOf } from '../../domain/route.js';
import { countedSpans, type Finding, type Trace } from '../../domain/trace.js';
import { type Group, groupsOf } from '../calls/groups.js';
import { DEFAULT_RULE_LIMITS } from '../scene.js';
import { whatIf } from '../win/what-if.js';

/** Calls that exceed a limit, and their call site. */
export interface BreachCause {
  /** Shape of the calls. */
  text: string;
  site?: string;
  function?: string;
  /** Number of calls, or ms. */
  value: number;
}

/** What a budget compares of a request. */
export interface RequestFacts {
  id: string;
  /** Method and route. */
  route: string;
  /** ms; missing for a request that did not end. */
  duration?: number;
  queries: number;
  findings: Finding[];
  /** Statement that ran most often. */
  mostQueries?: BreachCause;
  /** Statement with the slowest call. */
  slowestQuery?: BreachCause;
  /** Spans that were dropped, because the request had too many. */
  dropped: number;
}

/** Facts of a trace's request. */
export function requestFactsOf(trace: Trace): RequestFacts {
  const { id, method, duration, findings, dropped = 0 } = trace;
  const spans = countedSpans(trace.spans);
  const groups = groupsOf(spans).filter(({ kind }) => kind === 'sql');
  const slowestMs = ({ slowest }: Group) => spans[slowest]!.duration ?? 0;
  const most = highest(groups, (group) => group.spans.length);
  const slowest = highest(groups, slowestMs);
  return {
    id,
    route: `${method} ${routeNameOf(trace)}`,
    findings,
    queries: queriesOf(trace),
    dropped,
    ...(duration !== undefined && { duration }),
    ...(most && { mostQueries: causeOf(most, most.spans.length) }),
    ...(slowest && { slowestQuery: causeOf(slowest, slowestMs(slowest)) }),
  };
}

/** Facts of a request as it would be under latencies: a loop that would cost that much is severe. */
export function requestFactsAway(trace: Trace, latencies: Latencies): RequestFacts {
  const facts = requestFactsOf(trace);
  const distant = whatIf(trace, latencies);
  if (distant === undefined) return facts;
  const isSevere = ({ kind, win = 0 }: Finding) =>
    kind.startsWith('n+1') && win >= DEFAULT_RULE_LIMITS.loopHighMs;
  const findings = distant.findings.map(
    (finding): Finding => (isSevere(finding) ? { ...finding, severity: 'high' } : finding),
  );
  return { ...facts, duration: distant.away, findings };
}

function causeOf({ shape, site, frame }: Group, value: number): BreachCause {
  return { text: shape, value, ...(site !== undefined && { site, function: frame!.function }) };
}

/** Item with the highest value, the first of equal ones; undefined for an empty list. */
export function highest<T>(items: T[], measure: (item: T) => number): T | undefined {
  return items.reduce<T | undefined>(
    (best, item) => (best && measure(best) >= measure(item) ? best : item),
    undefined,
  );
}
