/** Addresses of the page: what is shown, as the fragment of its URL, so that links and the back button work. */

import type { Sort, SortKey } from '../../../feed/feed.js';
import { LIST_VIEWS, type ListView } from '../../../screens/list-query.js';

/** A list, and how it is narrowed and sorted. */
export interface ListAddress {
  at: 'list';
  view: ListView;
  filter: string;
  sort: Sort;
  /** Epoch ms: only requests of this time, chosen in the picture of the newest. */
  from?: number;
  to?: number;
}

/** A request, its tab, and the call that is open in it, as an index into its spans. */
export interface RequestAddress {
  at: 'request';
  id: string;
  tab?: string;
  item?: number;
}

/** Two requests side by side. */
export interface DiffAddress {
  at: 'diff';
  before: string;
  after: string;
}

export type PageAddress = ListAddress | RequestAddress | DiffAddress;

/** The list as it is at first. */
export const FIRST_LIST: ListAddress = {
  at: 'list',
  view: 'all',
  filter: '',
  sort: { by: 'time', reverse: false },
};

const SORTS: SortKey[] = ['time', 'duration', 'queries', 'qtime', 'win', 'status', 'path'];

/** Address of a fragment such as `#/r/<id>/sql/12`; the first list where it is of no known form. */
export function parsePageAddress(hash: string): PageAddress {
  const [path = '', search = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  const [first = '', ...rest] = path.split('/').map(decoded);
  if (first === 'r' && rest[0]) return requestAddress(rest as [string, ...string[]]);
  if (first === 'diff' && rest[0] && rest[1]) return { at: 'diff', before: rest[0], after: rest[1] };
  return listAddress(first, new URLSearchParams(search));
}

/** A link may be cut anywhere. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function requestAddress([id, tab, item]: [string, ...string[]]): RequestAddress {
  return {
    at: 'request',
    id,
    ...(tab && { tab }),
    ...(item !== undefined && /^\d{1,9}$/.test(item) && { item: Number(item) }),
  };
}

function listAddress(name: string, search: URLSearchParams): ListAddress {
  const by = search.get('sort') as SortKey;
  const [from, to] = [search.get('from'), search.get('to')].map(numberOf);
  return {
    at: 'list',
    view: LIST_VIEWS.find((view) => view === name) ?? 'all',
    filter: search.get('q') ?? '',
    sort: { by: SORTS.includes(by) ? by : 'time', reverse: search.get('order') === 'reverse' },
    ...(from !== undefined && to !== undefined && { from, to }),
  };
}

function numberOf(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Fragment of an address. */
export function formatAddress(address: PageAddress): string {
  if (address.at === 'request') {
    const { id, tab, item } = address;
    return `#/${['r', id, ...(tab ? [tab] : []), ...(tab && item !== undefined ? [String(item)] : [])].map(encodeURIComponent).join('/')}`;
  }
  if (address.at === 'diff')
    return `#/diff/${encodeURIComponent(address.before)}/${encodeURIComponent(address.after)}`;
  const { view, filter, sort, from, to } = address;
  const search = new URLSearchParams();
  if (filter !== '') search.set('q', filter);
  if (sort.by !== 'time') search.set('sort', sort.by);
  if (sort.reverse) search.set('order', 'reverse');
  if (from !== undefined && to !== undefined) {
    search.set('from', String(Math.floor(from)));
    search.set('to', String(Math.ceil(to)));
  }
  const query = search.toString();
  return `#/${view === 'all' ? '' : view}${query === '' ? '' : `?${query}`}`;
}
