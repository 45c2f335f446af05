/** Resolves an action against the selection (enter on a route filters by it); builds the query. */

import { type FilterQuery, intersectQueries, parseFilter } from '../../domain/filter.js';
import { quoteFilterValue } from '../../domain/filter-term.js';
import { N_PLUS_ONE } from '../../domain/finding-kinds.js';
import { listedQuery } from '../../domain/routine.js';
import type { ListQuery, RouteRow } from '../../feed/feed.js';
import type { Action, ListState } from '../state/state.js';
import type { ViewModel } from '../view/view-model.js';

const VIEW_QUERIES: Record<string, FilterQuery> = {
  errors: [[{ field: 'errors', op: '>', value: 0, not: false }]],
  'n+1': [[{ field: 'finding', op: ':', value: N_PLUS_ONE.kind, not: false }]],
};

/** Query of the list: its filter, its view, the marks, and the end of the shown period. */
export function listQueryOf(list: ListState): ListQuery {
  const parsed = parseFilter(list.filter);
  const query = intersectQueries('query' in parsed ? parsed.query : [], VIEW_QUERIES[list.view] ?? []);
  // A marked tick is listed, and by route the ticks of a timer are one row.
  const isWhole = list.onlyMarked || list.view === 'routes';
  return {
    query: isWhole ? query : listedQuery(query),
    ...(list.until === undefined ? {} : { until: list.until }),
    ...(list.onlyMarked ? { ids: list.marks } : {}),
  };
}

/** Filter that matches the requests of a route among those of another filter. */
function routeFilter({ method, route }: RouteRow, filter: string): string {
  const ofRoute = `method=${method.toLowerCase()} route=${quoteFilterValue(route)}`;
  return filter === '' ? ofRoute : `(${filter}) ${ofRoute}`;
}

/** What an arrow to the side does in a table. */
export function sideAction(n: 1 | -1): Action {
  return n > 0 ? { type: 'open' } : { type: 'back' };
}

/** Moves of the cursor in an icicle, and Enter, which zooms; undefined for all other actions. */
function icicleAction(action: Action, { state, page, trace }: ViewModel): Action | undefined {
  const { canvas } = page;
  if (canvas === undefined || trace === undefined || state.focus !== 'table') return undefined;
  const at = Math.min(state.detail.table.at, page.entries.length - 1);
  const goTo = (index: number): Action => ({ type: 'at', pane: 'table', index });
  if (action.type === 'side') return goTo(canvas.move(at, action.n > 0 ? 'right' : 'left'));
  if (action.type === 'move' && action.by === 'row')
    return goTo(canvas.move(at, action.n > 0 ? 'down' : 'up'));
  const isZoomed = canvas.rowOf(at) === 0;
  return action.type === 'open' && !isZoomed ? { type: 'zoomFrame', trace: trace.id, frame: at } : undefined;
}

/**
 * Action for the selection: a row opens its tab, a route its requests, R has the URL, and arrows go
 * in and out where they do not move in an icicle.
 */
export function resolveAction(wished: Action, viewModel: ViewModel): Action {
  const { state, page, list } = viewModel;
  const { focus, detail } = state;
  const inIcicle = icicleAction(wished, viewModel);
  if (inIcicle) return inIcicle;
  const action = wished.type === 'side' ? sideAction(wished.n) : wished;
  if (action.type === 'open' && focus === 'table') {
    const row = page.entries[detail.table.at];
    if (row?.tab && !row.position) return { type: 'tab', to: row.tab };
  }
  if (action.type === 'open' && focus === 'list' && state.list.view === 'routes') {
    const row = list.routes[state.list.cursor.at];
    if (!row) return action;
    const { method, route } = row;
    return { type: 'route', filter: routeFilter(row, state.list.filter), route: { method, route } };
  }
  if (action.type !== 'prompt' || action.kind !== 'url') return action;
  const url = list.row(state.list.cursor.at)?.url;
  return url === undefined ? { type: 'none' } : { ...action, text: url };
}
