/** `scooby top`: what costs most over all requests that are kept. */

import { type Command, Option } from 'commander';
import { json, ms } from '../../domain/text.js';
import { publicRoute, publicSum } from '../../store/json.js';
import type { By, Store, Sum } from '../../store/store.js';
import { clean } from '../../terminal/cells.js';
import type { Screen } from '../../terminal/output-format.js';
import { type Cell, type Column, table } from '../../terminal/table.js';
import { parseCount } from '../config/units.js';
import { print, remark, screenOf } from '../output.js';
import { routesOf } from '../print/by-route-and-run.js';
import { type AskingFlags, queryOf, takesFilter } from '../select/filter-options.js';
import { shortId } from '../select/request.js';
import { type ReadingFlags, takesStore, withStore } from '../select/store-options.js';
import { NO_FIGURES } from './list.js';

type What = 'statement' | 'route' | 'site' | 'finding';
type TopFlags = ReadingFlags & AskingFlags & { limit: number; by: What };

/** Adds the command to the program. */
export function registerTop(program: Command): void {
  const command = takesFilter(
    program
      .command('top')
      .description('what costs most over all requests: statements, routes, lines or findings')
      .addOption(
        new Option('--by <what>', 'what to add up by')
          .choices(['statement', 'route', 'site', 'finding'])
          .default('statement'),
      )
      .option('-n, --limit <count>', 'how many', parseCount, 20),
  )
    .option('--json', 'one JSON object a line, as docs/trace.md describes')
    .addHelpText(
      'after',
      `
SHARE is the part of the time of all these requests; of calls that ran at once each counts whole, so that it may exceed
100%. P50 and P95 are off by less than a tenth. WORST is the request in which it took most time.

Examples:
  scooby top                          the statements and calls that took most time
  scooby top --by site --since 10m    the lines of your code that waited most, of the last ten minutes
  scooby top --by finding             what is wrong, and what it costs
  scooby top --path /orders           of some requests only
  scooby top 'status>=500' --json     for other tools`,
    )
    .action((filter: string[], flags: TopFlags) => withStore(flags, (store) => top(store, filter, flags)));
  takesStore(command);
}

function top(store: Store, filter: string[], flags: TopFlags): void {
  const screen = screenOf(flags);
  const { by, limit } = flags;
  const among = { query: queryOf(filter, flags) };
  const whole = store.sums('request', among)[0]?.ms ?? 0;
  const share = (sum: Sum) => (whole > 0 ? sum.ms / whole : 0);
  if (by === 'route' && flags.json) {
    const routes = routesOf(store, among).slice(0, limit);
    return print(
      routes.map((route) => json({ ...publicRoute(route, route.findings), share: round(share(route)) })),
    );
  }
  const sums = store.sums(by, among).slice(0, limit);
  if (flags.json) return print(sums.map((sum) => json(publicSum(sum, round(share(sum))))));
  if (sums.length === 0) return remark(NO_FIGURES);
  print(topLines(by, sums, share, (id) => shortId(store, id), screen));
}

function round(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}

const HEADS: Record<What, string> = {
  statement: 'STATEMENT',
  route: 'ROUTE',
  site: 'STATEMENT',
  finding: 'WHAT IS WRONG',
};

function columnsOf(by: What): Column[] {
  const line: Column = { head: 'LINE', ...(by === 'statement' && { gone: 5 }) };
  return [
    { head: 'TOTAL', align: 'right' },
    { head: 'SHARE', align: 'right', gone: 4 },
    { head: 'COUNT', align: 'right' },
    { head: 'REQUESTS', align: 'right', gone: 1 },
    { head: 'P50', align: 'right', gone: 2 },
    { head: 'P95', align: 'right', gone: 3 },
    { head: 'ERRORS', align: 'right', gone: 0 },
    ...(by === 'site' ? [line] : []),
    { head: HEADS[by], atLeast: 24 },
    ...(by === 'site' ? [] : [line]),
    { head: 'WORST' },
  ];
}

/** Answers the table of what costs most; `share` is the part of the requests' time, 0 to 1. */
export function topLines(
  by: What & By,
  sums: Sum[],
  share: (sum: Sum) => number,
  short: (id: string) => string,
  screen: Screen,
): string[] {
  const rows = sums.map((sum): Cell[] => {
    const line = lineCell(by, sum);
    return [
      [ms(sum.ms), 'bold'],
      [`${Math.round(share(sum) * 100)}%`],
      [sum.count.toLocaleString('en-US')],
      // Of a route and of a finding every one is a request.
      [by === 'statement' || by === 'site' ? sum.requests.toLocaleString('en-US') : ''],
      [ms(sum.p50)],
      [ms(sum.p95)],
      [sum.errors > 0 ? sum.errors.toLocaleString('en-US') : '', 'error'],
      ...(by === 'site' ? [line] : []),
      [labelOf(by, sum)],
      ...(by === 'site' ? [] : [line]),
      [short(sum.worst.id), 'accent'],
    ];
  });
  return table(columnsOf(by), rows, screen);
}

function labelOf(by: What, { kind, text, parts }: Sum): string {
  if (by === 'route') return clean(`${kind} ${text}`);
  if (by === 'finding') return clean(`${kind.toUpperCase()}  ${text}`);
  const more = by === 'site' && parts > 1 ? `  and ${parts - 1} more` : '';
  return clean(kind === 'sql' ? text : `${kind} ${text}`) + more;
}

function lineCell(by: What, { site = '', parts }: Sum): Cell {
  return [clean(site) + (by === 'statement' && parts > 1 ? ` +${parts - 1}` : ''), 'accent'];
}
