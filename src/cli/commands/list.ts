/** `scooby list`: the newest requests as a table. */

import { type Command, Option } from 'commander';
import { formatMs, terminalSafeJson } from '../../domain/text.js';
import type { Summary } from '../../domain/trace.js';
import { publicSummary } from '../../store/json.js';
import type { Store } from '../../store/store.js';
import { age } from '../../terminal/age.js';
import { cleanText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { statusRole } from '../../terminal/roles.js';
import { type Cell, type Column, tableLines } from '../../terminal/table.js';
import { parseCount } from '../config/units.js';
import { outputFormat, printLines, printRemark } from '../output.js';
import {
  type RouteAggregate,
  type RunAggregate,
  routeAggregates,
  routeJson,
  routeLines,
  runAggregates,
  runJson,
  runLines,
} from '../print/by-route-and-run.js';
import { formatTotal } from '../print/totals.js';
import { addFilterOptions, type FilterFlags, queryFromOptions } from '../select/filter-options.js';
import { shortId } from '../select/request.js';
import { addStoreOptions, type StoreFlags, withStore } from '../select/store-options.js';

type ListFlags = StoreFlags & FilterFlags & { limit: number; by?: 'route' | 'run' };

/** Adds the command to the program. */
export function registerList(program: Command): void {
  const command = addFilterOptions(
    program
      .command('list')
      .description('the newest requests, newest first; or all of them, by route or by run')
      .option('-n, --limit <count>', 'how many', parseCount, 20)
      .addOption(
        new Option('--by <what>', 'put together: by route, the costliest first; by run').choices([
          'route',
          'run',
        ]),
      ),
  )
    .option('--json', 'one JSON object a line, as docs/trace.md describes')
    .addHelpText(
      'after',
      `
Examples:
  scooby list --status 5xx            what failed
  scooby list --path /orders -n 5     the last five that had to do with orders
  scooby list --slower 500ms          what was slow
  scooby list n1 '!health'            what the browser's filter finds
  scooby list --by route --since 1h   each route's times, queries and findings
  scooby list --by run                what diff --runs can compare
  scooby list --json | jq .url        for other tools`,
    )
    .action((filter: string[], flags: ListFlags) => withStore(flags, (store) => list(store, filter, flags)));
  addStoreOptions(command);
}

function list(store: Store, filter: string[], flags: ListFlags): void {
  const format = outputFormat(flags);
  const among = { query: queryFromOptions(filter, flags) };
  const short = (id: string) => shortId(store, id);
  if (flags.by === 'route')
    return listRoutes(routeAggregates(store, among).slice(0, flags.limit), flags, short, format);
  if (flags.by === 'run') return listRuns(runAggregates(store, among, flags.limit), flags, format);
  const found = store.recent(among, flags.limit);
  if (flags.json) return printLines(found.map((summary) => terminalSafeJson(publicSummary(summary))));
  const all = among.query.length === 0;
  if (found.length === 0) printRemark(all ? EMPTY : NO_MATCH);
  else printLines(listLines(found, short, format));
  const below = [
    ...(all ? outsideLines(store.outside(1), short, format) : []),
    ...(format.width < Infinity ? hintLines(found, short, format) : []),
  ];
  if (below.length > 0) printLines(['', ...below]);
}

function listRoutes(
  routes: RouteAggregate[],
  { json }: ListFlags,
  short: (id: string) => string,
  format: OutputFormat,
): void {
  if (json) printLines(routeJson(routes));
  else if (routes.length === 0) printRemark(NO_AGGREGATES);
  else printLines(routeLines(routes, short, format));
}

function listRuns(runs: RunAggregate[], { json }: ListFlags, format: OutputFormat): void {
  if (json) printLines(runJson(runs));
  else if (runs.length === 0) printRemark(NO_AGGREGATES);
  else printLines(runLines(runs, format));
}

/** What is said where nothing adds up. */
export const NO_AGGREGATES =
  'Nothing to add up: no request that is kept matches. What earlier versions recorded is not added up.';
const NO_MATCH = 'No request that is kept matches. All of them:  scooby list';
const EMPTY =
  'No request is kept: none has come yet, or their time is over. Send one to the address that scooby run printed.';

const COLUMNS: Column[] = [
  { head: 'AGE', align: 'right', gone: 1 },
  { head: 'METHOD' },
  { head: 'PATH', atLeast: 16 },
  { head: 'STATUS', align: 'right' },
  { head: 'TIME', align: 'right' },
  { head: 'QUERIES', align: 'right', gone: 3 },
  { head: 'IN SQL', align: 'right', gone: 2 },
  { head: 'FOUND' },
  { head: 'ID' },
];

/** Answers the table of the requests. */
export function listLines(
  requests: Summary[],
  short: (id: string) => string,
  format: OutputFormat,
): string[] {
  const rows = requests.map((request): Cell[] => {
    const { method, url, duration, start, totals, findings, id } = request;
    const sql = totals.sql;
    return [
      [age(start, format.now), 'dim'],
      [cleanText(method)],
      [cleanText(url)],
      statusCell(request),
      [duration === undefined ? '' : formatMs(duration)],
      [sql ? sql.count.toLocaleString('en-US') : '', sql?.errors ? 'error' : undefined],
      [sql?.ms ? formatMs(sql.ms) : ''],
      [cleanText(findings.join(' ')).toUpperCase(), 'warn'],
      [short(id), 'accent'],
    ];
  });
  return tableLines(COLUMNS, rows, format);
}

function statusCell({ status, state }: Summary): Cell {
  if (state === 'died') return ['died', 'error'];
  return status === undefined ? [state, 'dim'] : [`${status}`, statusRole(status)];
}

/** Answers one line for what a process did outside of requests, if it did anything. */
export function outsideLines(
  [newest]: Summary[],
  short: (id: string) => string,
  { style }: OutputFormat,
): string[] {
  if (!newest || newest.spans === 0) return [];
  const totals = Object.entries(newest.totals).map(([kind, total]) => formatTotal(kind, total));
  const show = style('accent', `scooby show ${short(newest.id)}`);
  return [`${style('dim', 'outside requests:')} ${totals.join('  ')}   ${show}`];
}

/** Answers how to go on from the list: to the first request with a finding, else to the first. */
function hintLines(found: Summary[], short: (id: string) => string, { style }: OutputFormat): string[] {
  const request = found.find(({ findings }) => findings.length > 0) ?? found[0];
  if (!request) return [];
  return [`${style('dim', 'what one of them did:')} ${style('accent', `scooby show ${short(request.id)}`)}`];
}
