/** Aggregates of `scooby list --by route` and `--by run`, as text and as JSON. */

import { findingWord } from '../../domain/finding-kinds.js';
import { formatMs, terminalSafeJson } from '../../domain/text.js';
import { publicRoute, publicRun } from '../../store/json.js';
import type { Aggregate, RunSummary, Selection, StoreReader } from '../../store/store.js';
import { formatAge } from '../../terminal/age.js';
import { cleanText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { type Cell, type Column, tableLines } from '../../terminal/table.js';

/** Aggregate of a route, with the kinds of its findings, most frequent first. */
export interface RouteAggregate extends Aggregate {
  findings: string[];
}

/** A run and the aggregate of its requests; undefined without matching requests. */
export interface RunAggregate extends RunSummary {
  aggregate?: Aggregate;
}

/** Routes of the selected requests, costliest first. */
export async function routeAggregates(store: StoreReader, selection: Selection): Promise<RouteAggregate[]> {
  const findings = (await store.aggregates('finding', selection)).sort((a, b) => b.requests - a.requests);
  return (await store.aggregates('route', selection)).map((route) => {
    const ofRoute = findings.filter((finding) => finding.route === `${route.kind} ${route.text}`);
    return { ...route, findings: [...new Set(ofRoute.map(({ kind }) => kind))] };
  });
}

const ROUTE_COLUMNS: Column[] = [
  { head: 'METHOD' },
  { head: 'ROUTE', minWidth: 16 },
  { head: 'COUNT', align: 'right' },
  { head: 'P50', align: 'right' },
  { head: 'P95', align: 'right', dropOrder: 4 },
  { head: 'WORST', align: 'right' },
  { head: 'QUERIES', align: 'right', dropOrder: 3 },
  { head: 'MOST', align: 'right', dropOrder: 2 },
  { head: 'ERRORS', align: 'right' },
  { head: 'FOUND', dropOrder: 5 },
  { head: 'WORST IS', dropOrder: 1 },
];

/** Table of routes; QUERIES is the average per request, `short` abbreviates an id. */
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
      [queries > 0 ? formatAverage(queries / count) : ''],
      [mostQueries > 0 ? mostQueries.toLocaleString('en-US') : ''],
      [errors > 0 ? errors.toLocaleString('en-US') : '', 'error'],
      [findingWord(cleanText(findings.join(' '))), 'warn'],
      [short(worst.id), 'accent'],
    ];
  });
  return tableLines(ROUTE_COLUMNS, rows, format);
}

/** `51`, `2.5`: two significant digits are enough for an average. */
function formatAverage(value: number): string {
  return value < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value).toLocaleString('en-US');
}

/** Lines of `--by route --json`. */
export function routeJson(routes: RouteAggregate[]): string[] {
  return routes.map((route) => terminalSafeJson(publicRoute(route, route.findings)));
}

/** Newest runs, each with the aggregate of its selected requests. */
export async function runAggregates(
  store: StoreReader,
  selection: Selection,
  limit: number,
): Promise<RunAggregate[]> {
  const runs: RunAggregate[] = [];
  for (const run of await store.runs(limit)) {
    const [aggregate] = await store.aggregates('request', { ...selection, run: run.number });
    runs.push({ ...run, requests: aggregate?.requests ?? 0, ...(aggregate && { aggregate }) });
  }
  return runs;
}

const RUN_COLUMNS: Column[] = [
  { head: 'RUN', align: 'right' },
  { head: 'BEGAN', align: 'right' },
  { head: 'COMMAND', minWidth: 16 },
  { head: 'REQUESTS', align: 'right' },
  { head: 'P50', align: 'right', dropOrder: 2 },
  { head: 'P95', align: 'right', dropOrder: 3 },
  { head: 'WORST', align: 'right', dropOrder: 1 },
  { head: 'ERRORS', align: 'right', dropOrder: 4 },
];

const HOST_COLUMN: Column = { head: 'HOST', dropOrder: 5 };

/** Table of runs; of a shared store with the hosts that they are on. */
export function runLines(runs: RunAggregate[], format: OutputFormat): string[] {
  const hasHosts = runs.some(({ host }) => host !== undefined);
  const rows = runs.map(({ number, start, command, host, requests, aggregate }): Cell[] => [
    [`${number}`, 'accent'],
    [formatAge(start, format.now), 'dim'],
    [cleanText(command)],
    ...(hasHosts ? [[cleanText(host ?? '')] as Cell] : []),
    [requests.toLocaleString('en-US')],
    [aggregate ? formatMs(aggregate.p50) : ''],
    [aggregate ? formatMs(aggregate.p95) : ''],
    [aggregate ? formatMs(aggregate.worst.ms) : ''],
    [aggregate && aggregate.errors > 0 ? aggregate.errors.toLocaleString('en-US') : '', 'error'],
  ]);
  const columns = RUN_COLUMNS.toSpliced(3, 0, ...(hasHosts ? [HOST_COLUMN] : []));
  return tableLines(columns, rows, format);
}

/** Lines of `--by run --json`. */
export function runJson(runs: RunAggregate[]): string[] {
  return runs.map((run) => terminalSafeJson(publicRun(run, run.aggregate)));
}
