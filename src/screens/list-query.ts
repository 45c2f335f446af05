/** Query of the list of requests: its filter and view, the marks, the end of the shown period. */

import { type FilterQuery, intersectQueries, parseFilter } from '../domain/filter.js';
import { quoteFilterValue } from '../domain/filter-term.js';
import { N_PLUS_ONE } from '../domain/finding-kinds.js';
import { listedQuery } from '../domain/routine.js';
import type { ListQuery, RouteRow } from '../feed/feed.js';

/** Rows of the list: all requests, one row per route, failed requests, or requests with an N+1. */
export type ListView = 'all' | 'routes' | 'errors' | 'n+1';
export const LIST_VIEWS: ListView[] = ['all', 'routes', 'errors', 'n+1'];

/** What a list shows. */
export interface ListWish {
  view: ListView;
  filter: string;
  /** Epoch ms; requests that started later are left out. */
  until?: number;
  /** Epoch ms at which the list was cleared; requests that started earlier are left out. */
  since?: number;
  /** Ids of the marked requests. */
  marks: string[];
  onlyMarked: boolean;
}

const VIEW_QUERIES: Record<string, FilterQuery> = {
  errors: [[{ field: 'errors', op: '>', value: 0, not: false }]],
  'n+1': [[{ field: 'finding', op: ':', value: N_PLUS_ONE.kind, not: false }]],
};

function sinceQuery(value: number): FilterQuery {
  return [[{ field: 'start', op: '>=', value, not: false }]];
}

/** Query of a list. */
export function listQueryOf(list: ListWish): ListQuery {
  const parsed = parseFilter(list.filter);
  const filtered = intersectQueries('query' in parsed ? parsed.query : [], VIEW_QUERIES[list.view] ?? []);
  const query = list.since === undefined ? filtered : intersectQueries(filtered, sinceQuery(list.since));
  // A marked tick is listed, and by route the ticks of a timer are one row.
  const isWhole = list.onlyMarked || list.view === 'routes';
  return {
    query: isWhole ? query : listedQuery(query),
    ...(list.until === undefined ? {} : { until: list.until }),
    ...(list.onlyMarked ? { ids: list.marks } : {}),
  };
}

/** Filter that matches the requests of a route among those of another filter. */
export function routeFilter({ method, route }: Pick<RouteRow, 'method' | 'route'>, filter: string): string {
  const ofRoute = `method=${method.toLowerCase()} route=${quoteFilterValue(route)}`;
  return filter === '' ? ofRoute : `(${filter}) ${ofRoute}`;
}
