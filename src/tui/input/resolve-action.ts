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

/** Action for the selection: a row opens its tab, a route its requests, R has the URL. */
export function resolveAction(action: Action, { state, page, list }: ViewModel): Action {
  const { focus, detail } = state;
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
