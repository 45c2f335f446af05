/** `scooby top`: the costliest statements, routes, lines, findings or parts of the time over all requests. */

import { type Command, Option } from 'commander';
import { findingWord } from '../../domain/finding-kinds.js';
import { formatMs, terminalSafeJson } from '../../domain/text.js';
import { totalsByTable } from '../../insight/metrics/by-table.js';
import { publicAggregate, publicRoute } from '../../store/json.js';
import type { Aggregate, AggregateBy, Selection, StoreReader } from '../../store/store.js';
import { cleanText, cutMiddle } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { type Cell, type Column, tableLines } from '../../terminal/table.js';
import { parseCount } from '../config/units.js';
import { outputFormat, printDocument, printLines, printRemark } from '../output.js';
import { routeAggregates } from '../print/by-route-and-run.js';
import { byTableJson, byTableLines } from '../print/by-table.js';
import { DEFAULT_LIMIT, firstRows, printMore } from '../print/more-rows.js';
import { addFilterOptions, type FilterFlags, selectionFromOptions } from '../select/filter-options.js';
import { shortIds } from '../select/request.js';
import { addStoreOptions, type StoreFlags, withStore } from '../select/store-options.js';
import { NO_AGGREGATES } from './list.js';

/** What `top` sums up by. */
export const TOP_BY = ['statement', 'table', 'route', 'site', 'finding', 'time'] as const;
type TopBy = Exclude<(typeof TOP_BY)[number], 'table'>;
type TopFlags = StoreFlags & FilterFlags & { limit: number; by: (typeof TOP_BY)[number] };

/** Adds the command to the program. */
export function registerTop(program: Command): void {
  const command = addFilterOptions(
    program
      .command('top')
      .description(
        'show what costs most over all requests: statements, tables, routes, lines, findings, or where the time went',
      )
      .addOption(
        new Option(
          '--by <what>',
          'what to sum up by; site: the line that made the calls; time: SQL, own CPU and all else that requests spend time in',
        )
          .choices(TOP_BY)
          .default('statement'),
      )
      .option('-n, --limit <count>', 'maximum number of rows', parseCount, DEFAULT_LIMIT),
  )
    .option('--json', 'one JSON object per line; docs/trace.md describes it')
    .addHelpText(
      'after',
      `
SHARE is the part of the total time of these requests in which at least one of the calls ran or waited. TOTAL adds up
all calls, also those that ran at once; WIN, what the requests would take less if the finding were mended. P50 and P95
are accurate to within 10%. WORST is the request in which the row took most time.

Examples:
  scooby top                          the statements and calls that took most time
  scooby top --by site --since 10m    the lines of your code that waited longest in the last ten minutes
  scooby top --by finding             the problems that scooby found, by what mending them would win
  scooby top --by table               SQL by table; a statement that names two counts for both
  scooby top --by time                where the time of all requests went, in parts that add up to it
  scooby top --run last               only requests of the newest run
  scooby top --path /orders           only requests with /orders in their URL
  scooby top 'status>=500' --json     JSON for other tools`,
    )
    .action((filter: string[], flags: TopFlags) => withStore(flags, (store) => top(store, filter, flags)));
  addStoreOptions(command);
}

async function top(store: StoreReader, filter: string[], flags: TopFlags): Promise<void> {
  const format = outputFormat(flags);
  const { by, limit } = flags;
  const selection = await selectionFromOptions(store, filter, flags);
  if (by === 'table') return topTables(store, selection, flags, format);
  const totalMs = (await store.aggregates('request', selection))[0]?.ms ?? 0;
  const share = ({ covered }: Aggregate) => (totalMs > 0 ? Math.min(1, covered / totalMs) : 0);
  if (by === 'route' && flags.json) {
    const { rows, more } = firstRows(await routeAggregates(store, selection), limit);
    printDocument(
      rows.map((route) =>
        terminalSafeJson({ ...publicRoute(route, route.findings), share: round(share(route)) }),
      ),
    );
    return printMore(more, limit, true, format);
  }
  const { rows, more } = firstRows(await store.aggregates(by, selection), limit);
  if (flags.json)
    printDocument(
      rows.map((aggregate) => terminalSafeJson(publicAggregate(aggregate, round(share(aggregate))))),
    );
  else if (rows.length === 0) printRemark(NO_AGGREGATES);
  else {
    const worst = rows.map((row) => row.worst.id);
    printLines(topLines(by, rows, share, await shortIds(store, worst), format), format);
  }
  printMore(more, limit, flags.json, format);
}

