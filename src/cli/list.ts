/** `scooby list`: the newest requests as a table. */

import { type Command, InvalidArgumentError } from 'commander';
import { publicSummary } from '../public.js';
import { statusRange } from '../store/filter.js';
import type { Filter, Store, Summary } from '../store/store.js';
import { json, ms } from '../text.js';
import { clean } from '../tui/cells.js';
import { shortId } from './choose.js';
import { type ReadingFlags, takesStore, withStore } from './reading.js';
import { print, remark, type Screen, screenOf } from './screen.js';
import { statusRole } from './style.js';
import { type Cell, type Column, table } from './table.js';
import { totalText } from './totals.js';
import { parseCount, parseDuration } from './units.js';
import { age } from './when.js';

type ListFlags = ReadingFlags & {
  limit: number;
  path?: string;
  method?: string;
  status?: string;
  slower?: number;
};

/** Adds the command to the program. */
export function registerList(program: Command): void {
  const command = program
    .command('list')
    .description('the newest requests, newest first')
    .option('-n, --limit <count>', 'how many', parseCount, 20)
    .option('--path <text>', 'only those with this text in their path or query')
    .option('--method <name>', 'only GET, POST, …')
    .option('--status <code>', 'only 404, or a class: 5xx', parseStatus)
    .option('--slower <time>', 'only those that took at least that long: 100ms, 2s', parseDuration)
    .option('--json', 'one JSON object a line, as docs/trace.md describes')
    .addHelpText(
      'after',
      `
Examples:
  scooby list --status 5xx            what failed
  scooby list --path /orders -n 5     the last five that had to do with orders
  scooby list --slower 500ms          what was slow
  scooby list --json | jq .url        for other tools`,
    )
    .action((flags: ListFlags) => withStore(flags, (store) => list(store, flags)));
  takesStore(command);
}

function parseStatus(text: string): string {
  if (!statusRange(text))
    throw new InvalidArgumentError('Write a status such as 404, or a class such as 5xx.');
  return text;
}

function list(store: Store, flags: ListFlags): void {
  const { limit, path, method, status, slower } = flags;
  const asked = Object.entries({ path, method, status, slower }).filter(([, value]) => value !== undefined);
  const found = store.recent(Object.fromEntries(asked) as Filter, limit);
  if (flags.json) {
    print(found.map((summary) => json(publicSummary(summary))));
    return;
  }
  const screen = screenOf(flags);
  const short = (id: string) => shortId(store, id);
  if (found.length === 0) remark(asked.length > 0 ? NO_MATCH : EMPTY);
  else print(listLines(found, short, screen));
  const below = [
    ...(asked.length > 0 ? [] : outsideLines(store.outside(1), short, screen)),
    ...(screen.width < Infinity ? hintLines(found, short, screen) : []),
  ];
  if (below.length > 0) print(['', ...below]);
}

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
