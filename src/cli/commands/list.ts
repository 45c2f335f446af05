/** `scooby list`: the newest requests as a table. */

import { type Command, Option } from 'commander';
import { json, ms } from '../../domain/text.js';
import { publicSummary } from '../../store/json.js';
import type { Store, Summary } from '../../store/store.js';
import { age } from '../../terminal/age.js';
import { clean } from '../../terminal/cells.js';
import type { Screen } from '../../terminal/output-format.js';
import { statusRole } from '../../terminal/roles.js';
import { type Cell, type Column, table } from '../../terminal/table.js';
import { parseCount } from '../config/units.js';
import { print, remark, screenOf } from '../output.js';
import {
  type Ran,
  type Route,
  ranJson,
  ranLines,
  ransOf,
  routeJson,
  routeLines,
  routesOf,
} from '../print/by-route-and-run.js';
import { totalText } from '../print/totals.js';
import { type AskingFlags, queryOf, takesFilter } from '../select/filter-options.js';
import { shortId } from '../select/request.js';
import { type ReadingFlags, takesStore, withStore } from '../select/store-options.js';

type ListFlags = ReadingFlags & AskingFlags & { limit: number; by?: 'route' | 'run' };

/** Adds the command to the program. */
export function registerList(program: Command): void {
  const command = takesFilter(
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
  takesStore(command);
}

function list(store: Store, filter: string[], flags: ListFlags): void {
  const screen = screenOf(flags);
  const among = { query: queryOf(filter, flags) };
  const short = (id: string) => shortId(store, id);
  if (flags.by === 'route')
    return listRoutes(routesOf(store, among).slice(0, flags.limit), flags, short, screen);
  if (flags.by === 'run') return listRuns(ransOf(store, among, flags.limit), flags, screen);
  const found = store.recent(among, flags.limit);
  if (flags.json) return print(found.map((summary) => json(publicSummary(summary))));
  const all = among.query.length === 0;
  if (found.length === 0) remark(all ? EMPTY : NO_MATCH);
  else print(listLines(found, short, screen));
  const below = [
    ...(all ? outsideLines(store.outside(1), short, screen) : []),
    ...(screen.width < Infinity ? hintLines(found, short, screen) : []),
  ];
  if (below.length > 0) print(['', ...below]);
}

function listRoutes(
  routes: Route[],
  { json }: ListFlags,
  short: (id: string) => string,
  screen: Screen,
): void {
  if (json) print(routeJson(routes));
  else if (routes.length === 0) remark(NO_FIGURES);
  else print(routeLines(routes, short, screen));
}

function listRuns(runs: Ran[], { json }: ListFlags, screen: Screen): void {
  if (json) print(ranJson(runs));
  else if (runs.length === 0) remark(NO_FIGURES);
  else print(ranLines(runs, screen));
}

/** What is said where nothing adds up. */
export const NO_FIGURES =
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
export function listLines(requests: Summary[], short: (id: string) => string, screen: Screen): string[] {
  const rows = requests.map((request): Cell[] => {
    const { method, url, duration, start, totals, findings, id } = request;
    const sql = totals.sql;
    return [
      [age(start, screen.now), 'dim'],
      [clean(method)],
      [clean(url)],
      statusCell(request),
      [duration === undefined ? '' : ms(duration)],
      [sql ? sql.count.toLocaleString('en-US') : '', sql?.errors ? 'error' : undefined],
      [sql?.ms ? ms(sql.ms) : ''],
      [clean(findings.join(' ')).toUpperCase(), 'warn'],
      [short(id), 'accent'],
    ];
  });
  return table(COLUMNS, rows, screen);
}

function statusCell({ status, state }: Summary): Cell {
  if (state === 'died') return ['died', 'error'];
  return status === undefined ? [state, 'dim'] : [`${status}`, statusRole(status)];
}

/** Answers one line for what a process did outside of requests, if it did anything. */
export function outsideLines(
  [newest]: Summary[],
  short: (id: string) => string,
  { style }: Screen,
): string[] {
  if (!newest || newest.spans === 0) return [];
  const totals = Object.entries(newest.totals).map(([kind, total]) => totalText(kind, total));
  const show = style('accent', `scooby show ${short(newest.id)}`);
  return [`${style('dim', 'outside requests:')} ${totals.join('  ')}   ${show}`];
}

/** Answers how to go on from the list: to the first request with a finding, else to the first. */
function hintLines(found: Summary[], short: (id: string) => string, { style }: Screen): string[] {
  const request = found.find(({ findings }) => findings.length > 0) ?? found[0];
  if (!request) return [];
  return [`${style('dim', 'what one of them did:')} ${style('accent', `scooby show ${short(request.id)}`)}`];
}
