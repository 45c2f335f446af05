/** The rows over the list: the app and its figures, the filter, and the bar that says what went wrong. */

import { N_PLUS_ONE } from '../../domain/finding-kinds.js';
import { formatCount, formatMs } from '../../domain/text.js';
import type { FeedStatus, ListStats } from '../../feed/feed.js';
import { cleanText, cutText, fitText, type Line, lineWidth } from '../../terminal/cells.js';
import type { ListData } from '../data/list-data.js';
import type { State } from '../state/state.js';
import { caretLine, fitPieces } from './fit-row.js';

/** Answers what is run and where it is asked; on narrow screens the address goes before the command. */
function appPiece({ url, app }: FeedStatus, cells: number): Line {
  if (cells < 80) return [['scooby', 'title'], url === undefined ? '' : `  :${new URL(url).port}`];
  const command = cleanText(app?.command ?? '');
  const shown = url !== undefined && cells < 120 ? '' : `  ${cutText(command, 40)}`;
  return [['scooby', 'title'], url === undefined ? '' : `  ${url}`, shown];
}

function livePiece(status: FeedStatus): Line {
  if (status.exit) return [['○ ended', 'error']];
  if (status.starting) return [['… starting', 'warn']];
  return status.live ? [['● live', 'ok']] : [['○ history', 'dim']];
}

/** Answers the first row of the screen. */
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
    if (cells >= 100) pieces.push([['p50 ', 'dim'], formatMs(stats.p50 ?? 0)]);
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

const SORTED: Record<State['list']['sort']['by'], string> = {
  time: 'newest first',
  duration: 'slowest first',
  queries: 'most queries first',
  qtime: 'most query time first',
  status: 'highest status first',
  path: 'by path',
};

/** Answers the second row: the filter, how many match, the order, and whether the list follows. */
export function filterLine(
  state: State,
  { stale, count: matching, counted, fresh }: Pick<ListData, 'stale' | 'count' | 'counted' | 'fresh'>,
  total: number,
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
  if (list.trouble) left.push([[list.trouble, 'error']]);
  const narrowed = list.filter !== '' || list.view === 'errors' || list.view === 'n+1' || list.onlyMarked;
  // A plus until the last request has been looked at.
  const found = stale ? '…' : `${matching.toLocaleString('en-US')}${counted ? '' : '+'}`;
  const figures = `${found} of ${total.toLocaleString('en-US')}`;
  const right: Line[] = [];
  if (narrowed) right.push([figures]);
  if (list.view !== 'all') right.push([[`view ${list.view}`, 'accent']]);
  if (list.onlyMarked) right.push([['marked', 'accent']]);
  if (list.view !== 'routes')
    right.push([[`${SORTED[list.sort.by]}${list.sort.reverse ? ', reversed' : ''}`, 'dim']]);
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

/** Answers the bar that says that the app has ended, or what is wrong with the store. */
export function alarmLine(status: FeedStatus, cells: number): Line | undefined {
  if (status.exit) {
    const how = status.exit.signal ? `by ${status.exit.signal}` : `with code ${status.exit.code ?? 0}`;
    const said = status.exit.stderr?.at(-1);
    const what = said ? `the app ended ${how}: ${cleanText(said)}` : `the app ended ${how}`;
    const then = '   r starts it again ';
    return [[fitText(` ${cutText(what, cells - then.length - 1)}${then}`, cells), 'alarm']];
  }
  return status.trouble ? [[fitText(` ${cleanText(status.trouble)}`, cells), 'alarm']] : undefined;
}
