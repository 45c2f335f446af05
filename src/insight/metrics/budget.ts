/** Budgets: what requests may cost and what may be wrong with them, and which requests break one. Pure. */

import { binsOf, percentile } from '../../domain/histogram.js';
import { queriesOf } from '../../domain/request.js';
import { routeNameOf } from '../../domain/route.js';
import type { Finding, Trace } from '../../domain/trace.js';
import { groupsOf } from '../calls/groups.js';
import { hash } from '../util/hash.js';

/** What the requests of a route may cost. Times are ms. */
export interface BudgetLimits {
  /** SQL calls of one request. */
  maxQueries?: number;
  /** ms of one SQL call. */
  maxQueryTime?: number;
  /** ms of one request. */
  maxTime?: number;
  /** ms that 95 of 100 requests of a route may take. */
  p95?: number;
  /** Kinds of findings that are not allowed; a kind covers those that begin with it, `*` all. */
  findings?: string[];
  /** From which severity on. */
  severity?: Finding['severity'];
  /** Kinds that are allowed all the same. */
  allow?: string[];
  /** The route is not judged. */
  skip?: boolean;
}

/** Limits for every route, and others for some: `GET /orders`, `/api/*`; of several that fit, the last one holds. */
export interface Budget extends BudgetLimits {
  routes?: Record<string, BudgetLimits>;
}

/** What holds where nothing is said: no severe N+1. */
export const DEFAULT_LIMITS: Required<Pick<BudgetLimits, 'findings' | 'severity' | 'allow'>> = {
  findings: ['n+1'],
  severity: 'high',
  allow: [],
};

/** Calls that a limit is broken by, and their line. */
export interface Blame {
  text: string;
  site?: string;
  function?: string;
  /** Calls, or ms. */
  value: number;
}

/** What is kept of a request until all have been made. */
export interface RequestFacts {
  id: string;
  /** Method and route. */
  route: string;
  duration?: number;
  queries: number;
  findings: Finding[];
  /** The line that asked most queries, and the query that took longest. */
  most?: Blame;
  slowest?: Blame;
  dropped: number;
}

/** A budget that was broken, once for all requests that break it in the same way. */
export interface Breach {
  /** Of a finding its own; survives edits that move the line. */
  id: string;
  rule: 'finding' | 'maxQueries' | 'maxQueryTime' | 'maxTime' | 'p95';
  /** Of the finding. */
  kind?: string;
  severity?: Finding['severity'];
  route: string;
  message: string;
  suggestion?: string;
  site?: string;
  function?: string;
  /** What it was, and what it may be. */
  value?: number;
  limit?: number;
  /** How many requests break it, and the id of the one that does most. */
  requests: number;
  worst: string;
}

const GRAVITY: Finding['severity'][] = ['high', 'medium', 'low', 'info'];

/** Answers what a budget may ask of a request. */
export function requestFactsOf(trace: Trace): RequestFacts {
  const { id, method, duration, spans, findings, dropped = 0 } = trace;
  const groups = groupsOf(spans).filter(({ kind }) => kind === 'sql');
  const blame = ({ shape, site, frame }: (typeof groups)[number], value: number): Blame => ({
    text: shape,
    value,
    ...(site !== undefined && { site, function: frame!.function }),
  });
  const timeOf = ({ slowest }: (typeof groups)[number]) => spans[slowest]!.duration ?? 0;
  const most = highest(groups, (group) => group.spans.length);
  const slowest = highest(groups, timeOf);
  return {
    id,
    route: `${method} ${routeNameOf(trace)}`,
    findings,
    queries: queriesOf(trace),
    dropped,
    ...(duration !== undefined && { duration }),
    ...(most && { most: blame(most, most.spans.length) }),
    ...(slowest && { slowest: blame(slowest, timeOf(slowest)) }),
  };
}

function highest<T>(list: T[], of: (one: T) => number): T | undefined {
  return list.reduce<T | undefined>((best, one) => (best && of(best) >= of(one) ? best : one), undefined);
}

/** Answers what holds for a route. */
export function limitsFor(budget: Budget, route: string): BudgetLimits {
  const { routes = {}, ...all } = budget;
  const fitting = Object.entries(routes).filter(([pattern]) => fitsRoute(pattern, route));
  return Object.assign({ ...DEFAULT_LIMITS, ...all }, ...fitting.map(([, limits]) => limits)) as BudgetLimits;
}

