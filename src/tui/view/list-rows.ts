/** The rows of the list, in columns that fit the width. */

import { N_PLUS_ONE } from '../../domain/finding-kinds.js';
import { formatMs } from '../../domain/text.js';
import type { Summary } from '../../domain/trace.js';
import type { RouteRow, Sort } from '../../feed/feed.js';
import { formatAge } from '../../terminal/age.js';
import { cellWidth, cleanText, cutMiddle, fitText, type Line, type Segment } from '../../terminal/cells.js';
import { statusRole } from '../../terminal/roles.js';
import { badgeCells, badgesOf } from './badges.js';

/** Widths of the columns, 0 where one is left out; the path has what is left. */
export interface ListColumns {
  method: number;
  path: number;
  status: number;
  time: number;
  queries: number;
  qtime: number;
  cache: number;
  badges: number;
  age: number;
}

/** Answers the columns for a width: the age goes first, then cache, query time, queries, part of the method. */
export function listColumns(cells: number): ListColumns {
  const columns = {
    method: 6,
    path: 0,
    status: 4,
    time: 7,
    queries: 4,
    qtime: 7,
    cache: 5,
    badges: 8,
    age: 4,
  };
  const order: [keyof ListColumns, number, number][] = [
    ['age', 0, 84],
    ['cache', 0, 82],
    ['badges', 4, 68],
    ['qtime', 0, 62],
    ['method', 4, 56],
    ['queries', 0, 44],
  ];
  for (const [name, smaller, below] of order) if (cells < below) columns[name] = smaller;
  const used = Object.values(columns).reduce((sum, size) => sum + (size > 0 ? size + 1 : 0), 0);
  return { ...columns, path: Math.max(4, cells - used - 3) };
}

const right = (text: string, cells: number): string => (cells > 0 ? ` ${fitText(text, cells, 'right')}` : '');

/** Answers the heads of the columns, with an arrow at the one that the list is sorted by. */
export function columnHeads(columns: ListColumns, sort: Sort, routes: boolean): Line {
  const arrow = sort.reverse ? '↑' : '↓';
  const head = (text: string, by: Sort['by'] | undefined) =>
    by === sort.by && !routes ? `${text}${arrow}` : text;
  const text = [
    `  ${fitText(columns.method < 6 ? 'METH' : 'METHOD', columns.method)} ${fitText(routes ? 'ROUTE' : head('PATH', 'path'), columns.path)}`,
    right(routes ? 'N' : head('STAT', 'status'), columns.status),
    right(routes ? 'MEAN' : head('TIME', 'duration'), columns.time),
    right(head('QRY', 'queries'), columns.queries),
    right(head('Q.TIME', 'qtime'), columns.qtime),
    routes ? right('P95', columns.cache && 7) : right('CACHE', columns.cache),
    columns.age > 0 && !routes
      ? ` ${fitText('', columns.badges)} ${fitText(head('AGE', 'time'), columns.age, 'right')}`
      : '',
  ];
  return [[text.join(''), 'head']];
}

/** Answers the path of a request as far as it fits: its middle is what goes. */
function pathCells(path: string, cells: number): string {
  const held = cutMiddle(cleanText(path), cells);
  return held + ' '.repeat(Math.max(0, cells - cellWidth(held)));
}

function gutter(selected: boolean, marked: boolean): string {
  return `${selected ? '▌' : ' '}${marked ? '●' : ' '}`;
}

/** Answers one row of the list of requests. */
export function requestRow(
  row: Summary,
  columns: ListColumns,
  shown: { selected: boolean; marked: boolean; now: number },
): Line {
  const { sql, cache } = row.totals;
  const missing = row.state === 'open' ? '…' : '-';
  const took = row.duration === undefined ? missing : formatMs(row.duration);
  const status = row.status === undefined ? missing : String(row.status);
  const line: Segment[] = [
    gutter(shown.selected, shown.marked),
    `${fitText(cleanText(row.method), columns.method)} `,
    pathCells(row.url, columns.path),
    [right(status, columns.status), statusRole(row.status)],
    right(took, columns.time),
    right(sql ? String(sql.count) : '0', columns.queries),
    right(sql ? formatMs(sql.ms) : '-', columns.qtime),
    right(cache ? String(cache.count) : '-', columns.cache),
    ' ',
    ...badgeCells(badgesOf(row), columns.badges),
  ];
  if (columns.age > 0) line.push([right(formatAge(row.start, shown.now), columns.age), 'dim']);
  return line;
}

/** Answers one row of the list by route. */
export function routeRow(row: RouteRow, columns: ListColumns, selected: boolean): Line {
  const badges = [
    ...(row.errors > 0 ? [{ text: 'ERR', role: 'error' }] : []),
    ...(row.repeated > 0 ? [{ text: N_PLUS_ONE.badge, role: 'warn' }] : []),
  ];
  return [
    gutter(selected, false),
    `${fitText(cleanText(row.method), columns.method)} `,
    pathCells(row.route, columns.path),
    right(row.count.toLocaleString('en-US'), columns.status),
    right(formatMs(row.mean), columns.time),
    right(row.queries.toFixed(row.queries < 10 && row.queries % 1 !== 0 ? 1 : 0), columns.queries),
    right(row.queries > 0 ? formatMs(row.qtime) : '-', columns.qtime),
    right(columns.cache > 0 ? formatMs(row.p95) : '', columns.cache && 7),
    ' ',
    ...badgeCells(badges, columns.badges),
  ];
}
