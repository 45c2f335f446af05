/** Rows and column heads of the list, in columns that fit its width. */

import { N_PLUS_ONE } from '../../domain/finding-kinds.js';
import { statusTextOf } from '../../domain/request.js';
import { formatMs, readableUrl } from '../../domain/text.js';
import { type Summary, timeOf } from '../../domain/trace.js';
import { isUnit } from '../../domain/unit.js';
import type { RouteRow, Sort } from '../../feed/feed.js';
import { badgeCells, badgesOf } from '../../screens/badges.js';
import { formatAge } from '../../terminal/age.js';
import { cellWidth, cleanText, cutMiddle, fitText, type Line, type Segment } from '../../terminal/cells.js';
import { compactCount } from '../../terminal/compact-count.js';
import { statusRole } from '../../terminal/roles.js';

/** Widths of the columns in cells, 0 for an omitted column. */
export interface ListColumns {
  method: number;
  path: number;
  status: number;
  time: number;
  queries: number;
  qtime: number;
  cache: number;
  /** Of routes. */
  mean: number;
  badges: number;
  win: number;
  age: number;
}

/**
 * Columns for a width: narrow lists omit cache, win, age, query time and queries, in this order; in the order
 * of wins these take the place of the query time.
 */
export function listColumns(cells: number, routes: boolean, by?: Sort['by']): ListColumns {
  const columns = {
    method: 6,
    path: 0,
    status: 4,
    time: 7,
    queries: 4,
    qtime: 7,
    cache: routes ? 0 : 5,
    mean: routes ? 7 : 0,
    badges: 8,
    win: 6,
    age: routes ? 0 : 4,
  };
  const reductions: [column: keyof ListColumns, width: number, belowCells: number][] = [
    ['cache', 0, 96],
    ['win', 0, 86],
    ['age', 0, 84],
    ['mean', 0, 82],
    // Room for ERR and N+1 beside each other.
    ['badges', 7, 68],
    ['qtime', 0, 62],
    ['method', 4, 56],
    ['badges', 4, 52],
    ['queries', 0, 44],
  ];
  for (const [column, width, belowCells] of reductions) if (cells < belowCells) columns[column] = width;
  if (by === 'win' && columns.win === 0 && columns.qtime > 0) Object.assign(columns, { qtime: 0, win: 6 });
  const used = Object.values(columns).reduce((sum, size) => sum + (size > 0 ? size + 1 : 0), 0);
  return { ...columns, path: Math.max(4, cells - used - 3) };
}

const rightAligned = (text: string, cells: number): string =>
  cells > 0 ? ` ${fitText(text, cells, 'right')}` : '';

/** Column heads, with an arrow at the column of the sort order. */
export function columnHeads(columns: ListColumns, sort: Sort, routes: boolean): Line {
  const arrow = sort.reverse ? '↑' : '↓';
  const head = (text: string, by: Sort['by']) => (by === sort.by ? `${text}${arrow}` : text);
  const text = [
    `  ${fitText(columns.method < 6 ? 'METH' : 'METHOD', columns.method)} ${fitText(head(routes ? 'ROUTE' : 'PATH', 'path'), columns.path)}`,
    rightAligned(routes ? 'N' : head('STAT', 'status'), columns.status),
    rightAligned(head(routes ? 'P95' : 'TIME', 'duration'), columns.time),
    rightAligned(head('QRY', 'queries'), columns.queries),
    rightAligned(head('Q.TIME', 'qtime'), columns.qtime),
    rightAligned('CACHE', columns.cache),
    rightAligned('MEAN', columns.mean),
    ` ${fitText('', columns.badges)}`,
    rightAligned(head('WIN', 'win'), columns.win),
    rightAligned(head('AGE', 'time'), columns.age),
  ];
  return [[text.join(''), 'head']];
}

/** Sort key of the column head at a cell of their row. */
export function sortAt(columns: ListColumns, at: number, routes: boolean): Sort['by'] | undefined {
  const { method, path, status, time, queries, qtime, cache, mean, badges, win, age } = columns;
  const cells: [size: number, by: Sort['by'] | undefined][] = [
    [2 + method, undefined],
    [path, 'path'],
    [status, routes ? 'time' : 'status'],
    [time, 'duration'],
    [queries, 'queries'],
    [qtime, 'qtime'],
    [cache, undefined],
    [mean, undefined],
    [badges, undefined],
    [win, 'win'],
    [age, 'time'],
  ];
  let end = 0;
  for (const [size, by] of cells) {
    if (size > 0) end += size + 1;
    if (at < end) return by;
  }
  return undefined;
}

