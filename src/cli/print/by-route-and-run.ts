/** `scooby list --by route` and `--by run`: requests put together. */

import { formatMs, terminalSafeJson } from '../../domain/text.js';
import { publicRoute, publicRun } from '../../store/json.js';
import type { Aggregate, RunSummary, Selection, Store } from '../../store/store.js';
import { age } from '../../terminal/age.js';
import { cleanText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { type Cell, type Column, tableLines } from '../../terminal/table.js';

/** A route's requests, with the kinds of their findings, the most frequent first. */
export interface RouteAggregate extends Aggregate {
  findings: string[];
}

/** A run, and what its requests add up to. */
export interface RunAggregate extends RunSummary {
  aggregate?: Aggregate;
}

/** Answers the routes of the requests that pass, the costliest first. */
export function routeAggregates(store: Store, among: Selection): RouteAggregate[] {
  const found = store.aggregates('finding', among).sort((a, b) => b.requests - a.requests);
  return store.aggregates('route', among).map((route) => {
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
export function routeLines(
  routes: RouteAggregate[],
  short: (id: string) => string,
  format: OutputFormat,
): string[] {
  const rows = routes.map((route): Cell[] => {
    const { kind, text, count, p50, p95, worst, queries, mostQueries, errors, findings } = route;
    return [
      [cleanText(kind)],
      [cleanText(text)],
      [count.toLocaleString('en-US')],
      [formatMs(p50)],
      [formatMs(p95)],
      [formatMs(worst.ms)],
      [queries > 0 ? average(queries / count) : ''],
      [mostQueries > 0 ? mostQueries.toLocaleString('en-US') : ''],
      [errors > 0 ? errors.toLocaleString('en-US') : '', 'error'],
      [cleanText(findings.join(' ')).toUpperCase(), 'warn'],
      [short(worst.id), 'accent'],
    ];
  });
  return tableLines(ROUTES, rows, format);
}

/** `51`, `2.5`: no more digits than tell something. */
function average(value: number): string {
  return value < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value).toLocaleString('en-US');
}

/** Answers the lines of `--json`. */
export function routeJson(routes: RouteAggregate[]): string[] {
  return routes.map((route) => terminalSafeJson(publicRoute(route, route.findings)));
}

/** Answers the newest runs, and what their requests that pass add up to. */
export function runAggregates(store: Store, among: Selection, limit: number): RunAggregate[] {
  return store.runs(limit).map((run) => {
    const [sum] = store.aggregates('request', { ...among, run: run.number });
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
export function runLines(runs: RunAggregate[], format: OutputFormat): string[] {
  const rows = runs.map(({ number, start, command, requests, aggregate }): Cell[] => [
    [`${number}`, 'accent'],
    [age(start, format.now), 'dim'],
    [cleanText(command)],
    [requests.toLocaleString('en-US')],
    [aggregate ? formatMs(aggregate.p50) : ''],
    [aggregate ? formatMs(aggregate.p95) : ''],
    [aggregate ? formatMs(aggregate.worst.ms) : ''],
    [aggregate && aggregate.errors > 0 ? aggregate.errors.toLocaleString('en-US') : '', 'error'],
  ]);
  return tableLines(RUNS, rows, format);
}

/** Answers the lines of `--json`. */
export function runJson(runs: RunAggregate[]): string[] {
  return runs.map((run) => terminalSafeJson(publicRun(run, run.aggregate)));
}
