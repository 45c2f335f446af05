/** What an action comes to by what is selected, and what a list is asked for. */

import { type FilterQuery, intersectQueries, parseFilter } from '../../domain/filter.js';
import { quoteFilterValue } from '../../domain/filter-term.js';
import { N_PLUS_ONE } from '../../domain/finding-kinds.js';
import type { ListQuery, RouteRow } from '../../feed/feed.js';
import type { Action, ListState } from '../state/state.js';
import type { ViewModel } from '../view/view-model.js';

const VIEW_QUERIES: Record<string, FilterQuery> = {
  errors: [[{ field: 'errors', op: '>', value: 0, not: false }]],
  'n+1': [[{ field: 'finding', op: ':', value: N_PLUS_ONE.kind, not: false }]],
};

/** Answers what the list is asked for. */
export function listQueryOf(list: ListState): ListQuery {
  const parsed = parseFilter(list.filter);
  const query = intersectQueries('query' in parsed ? parsed.query : [], VIEW_QUERIES[list.view] ?? []);
  return {
    query,
    ...(list.until === undefined ? {} : { until: list.until }),
    ...(list.onlyMarked ? { ids: list.marks } : {}),
  };
}

/** Answers the filter that lets the requests of a route through. */
function filterOf({ method, route }: RouteRow): string {
  return `method=${method.toLowerCase()} route=${quoteFilterValue(route)}`;
}

/** Answers what an action comes to: a row that is about a tab opens it, a route lists its requests, a URL is that of the request. */
export function resolveAction(action: Action, { state, page, list }: ViewModel): Action {
  const { focus, detail } = state;
  if (action.type === 'open' && focus === 'table') {
    const entry = page.entries[detail.table.at];
    if (entry?.tab && !entry.place) return { type: 'tab', to: entry.tab };
  }
  if (action.type === 'open' && focus === 'list' && state.list.view === 'routes') {
    const row = list.routes[state.list.cursor.at];
    return row ? { type: 'route', filter: filterOf(row) } : action;
  }
  if (action.type !== 'prompt' || action.kind !== 'url') return action;
  const url = list.row(state.list.cursor.at)?.url;
  return url === undefined ? { type: 'none' } : { ...action, text: url };
}