/** Path padded or shortened to `cells`; its middle is cut out. */
function pathCells(path: string, cells: number): string {
  const shortened = cutMiddle(cleanText(path), cells);
  return shortened + ' '.repeat(Math.max(0, cells - cellWidth(shortened)));
}

/** Method of a request or kind of a unit. */
function methodCells(method: string, cells: number): string {
  return fitText(method === 'message' && cells < method.length ? 'msg' : cleanText(method), cells);
}

function gutter(selected: boolean, marked: boolean): string {
  return `${selected ? '▌' : ' '}${marked ? '●' : ' '}`;
}

/** Queries and their time; of a request without any, its calls of another kind: `12 cache`. */
function queryCells({ totals }: Pick<Summary, 'totals'>, columns: ListColumns): string {
  const { sql, log: _, ...others } = totals;
  if (sql) {
    const count = rightAligned(compactCount(sql.count, columns.queries), columns.queries);
    return count + rightAligned(formatMs(timeOf(sql)), columns.qtime);
  }
  const [kind, most] =
    Object.entries(others)
      .filter(([name]) => name !== 'cache' || columns.cache === 0)
      .sort(([, a], [, b]) => b.count - a.count)[0] ?? [];
  if (most && columns.qtime > 0) {
    const text = `${compactCount(most.count, columns.queries)} ${cleanText(kind!)}`;
    return rightAligned(text, columns.queries + 1 + columns.qtime);
  }
  const isIdle = Object.keys(others).length === 0;
  return rightAligned(isIdle ? '0' : '-', columns.queries) + rightAligned('-', columns.qtime);
}

/** Row of a request; `now` is epoch ms. */
export function requestRow(
  row: Summary,
  columns: ListColumns,
  display: { selected: boolean; marked: boolean; now: number },
): Line {
  const { cache } = row.totals;
  const missing = row.state === 'open' ? '…' : '-';
  const duration = row.duration === undefined ? missing : formatMs(row.duration);
  const isUnitRow = isUnit(row);
  const status = row.status !== undefined || isUnitRow ? statusTextOf(row) : missing;
  const statusText = status === 'failed' ? 'fail' : status;
  const line: Segment[] = [
    gutter(display.selected, display.marked),
    `${methodCells(row.method, columns.method)} `,
    pathCells(readableUrl(row.url), columns.path),
    [rightAligned(statusText, columns.status), row.state === 'failed' ? 'error' : statusRole(row.status)],
    rightAligned(duration, columns.time),
    queryCells(row, columns),
    rightAligned(cache ? compactCount(cache.count, columns.cache) : '-', columns.cache),
    ' ',
    ...badgeCells(badgesOf(row), columns.badges),
    [rightAligned(row.win === undefined ? '' : formatMs(row.win), columns.win), 'ok'],
  ];
  if (columns.age > 0) line.push([rightAligned(formatAge(row.start, display.now), columns.age), 'dim']);
  return line;
}

/** Average of counts: with a tenth below 10. */
function averageCount(average: number, cells: number): string {
  return average < 10 && average % 1 !== 0 ? average.toFixed(1) : compactCount(Math.round(average), cells);
}

/** Row of a route in the list by route. */
export function routeRow(row: RouteRow, columns: ListColumns, selected: boolean): Line {
  const badges = [
    ...(row.errors > 0 ? [{ text: 'ERR', role: 'error' }] : []),
    ...(row.repeated > 0 ? [{ text: N_PLUS_ONE.badge, role: 'warn' }] : []),
  ];
  return [
    gutter(selected, false),
    `${methodCells(row.method, columns.method)} `,
    pathCells(row.route, columns.path),
    rightAligned(compactCount(row.count, columns.status), columns.status),
    rightAligned(formatMs(row.p95), columns.time),
    rightAligned(averageCount(row.queries, columns.queries), columns.queries),
    rightAligned(row.queries > 0 ? formatMs(row.qtime) : '-', columns.qtime),
    rightAligned(formatMs(row.mean), columns.mean),
    ' ',
    ...badgeCells(badges, columns.badges),
    [rightAligned(row.win > 0 ? formatMs(row.win) : '', columns.win), 'ok'],
  ];
}
