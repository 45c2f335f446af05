/** `scooby list --by route` and `--by run`: requests put together. */

import { json, ms } from '../../domain/text.js';
import { publicRoute, publicRun } from '../../store/json.js';
import type { Among, RunSummary, Store, Sum } from '../../store/store.js';
import { age } from '../../terminal/age.js';
import { clean } from '../../terminal/cells.js';
import type { Screen } from '../../terminal/output-format.js';
import { type Cell, type Column, table } from '../../terminal/table.js';

/** A route's requests, with the kinds of their findings, the most frequent first. */
export interface Route extends Sum {
  findings: string[];
}

/** A run, and what its requests add up to. */
export interface Ran extends RunSummary {
  sum?: Sum;
}

/** Answers the routes of the requests that pass, the costliest first. */
export function routesOf(store: Store, among: Among): Route[] {
  const found = store.sums('finding', among).sort((a, b) => b.requests - a.requests);
  return store.sums('route', among).map((route) => {
    const own = found.filter((finding) => finding.route === `${route.kind} ${route.text}`);
    return { ...route, findings: [...new Set(own.map(({ kind }) => kind))] };
  });
}

const ROUTES: Column[] = [
  { head: 'METHOD' },
  { head: 'ROUTE', atLeast: 16 },
  { head: 'COUNT', align: 'right' },
  { head: 'P50', align: 'right' },
  { head: 'P95', align: 'right', gone: 4 },
  { head: 'WORST', align: 'right' },
  { head: 'QUERIES', align: 'right', gone: 3 },
  { head: 'MOST', align: 'right', gone: 2 },
  { head: 'ERRORS', align: 'right' },
  { head: 'FOUND', gone: 5 },
  { head: 'WORST IS', gone: 1 },
];

/** Answers the table of routes; queries are those of an average request. */
export function routeLines(routes: Route[], short: (id: string) => string, screen: Screen): string[] {
  const rows = routes.map((route): Cell[] => {
    const { kind, text, count, p50, p95, worst, queries, mostQueries, errors, findings } = route;
    return [
      [clean(kind)],
      [clean(text)],
      [count.toLocaleString('en-US')],
      [ms(p50)],
      [ms(p95)],
      [ms(worst.ms)],
      [queries > 0 ? average(queries / count) : ''],
      [mostQueries > 0 ? mostQueries.toLocaleString('en-US') : ''],
      [errors > 0 ? errors.toLocaleString('en-US') : '', 'error'],
      [clean(findings.join(' ')).toUpperCase(), 'warn'],
      [short(worst.id), 'accent'],
    ];
  });
  return table(ROUTES, rows, screen);
}

/** `51`, `2.5`: no more digits than tell something. */
function average(value: number): string {
  return value < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value).toLocaleString('en-US');
}

/** Answers the lines of `--json`. */
export function routeJson(routes: Route[]): string[] {
  return routes.map((route) => json(publicRoute(route, route.findings)));
}

/** Answers the newest runs, and what their requests that pass add up to. */
export function ransOf(store: Store, among: Among, limit: number): Ran[] {
  return store.runs(limit).map((run) => {
    const [sum] = store.sums('request', { ...among, run: run.number });
    return { ...run, requests: sum?.requests ?? 0, ...(sum && { sum }) };
  });
}

const RUNS: Column[] = [
  { head: 'RUN', align: 'right' },
  { head: 'BEGAN', align: 'right' },
  { head: 'COMMAND', atLeast: 16 },
  { head: 'REQUESTS', align: 'right' },
  { head: 'P50', align: 'right', gone: 2 },
  { head: 'P95', align: 'right', gone: 3 },
  { head: 'WORST', align: 'right', gone: 1 },
  { head: 'ERRORS', align: 'right', gone: 4 },
];

/** Answers the table of runs. */
export function ranLines(runs: Ran[], screen: Screen): string[] {
  const rows = runs.map(({ number, start, command, requests, sum }): Cell[] => [
    [`${number}`, 'accent'],
    [age(start, screen.now), 'dim'],
    [clean(command)],
    [requests.toLocaleString('en-US')],
    [sum ? ms(sum.p50) : ''],
    [sum ? ms(sum.p95) : ''],
    [sum ? ms(sum.worst.ms) : ''],
    [sum && sum.errors > 0 ? sum.errors.toLocaleString('en-US') : '', 'error'],
  ]);
  return table(RUNS, rows, screen);
}

/** Answers the lines of `--json`. */
export function ranJson(runs: Ran[]): string[] {
  return runs.map((run) => json(publicRun(run, run.sum)));
}