async function topTables(
  store: StoreReader,
  selection: Selection,
  { json, limit }: TopFlags,
  format: OutputFormat,
): Promise<void> {
  const { rows, more } = firstRows(totalsByTable(await store.aggregates('statement', selection)), limit);
  if (json) printDocument(byTableJson(rows));
  else if (rows.length === 0) printRemark(NO_AGGREGATES);
  else {
    const worst = rows.map((row) => row.worst.id);
    printLines(byTableLines(rows, await shortIds(store, worst), format), format);
  }
  printMore(more, limit, json, format);
}

/** Cells of a statement in a pipe, where no terminal sets a width: a bulk insert has thousands. */
const MAX_PIPE_LABEL = 120;
const MIN_LINE = 20;

function round(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}

const HEADS: Record<TopBy, string> = {
  statement: 'STATEMENT',
  route: 'ROUTE',
  site: 'STATEMENT',
  finding: 'WHAT IS WRONG',
  time: 'WHERE IT WENT',
};

function columnsOf(by: TopBy): Column[] {
  const line: Column = { head: 'LINE', ...(by !== 'site' && { dropOrder: 5 }) };
  return [
    { head: by === 'finding' ? 'WIN' : 'TOTAL', align: 'right' },
    { head: 'SHARE', align: 'right', dropOrder: 4 },
    { head: 'COUNT', align: 'right' },
    { head: 'REQUESTS', align: 'right', dropOrder: 1 },
    { head: 'P50', align: 'right', dropOrder: 2 },
    { head: 'P95', align: 'right', dropOrder: 3 },
    { head: 'ERRORS', align: 'right', dropOrder: 0 },
    ...(by === 'site' ? [line] : []),
    { head: HEADS[by], minWidth: 24 },
    ...(by === 'site' ? [] : [line]),
    { head: 'WORST' },
  ];
}

/** Table of the costliest rows; `share` is the part of the requests' time, 0 to 1. */
export function topLines(
  by: TopBy & AggregateBy,
  aggregates: Aggregate[],
  share: (aggregate: Aggregate) => number,
  short: (id: string) => string,
  format: OutputFormat,
): string[] {
  const rows = aggregates.map((aggregate): Cell[] => {
    const { ms, count, requests, p50, p95, errors, worst } = aggregate;
    const line = lineCell(by, aggregate, format);
    return [
      [formatMs(ms), 'bold'],
      [`${Math.round(share(aggregate) * 100)}%`],
      [count.toLocaleString('en-US')],
      // COUNT of a route, a finding or a part already counts requests.
      [by === 'statement' || by === 'site' ? requests.toLocaleString('en-US') : ''],
      [formatMs(p50)],
      [formatMs(p95)],
      [errors > 0 ? errors.toLocaleString('en-US') : '', 'error'],
      ...(by === 'site' ? [line] : []),
      [cutMiddle(labelOf(by, aggregate), Number.isFinite(format.width) ? format.width : MAX_PIPE_LABEL)],
      ...(by === 'site' ? [] : [line]),
      [short(worst.id), 'accent'],
    ];
  });
  return tableLines(columnsOf(by), rows, format);
}

function labelOf(by: TopBy, { kind, text, parts }: Aggregate): string {
  if (by === 'route') return cleanText(`${kind} ${text}`);
  if (by === 'time') return cleanText(text);
  if (by === 'finding') return cleanText(`${findingWord(kind)}  ${text}`);
  const more = by === 'site' && parts > 1 ? `  and ${parts - 1} more` : '';
  return cleanText(kind === 'sql' ? text : `${kind} ${text}`) + more;
}

/** The line; it leaves the label at least two thirds of a narrow terminal. */
function lineCell(by: TopBy, { site = '', parts }: Aggregate, { width }: OutputFormat): Cell {
  const text = cutMiddle(cleanText(site), Math.max(MIN_LINE, Math.floor(width / (by === 'site' ? 4 : 3))));
  return [text + (by === 'statement' && parts > 1 ? ` +${parts - 1}` : ''), 'accent'];
}
