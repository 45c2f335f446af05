/** `scooby top`: what costs most over all requests that are kept. */

import { type Command, Option } from 'commander';
import { formatMs, terminalSafeJson } from '../../domain/text.js';
import { publicAggregate, publicRoute } from '../../store/json.js';
import type { Aggregate, AggregateBy, Store } from '../../store/store.js';
import { cleanText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { type Cell, type Column, tableLines } from '../../terminal/table.js';
import { parseCount } from '../config/units.js';
import { outputFormat, printLines, printRemark } from '../output.js';
import { routeAggregates } from '../print/by-route-and-run.js';
import { addFilterOptions, type FilterFlags, queryFromOptions } from '../select/filter-options.js';
import { shortId } from '../select/request.js';
import { addStoreOptions, type StoreFlags, withStore } from '../select/store-options.js';
import { NO_AGGREGATES } from './list.js';

type What = 'statement' | 'route' | 'site' | 'finding';
type TopFlags = StoreFlags & FilterFlags & { limit: number; by: What };

/** Adds the command to the program. */
export function registerTop(program: Command): void {
  const command = addFilterOptions(
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
  addStoreOptions(command);
}

function top(store: Store, filter: string[], flags: TopFlags): void {
  const format = outputFormat(flags);
  const { by, limit } = flags;
  const among = { query: queryFromOptions(filter, flags) };
  const whole = store.aggregates('request', among)[0]?.ms ?? 0;
  const share = (sum: Aggregate) => (whole > 0 ? sum.ms / whole : 0);
  if (by === 'route' && flags.json) {
    const routes = routeAggregates(store, among).slice(0, limit);
    return printLines(
      routes.map((route) =>
        terminalSafeJson({ ...publicRoute(route, route.findings), share: round(share(route)) }),
      ),
    );
  }
  const sums = store.aggregates(by, among).slice(0, limit);
  if (flags.json)
    return printLines(sums.map((sum) => terminalSafeJson(publicAggregate(sum, round(share(sum))))));
  if (sums.length === 0) return printRemark(NO_AGGREGATES);
  printLines(topLines(by, sums, share, (id) => shortId(store, id), format));
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
  by: What & AggregateBy,
  sums: Aggregate[],
  share: (sum: Aggregate) => number,
  short: (id: string) => string,
  format: OutputFormat,
): string[] {
  const rows = sums.map((sum): Cell[] => {
    const line = lineCell(by, sum);
    return [
      [formatMs(sum.ms), 'bold'],
      [`${Math.round(share(sum) * 100)}%`],
      [sum.count.toLocaleString('en-US')],
      // Of a route and of a finding every one is a request.
      [by === 'statement' || by === 'site' ? sum.requests.toLocaleString('en-US') : ''],
      [formatMs(sum.p50)],
      [formatMs(sum.p95)],
      [sum.errors > 0 ? sum.errors.toLocaleString('en-US') : '', 'error'],
      ...(by === 'site' ? [line] : []),
      [labelOf(by, sum)],
      ...(by === 'site' ? [] : [line]),
      [short(sum.worst.id), 'accent'],
    ];
  });
  return tableLines(columnsOf(by), rows, format);
}

function labelOf(by: What, { kind, text, parts }: Aggregate): string {
  if (by === 'route') return cleanText(`${kind} ${text}`);
  if (by === 'finding') return cleanText(`${kind.toUpperCase()}  ${text}`);
  const more = by === 'site' && parts > 1 ? `  and ${parts - 1} more` : '';
  return cleanText(kind === 'sql' ? text : `${kind} ${text}`) + more;
}

function lineCell(by: What, { site = '', parts }: Aggregate): Cell {
  return [cleanText(site) + (by === 'statement' && parts > 1 ? ` +${parts - 1}` : ''), 'accent'];
}