/** Answers whether `GET /orders`, `/orders` or `/api/*` means a route; `*` stands for anything. */
export function fitsRoute(pattern: string, route: string): boolean {
  const whole = /^[A-Z]+ /.test(pattern) ? route : route.slice(route.indexOf(' ') + 1);
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(whole);
}

/** Answers the budgets that requests break, findings first, by route. */
export function breachesOf(budget: Budget, facts: RequestFacts[]): Breach[] {
  const routes = new Map<string, RequestFacts[]>();
  for (const one of facts) routes.set(one.route, [...(routes.get(one.route) ?? []), one]);
  return [...routes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([route, requests]) => {
      const limits = limitsFor(budget, route);
      if (limits.skip) return [];
      return [...findingBreaches(limits, requests), ...limitBreaches(limits, route, requests)];
    });
}

function findingBreaches(limits: BudgetLimits, requests: RequestFacts[]): Breach[] {
  const found = new Map<string, { finding: Finding; worst: string; requests: number }>();
  for (const { id, findings } of requests) {
    for (const finding of findings.filter((one) => isForbidden(limits, one))) {
      const known = found.get(finding.id);
      const worse = !known || finding.ms > known.finding.ms;
      const holder = worse ? { finding, worst: id } : known;
      found.set(finding.id, {
        finding: holder.finding,
        worst: holder.worst,
        requests: (known?.requests ?? 0) + 1,
      });
    }
  }
  return [...found.values()].map(({ finding, ...seen }) => {
    const { id, kind, severity, message, suggestion, site, function: name } = finding;
    return {
      id,
      rule: 'finding' as const,
      kind,
      severity,
      route: requests[0]!.route,
      message,
      ...(suggestion !== undefined && { suggestion }),
      ...(site !== undefined && { site }),
      ...(name !== undefined && { function: name }),
      ...seen,
    };
  });
}

function isForbidden(
  { findings = [], severity = 'info', allow = [] }: BudgetLimits,
  finding: Finding,
): boolean {
  const covers = (kind: string) => kind === '*' || finding.kind.startsWith(kind);
  const grave = GRAVITY.indexOf(finding.severity) <= GRAVITY.indexOf(severity);
  return grave && findings.some(covers) && !allow.some(covers);
}

const MS = (value: number) => `${Math.round(value * 10) / 10}ms`;

function limitBreaches(limits: BudgetLimits, route: string, requests: RequestFacts[]): Breach[] {
  const { maxQueries, maxQueryTime, maxTime, p95 } = limits;
  const over = (
    rule: Exclude<Breach['rule'], 'finding'>,
    limit: number | undefined,
    of: (one: RequestFacts) => number,
    say: (value: number, blame: Blame | undefined) => string,
    blameOf: (one: RequestFacts) => Blame | undefined = () => undefined,
  ): Breach[] => {
    const breaking = requests.filter((one) => limit !== undefined && of(one) > limit);
    const worst = highest(breaking, of);
    if (!worst) return [];
    const value = of(worst);
    const blame = blameOf(worst);
    return [
      {
        id: hash(`${rule}\n${route}`),
        rule,
        route,
        message: say(value, blame),
        ...(blame?.site !== undefined && { site: blame.site, function: blame.function! }),
        value,
        limit: limit!,
        requests: breaking.length,
        worst: worst.id,
      },
    ];
  };
  const rank = percentile(binsOf(requests.map(({ duration }) => duration)), 0.95);
  return [
    ...over(
      'maxQueries',
      maxQueries,
      ({ queries }) => queries,
      (value, blame) =>
        `${value} queries, ${maxQueries} are allowed; ${blame!.value} of them: ${blame!.text}`,
      ({ most }) => most,
    ),
    ...over(
      'maxQueryTime',
      maxQueryTime,
      ({ slowest }) => slowest?.value ?? 0,
      (value, blame) => `a query took ${MS(value)}, ${MS(maxQueryTime!)} are allowed: ${blame!.text}`,
      ({ slowest }) => slowest,
    ),
    ...over(
      'maxTime',
      maxTime,
      ({ duration = 0 }) => duration,
      (value) => `a request took ${MS(value)}, ${MS(maxTime!)} are allowed`,
      ({ slowest }) => slowest,
    ),
    // Those that took longer than the route may are to be looked at.
    ...(p95 !== undefined && rank > p95
      ? over(
          'p95',
          p95,
          ({ duration = 0 }) => duration,
          () => `95 of 100 requests took up to ${MS(rank)}, ${MS(p95)} are allowed`,
          ({ slowest }) => slowest,
        ).map((breach) => ({ ...breach, value: rank }))
      : []),
  ];
}
