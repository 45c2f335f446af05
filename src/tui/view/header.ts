/** Rows above the list: the app with its figures, the filter, and the alarm bar. */

import { N_PLUS_ONE } from '../../domain/finding-kinds.js';
import type { RunLoss } from '../../domain/losses.js';
import { TICKS_FILTER, unlistedText } from '../../domain/routine.js';
import { formatCount, formatMs } from '../../domain/text.js';
import type { FeedStatus, ListStats } from '../../feed/feed.js';
import type { ListData } from '../../screens/list-data.js';
import { formatClock } from '../../terminal/age.js';
import { cleanText, cutText, fitText, type Line, lineWidth } from '../../terminal/cells.js';
import type { State } from '../state/state.js';
import { caretLine, fitPieces } from './fit-row.js';

/** Command and proxy URL; narrow screens omit the command first. */
function appPiece({ url, app }: FeedStatus, cells: number): Line {
  if (cells < 80) return [['scooby', 'title'], url === undefined ? '' : `  :${new URL(url).port}`];
  const command = cleanText(app?.command ?? '');
  const isLeftOut = command === '' || (url !== undefined && cells < 120);
  const commandPart = isLeftOut ? '' : `  ${cutText(command, 40)}`;
  return [['scooby', 'title'], url === undefined ? '' : `  ${url}`, commandPart];
}

function livePiece(status: FeedStatus): Line {
  if (status.exit) return [['○ ended', 'error']];
  if (status.starting) return [['… starting', 'warn']];
  return status.live ? [['● live', 'ok']] : [['○ history', 'dim']];
}

/** First row of the screen; `matching` is the number of listed requests. */
export function headerLine(
  status: FeedStatus,
  stats: ListStats | undefined,
  state: State,
  matching: number,
  cells: number,
): Line {
  const total = stats?.total ?? matching;
  const pieces: Line[] = [appPiece(status, cells), livePiece(status), [formatCount(total, 'req', 'req')]];
  if (stats?.p95 !== undefined && total > 0) {
    if (stats.newest !== undefined && cells >= 100)
      pieces.push([[`last ${stats.newest.toLocaleString('en-US')}:`, 'dim']]);
    if (cells >= (stats.newest === undefined ? 100 : 140))
      pieces.push([['p50 ', 'dim'], formatMs(stats.p50 ?? 0)]);
    pieces.push([['p95 ', 'dim'], formatMs(stats.p95)]);
    if (stats.errors !== undefined) {
      pieces.push([
        ['err ', 'dim'],
        [`${(stats.errors * 100).toFixed(1)}%`, stats.errors > 0 ? 'error' : ''],
      ]);
    }
    if (stats.repeated !== undefined)
      pieces.push([
        [`${N_PLUS_ONE.badge} `, 'dim'],
        [String(stats.repeated), stats.repeated > 0 ? 'warn' : ''],
      ]);
  }
  const right: Line[] = [];
  const { recording } = status;
  if (recording && (recording !== 'all' || cells >= 120))
    right.push([[`recording ${recording}`, recording === 'all' ? 'dim' : 'warn']]);
  if (cells < 80 && (state.list.filter !== '' || state.prompt?.kind === 'filter'))
    right.push(filterPiece(state, matching));
  return fitPieces(cells, pieces, right);
}

function filterPiece(state: State, matching: number): Line {
  if (state.prompt?.kind === 'filter') {
    const typed = caretLine(state.prompt.text, state.prompt.caret);
    return [['/ ', 'key'], ...typed, [` ${matching.toLocaleString('en-US')}`, 'dim']];
  }
  return [['/ ', 'key'], cutText(state.list.filter, 20), [` ${matching.toLocaleString('en-US')}`, 'dim']];
}

const SORT_LABELS: Record<State['list']['sort']['by'], string> = {
  time: 'newest first',
  duration: 'slowest first',
  queries: 'most queries first',
  qtime: 'most query time first',
  win: 'largest win first',
  status: 'highest status first',
  path: 'by path',
};

const ROUTE_SORT_LABELS: typeof SORT_LABELS = {
  time: 'most time first',
  duration: 'slowest p95 first',
  queries: 'most queries first',
  qtime: 'most query time first',
  win: 'largest win first',
  status: 'most errors first',
  path: 'by route',
};

