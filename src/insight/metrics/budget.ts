/** Budgets: limits for requests, for all routes and for some of them. */

import type { Finding } from '../../domain/trace.js';

/** Limits for the requests of a route. */
export interface BudgetLimits {
  /** SQL calls of one request. */
  maxQueries?: number;
  /** ms of one SQL call. */
  maxQueryTime?: number;
  /** ms of one request. */
  maxTime?: number;
  /** ms of the 95th percentile of a route's requests. */
  p95?: number;
  /** Forbidden kinds of findings, as prefixes: `n+1` covers `n+1-cache`; `*` covers all. */
  findings?: string[];
  /** Least severity that is forbidden. */
  severity?: Finding['severity'];
  /** Allowed kinds of findings, as prefixes; exceptions to `findings`. */
  allow?: string[];
  /** The route has no limits. */
  skip?: boolean;
}

/** Limits of all routes, and by pattern of some (`GET /orders`, `/api/*`); the last match wins. */
export interface Budget extends BudgetLimits {
  routes?: Record<string, BudgetLimits>;
}

/** Limits without a budget: no N+1 of high severity. */
const DEFAULT_LIMITS: Required<Pick<BudgetLimits, 'findings' | 'severity' | 'allow'>> = {
  findings: ['n+1'],
  severity: 'high',
  allow: [],
};

/** Limits of a route `GET /orders/:id`: the defaults, overridden by the budget and its patterns. */
export function limitsFor(budget: Budget, route: string): BudgetLimits {
  const { routes = {}, ...general } = budget;
  const matching = Object.entries(routes).filter(([pattern]) => fitsRoute(pattern, route));
  return Object.assign(
    { ...DEFAULT_LIMITS, ...general },
    ...matching.map(([, limits]) => limits),
  ) as BudgetLimits;
}

/** Whether a pattern `GET /orders`, `/orders` or `/api/*` matches a route; `*` matches any text. */
export function fitsRoute(pattern: string, route: string): boolean {
  const compared = /^[A-Z]+ /.test(pattern) ? route : route.slice(route.indexOf(' ') + 1);
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(compared);
}
