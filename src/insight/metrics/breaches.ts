/** Breaches of a budget: the limits that requests exceed, and the findings that are forbidden. */

import { binsOf, percentile } from '../../domain/histogram.js';
import type { Finding } from '../../domain/trace.js';
import { hash } from '../util/hash.js';
import { type Budget, type BudgetLimits, limitsFor } from './budget.js';
import { type BreachCause, highest, type RequestFacts } from './request-facts.js';

/** A limit or finding of a route, once for all requests that break it. */
export interface Breach {
  /** The finding's id, or a hash of rule and route: edits that move a line keep it. */
  id: string;
  rule: 'finding' | 'maxQueries' | 'maxQueryTime' | 'maxTime' | 'p95';
  /** Kind of the finding. */
  kind?: string;
  /** Severity of the finding. */
  severity?: Finding['severity'];
  route: string;
  message: string;
  suggestion?: string;
  /** Why a finding is certain. */
  proof?: string;
  site?: string;
  function?: string;
  /** Highest value: number of queries, or ms. */
  value?: number;
  /** Of a finding: ms that the worst request would take less if it were mended. */
  win?: number;
  /** ms of that request. */
  of?: number;
  /** The limit that `value` exceeds. */
  limit?: number;
  /** Number of requests that break it. */
  requests: number;
  /** Id of the request with the highest value. */
  worst: string;
}

const SEVERITIES: Finding['severity'][] = ['high', 'medium', 'low', 'info'];

/** Breaches of a budget, sorted by route; within a route, findings come first. */
export function breachesOf(budget: Budget, facts: RequestFacts[]): Breach[] {
  const byRoute = new Map<string, RequestFacts[]>();
  for (const request of facts) byRoute.set(request.route, [...(byRoute.get(request.route) ?? []), request]);
  return [...byRoute]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([route, requests]) => {
      const limits = limitsFor(budget, route);
      if (limits.skip) return [];
      return [...findingBreaches(limits, requests), ...limitBreaches(limits, route, requests)];
    });
}

function findingBreaches(limits: BudgetLimits, requests: RequestFacts[]): Breach[] {
  const byId = new Map<string, { finding: Finding; worst: string; of?: number; requests: number }>();
  for (const { id, findings, duration } of requests) {
    for (const finding of findings.filter((candidate) => isForbidden(limits, candidate))) {
      const known = byId.get(finding.id);
      const own = { finding, worst: id, ...(duration !== undefined && { of: duration }) };
      const { requests: _, ...worst } =
        !known || isWorse(finding, known.finding) ? { ...own, requests: 0 } : known;
      byId.set(finding.id, {
        ...worst,
        requests: (known?.requests ?? 0) + 1,
      });
    }
  }
  const breaches = [...byId.values()].sort((a, b) => (b.finding.win ?? 0) - (a.finding.win ?? 0));
  return breaches.map(({ finding, of, ...counts }) => {
    const { id, kind, severity, message, suggestion, site, function: name, win, proof } = finding;
    return {
      id,
      rule: 'finding' as const,
      kind,
      severity,
      route: requests[0]!.route,
      message,
      ...(suggestion !== undefined && { suggestion }),
      ...(proof !== undefined && { proof }),
      ...(site !== undefined && { site }),
      ...(name !== undefined && { function: name }),
      ...(win !== undefined && of !== undefined && { win, of }),
      ...counts,
    };
  });
}

function isWorse(a: Finding, b: Finding): boolean {
  const [winA = 0, winB = 0] = [a.win, b.win];
  return winA === winB ? a.ms > b.ms : winA > winB;
}

function isForbidden(
  { findings = [], severity = 'info', allow = [] }: BudgetLimits,
  finding: Finding,
): boolean {
  const covers = (kind: string) => kind === '*' || finding.kind.startsWith(kind);
  const isSevere = SEVERITIES.indexOf(finding.severity) <= SEVERITIES.indexOf(severity);
  return isSevere && findings.some(covers) && !allow.some(covers);
}

/** A value of a request that has a limit, and the message of its breach. */
interface LimitRule<R extends Breach['rule']> {
  rule: R;
  measure(request: RequestFacts): number;
  causeOf(request: RequestFacts): BreachCause | undefined;
  messageOf(value: number, limit: number, cause: BreachCause | undefined): string;
}

const ms = (value: number) => `${Math.round(value * 10) / 10}ms`;

const LIMIT_RULES: LimitRule<'maxQueries' | 'maxQueryTime' | 'maxTime'>[] = [
  {
    rule: 'maxQueries',
    measure: ({ queries }) => queries,
    causeOf: ({ mostQueries }) => mostQueries,
    messageOf: (value, limit, cause) =>
      `${value} queries, ${limit} are allowed; ${cause!.value} of them: ${cause!.text}`,
  },
  {
    rule: 'maxQueryTime',
    measure: ({ slowestQuery }) => slowestQuery?.value ?? 0,
    causeOf: ({ slowestQuery }) => slowestQuery,
    messageOf: (value, limit, cause) => `a query took ${ms(value)}, ${ms(limit)} are allowed: ${cause!.text}`,
  },
  {
    rule: 'maxTime',
    measure: ({ duration = 0 }) => duration,
    causeOf: ({ slowestQuery }) => slowestQuery,
    messageOf: (value, limit) => `a request took ${ms(value)}, ${ms(limit)} are allowed`,
  },
];

function limitBreaches(limits: BudgetLimits, route: string, requests: RequestFacts[]): Breach[] {
  return [
    ...LIMIT_RULES.flatMap((rule) => limitBreach(rule, limits[rule.rule], route, requests) ?? []),
    ...p95Breaches(limits.p95, route, requests),
  ];
}

function limitBreach(
  { rule, measure, causeOf, messageOf }: LimitRule<Breach['rule']>,
  limit: number | undefined,
  route: string,
  requests: RequestFacts[],
): Breach | undefined {
  if (limit === undefined) return undefined;
  const breaking = requests.filter((request) => measure(request) > limit);
  const worst = highest(breaking, measure);
  if (!worst) return undefined;
  const value = measure(worst);
  const cause = causeOf(worst);
  return {
    id: hash(`${rule}\n${route}`),
    rule,
    route,
    message: messageOf(value, limit, cause),
    ...(cause?.site !== undefined && { site: cause.site, function: cause.function! }),
    value,
    limit,
    requests: breaking.length,
    worst: worst.id,
  };
}

/** Breach of the 95th percentile; its requests are those slower than the limit. */
function p95Breaches(limit: number | undefined, route: string, requests: RequestFacts[]): Breach[] {
  const p95 = percentile(binsOf(requests.map(({ duration }) => duration)), 0.95);
  if (limit === undefined || p95 <= limit) return [];
  const rule: LimitRule<'p95'> = {
    rule: 'p95',
    measure: ({ duration = 0 }) => duration,
    causeOf: ({ slowestQuery }) => slowestQuery,
    messageOf: () => `95 of 100 requests took up to ${ms(p95)}, ${ms(limit)} are allowed`,
  };
  const breach = limitBreach(rule, limit, route, requests);
  return breach ? [{ ...breach, value: p95 }] : [];
}