/** Share of the requests from which routes count as added up: some come and go meanwhile. */
const ALL_BUT_NEWEST = 0.98;

/** Requests in the routes so far; undefined where the total is of others. */
function addedUp({ list }: State, routes: ListData['routes']): number | undefined {
  if (list.view !== 'routes' || list.filter !== '' || list.since !== undefined || !list.follow)
    return undefined;
  return routes.reduce((sum, { count }) => sum + count, 0);
}

/** Second row: the filter, the number of matches, the order, and whether the list follows. */
export function filterLine(
  state: State,
  {
    stale,
    count: matching,
    counted,
    fresh,
    routes,
  }: Pick<ListData, 'stale' | 'count' | 'counted' | 'fresh' | 'routes'>,
  { total, unlisted, losses = [] }: { total: number; unlisted: number; losses?: RunLoss[] | undefined },
  cells: number,
): Line {
  const { list, prompt } = state;
  const left: Line[] = [];
  if (prompt?.kind === 'filter') left.push([['/ ', 'key'], ...caretLine(prompt.text, prompt.caret)]);
  else if (list.filter !== '')
    left.push([
      ['/ ', 'key'],
      [cleanText(list.filter), 'accent'],
    ]);
  else
    left.push([
      ['/ ', 'key'],
      ['filter', 'dim'],
    ]);
  if (unlisted > 0 && !prompt && list.filter === '' && list.view === 'all' && !list.onlyMarked)
    left.push([[`${unlistedText(unlisted)}: ${TICKS_FILTER}`, 'dim']]);
  const lost = losses.reduce((sum, { requests }) => sum + requests, 0);
  if (lost > 0) left.push([[`${formatCount(lost, 'request')} not kept`, 'warn']]);
  for (const { reason } of losses) left.push([[cleanText(reason), 'warn']]);
  if (list.trouble) left.push([[list.trouble, 'error']]);
  const isFiltered = list.filter !== '' || list.view === 'errors' || list.view === 'n+1' || list.onlyMarked;
  // The plus means that the feed is still counting.
  const matches = stale ? '…' : `${matching.toLocaleString('en-US')}${counted ? '' : '+'}`;
  const figures = `${matches} of ${total.toLocaleString('en-US')}`;
  const right: Line[] = [];
  if (isFiltered) right.push([figures]);
  const added = addedUp(state, routes);
  if (added !== undefined && added < total * ALL_BUT_NEWEST)
    right.push([[`${added.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} so far`, 'warn']]);
  if (list.view !== 'all') right.push([[`view ${list.view}`, 'accent']]);
  if (list.onlyMarked) right.push([['marked', 'accent']]);
  if (list.since !== undefined) right.push([[`since ${formatClock(list.since)}`, 'accent']]);
  const labels = list.view === 'routes' ? ROUTE_SORT_LABELS : SORT_LABELS;
  right.push([[`${labels[list.sort.by]}${list.sort.reverse ? ', reversed' : ''}`, 'dim']]);
  if (list.frozen) right.push([['frozen', 'warn']]);
  else if (list.follow) right.push([['following', 'ok']]);
  else
    right.push(
      fresh > 0 ? [[`${fresh.toLocaleString('en-US')} new, F follows`, 'warn']] : [['F follows', 'dim']],
    );
  if (list.trouble) return fitPieces(cells, left);
  while (right.length > 1 && 24 + lineWidth(right.flat()) + 2 * right.length > cells) right.splice(-2, 1);
  return fitPieces(cells, left, right);
}

/** Bar that reports the app's exit or a fault of the store; undefined without either. */
export function alarmLine(status: FeedStatus, cells: number): Line | undefined {
  if (status.exit) {
    const how = status.exit.signal ? `by ${status.exit.signal}` : `with code ${status.exit.code ?? 0}`;
    const lastError = status.exit.stderr?.at(-1);
    const what = lastError ? `the app ended ${how}: ${cleanText(lastError)}` : `the app ended ${how}`;
    const hint = '   r starts it again ';
    return [[fitText(` ${cutText(what, cells - hint.length - 1)}${hint}`, cells), 'alarm']];
  }
  return status.trouble ? [[fitText(` ${cleanText(status.trouble)}`, cells), 'alarm']] : undefined;
}
