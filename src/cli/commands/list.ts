/** `scooby list`: the newest requests, or aggregates by route or by run, as a table. */

import { type Command, Option } from 'commander';
import { UserError } from '../../domain/errors.js';
import { findingWord } from '../../domain/finding-kinds.js';
import { statusTextOf } from '../../domain/request.js';
import { listedQuery } from '../../domain/routine.js';
import { formatMs, readableUrl, terminalSafeJson } from '../../domain/text.js';
import { type Summary, timeOf } from '../../domain/trace.js';
import { publicSummary } from '../../store/json.js';
import { openReader } from '../../store/open.js';
import type { Selection, StoreReader } from '../../store/store.js';
import { formatAge, formatClock, formatOffset } from '../../terminal/age.js';
import { cleanText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { statusRole } from '../../terminal/roles.js';
import { type Cell, type Column, tableLines } from '../../terminal/table.js';
import { parseCount } from '../config/units.js';
import { followRequests, followStore } from '../follow.js';
import { outputFormat, printDocument, printLines, printRemark } from '../output.js';
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
import { remarkLosses } from '../print/losses.js';
import { DEFAULT_LIMIT, firstRows, moreLines, printMore, remarkMore } from '../print/more-rows.js';
import { formatTotal } from '../print/totals.js';
import { countUnlisted, remarkUnlisted, UNLISTED_WHILE_FOLLOWING, unlistedLines } from '../print/unlisted.js';
import {
  addFilterOptions,
  type FilterFlags,
  queryFromOptions,
  selectionFromOptions,
} from '../select/filter-options.js';
import { rejectMissingStore } from '../select/missing-store.js';
import { recoverKilledRuns } from '../select/recover-killed-runs.js';
import { shortIds } from '../select/request.js';
import { addStoreOptions, type StoreFlags, storeWithoutFile, withStore } from '../select/store-options.js';

const DAY_MS = 24 * 3_600_000;

type ListFlags = StoreFlags & FilterFlags & { limit: number; by?: 'route' | 'run'; follow?: boolean };

/** Adds the command to the program. */
export function registerList(program: Command): void {
  const command = addFilterOptions(
    program
      .command('list')
      .description('list the newest requests, or sum up all requests by route or by run')
      .option('-n, --limit <count>', 'maximum number of rows', parseCount, DEFAULT_LIMIT)
      .addOption(
        new Option('--by <what>', 'sum up by route (costliest first) or by run (newest first)').choices([
          'route',
          'run',
        ]),
      ),
  )
    .option('-f, --follow', 'go on with a line for each request that finishes, until Ctrl-C')
    .option('--json', 'one JSON object per line; docs/trace.md describes it')
    .addHelpText(
      'after',
      `
Examples:
  scooby list --status 5xx            requests that failed
  scooby list --path /orders -n 5     the newest five with /orders in their URL
  scooby list --slower 500ms          requests that took 500ms or longer
  scooby list n1 '!health'            requests with an N+1, without health checks
  scooby list unit:tick               the ticks of timers and schedules, which are not listed otherwise
  scooby list --by route --since 1h   each route's times, queries and findings
  scooby list --by run                the runs that diff --runs can compare
  scooby list --run previous          requests of the run before the last
  scooby list --follow n1             requests with an N+1, as they come
  scooby list --json | jq .url        the URLs`,
    )
    .action((filter: string[], flags: ListFlags) =>
      flags.follow
        ? follow(filter, flags)
        : withStore(flags, async (store) => {
            const selection = await selectionFromOptions(store, filter, flags);
            await list(store, selection, flags);
            await remarkLosses(store, selection.run);
          }),
    );
  addStoreOptions(command);
}

async function follow(filter: string[], flags: ListFlags): Promise<void> {
  if (flags.by !== undefined) throw new UserError('--follow lists requests: leave --by out.');
  if (flags.run !== undefined) throw new UserError('--follow lists what comes: leave --run out.');
  const format = outputFormat(flags);
  const query = queryFromOptions(filter, flags);
  const { signal } = new AbortController();
  const print = (requests: Summary[]) =>
    flags.json
      ? printDocument(requests.map((summary) => terminalSafeJson(publicSummary(summary))))
      : printLines(
          requests.map((request) => followLine(request, format)),
          format,
        );
  const unlisted = () => printRemark(`Ticks ${UNLISTED_WHILE_FOLLOWING}`);
  const other = await storeWithoutFile(flags);
  if (other !== undefined) {
    try {
      return await followStore(other, query, flags.limit, { print, unlisted }, signal);
    } finally {
      other.close();
    }
  }
  rejectMissingStore(flags.db, process.cwd());
  await recoverKilledRuns(flags.db);
  const reader = await openReader({ db: flags.db, cwd: process.cwd() }, printRemark);
  try {
    await followRequests(reader, query, flags.limit, { print, unlisted }, signal);
  } finally {
    reader.close();
  }
}

/** `3fa85f64  GET  /orders  200  312ms  51 sql 48ms  N+1`, with the words of the table. */
function followLine(request: Summary, { style, now }: OutputFormat): string {
  const { id, method, url, start, duration, totals, findings } = request;
  const [status, statusStyle] = statusCell(request);
  const time = `${formatClock(start)}${formatOffset(start)}`;
  const calls = Object.entries(totals).map(([kind, total]) => formatTotal(kind, total));
  const parts = [
    style('dim', now - start < DAY_MS ? time : formatAge(start, now)),
    style('accent', id.slice(0, 8)),
    cleanText(`${method} ${readableUrl(url)}`),
    style(statusStyle, status),
    duration === undefined ? '' : formatMs(duration),
    ...calls,
    style('warn', findingWord(cleanText(findings.join(' ')))),
  ];
  return parts.filter((part) => part !== '').join('  ');
}

async function list(store: StoreReader, selection: Selection, flags: ListFlags): Promise<void> {
  const format = outputFormat(flags);
  const { query = [] } = selection;
  if (flags.by === 'route') return listRoutes(store, await routeAggregates(store, selection), flags, format);
  if (flags.by === 'run')
    return listRuns(await runAggregates(store, selection, flags.limit + 1), flags, format);
  const listed = await store.recent({ ...selection, query: listedQuery(query) }, flags.limit + 1);
  const { rows: requests, more } = firstRows(listed, flags.limit);
  const unlisted = await countUnlisted(store, selection);
  if (flags.json) {
    printDocument(requests.map((summary) => terminalSafeJson(publicSummary(summary))));
    remarkMore(more, flags.limit);
    return remarkUnlisted(unlisted);
  }
  const isUnfiltered = query.length === 0 && flags.run === undefined;
  const outside = isUnfiltered ? await store.outside(1) : [];
  const short = await shortIds(
    store,
    [...requests, ...outside].map(({ id }) => id),
  );
  if (requests.length === 0 && unlisted === 0) printRemark(isUnfiltered ? EMPTY_STORE : NO_MATCH);
  if (requests.length > 0) printLines(listLines(requests, short, format), format);
  const footer = [
    ...outsideLines(outside, short, format),
    ...(format.width < Infinity
      ? [
          ...unlistedLines(unlisted, format),
          ...moreLines(more, format),
          ...hintLines(requests, short, format),
        ]
      : []),
  ];
  if (footer.length > 0) printLines(requests.length > 0 ? ['', ...footer] : footer, format);
  if (format.width < Infinity) return;
  remarkMore(more, flags.limit);
  remarkUnlisted(unlisted);
}

async function listRoutes(
  store: StoreReader,
  routes: RouteAggregate[],
  { json, limit }: ListFlags,
  format: OutputFormat,
): Promise<void> {
  const { rows, more } = firstRows(routes, limit);
  const worst = rows.map((row) => row.worst.id);
  if (json) printDocument(routeJson(rows));
  else if (rows.length === 0) printRemark(NO_AGGREGATES);
  else printLines(routeLines(rows, await shortIds(store, worst), format), format);
  printMore(more, limit, json, format);
}

function listRuns(runs: RunAggregate[], { json, limit }: ListFlags, format: OutputFormat): void {
  const { rows, more } = firstRows(runs, limit);
  if (json) printDocument(runJson(rows));
  else if (rows.length === 0) printRemark(NO_AGGREGATES);
  else printLines(runLines(rows, format), format);
  printMore(more, limit, json, format);
}

/** Remark when no aggregate matches. */
export const NO_AGGREGATES =
  'Nothing to add up: no stored request matches. Requests that earlier versions recorded are not added up.';
const NO_MATCH = 'No stored request matches. List all of them:  scooby list';
const EMPTY_STORE =
  'No request is stored: none has come yet, or all have expired. Send one to the address that scooby run printed.';

const COLUMNS: Column[] = [
  { head: 'AGE', align: 'right', dropOrder: 1 },
  { head: 'METHOD' },
  { head: 'PATH', minWidth: 16 },
  { head: 'STATUS', align: 'right' },
  { head: 'TIME', align: 'right' },
  { head: 'QUERIES', align: 'right', dropOrder: 3 },
  { head: 'IN SQL', align: 'right', dropOrder: 2 },
  { head: 'FOUND' },
  { head: 'WIN', align: 'right', dropOrder: 4 },
  { head: 'ID' },
];

/** Table of requests; `short` abbreviates an id. */
export function listLines(
  requests: Summary[],
  short: (id: string) => string,
  format: OutputFormat,
): string[] {
  const rows = requests.map((request): Cell[] => {
    const { method, url, duration, start, totals, findings, win, id } = request;
    const sql = totals.sql;
    return [
      [formatAge(start, format.now), 'dim'],
      [cleanText(method)],
      [cleanText(readableUrl(url))],
      statusCell(request),
      [duration === undefined ? '' : formatMs(duration)],
      [sql ? sql.count.toLocaleString('en-US') : '', sql?.errors ? 'error' : undefined],
      [sql?.ms ? formatMs(timeOf(sql)) : ''],
      [findingWord(cleanText(findings.join(' '))), 'warn'],
      [win === undefined ? '' : formatMs(win), 'ok'],
      [short(id), 'accent'],
    ];
  });
  if (requests.some(({ win }) => win !== undefined)) return tableLines(COLUMNS, rows, format);
  const isKept = (_: unknown, at: number) => COLUMNS[at]!.head !== 'WIN';
  return tableLines(
    COLUMNS.filter(isKept),
    rows.map((row) => row.filter(isKept)),
    format,
  );
}

function statusCell(request: Summary): Cell {
  const { status, state } = request;
  if (state === 'died' || state === 'failed') return [state, 'error'];
  return [statusTextOf(request), status === undefined ? 'dim' : statusRole(status)];
}

/** One line with the totals of the calls that ran outside of requests; empty without such calls. */
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

/** Hint at `scooby show` for the first request with a finding, else for the first request. */
function hintLines(requests: Summary[], short: (id: string) => string, { style }: OutputFormat): string[] {
  const request = requests.find(({ findings }) => findings.length > 0) ?? requests[0];
  if (!request) return [];
  return [
    `${style('dim', 'details of one of them:')} ${style('accent', `scooby show ${short(request.id)}`)}`,
  ];
}
