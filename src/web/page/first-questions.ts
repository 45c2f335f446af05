/** What the page asks its feed first, so that it can be asked before the page is drawn. */

import { PAGE_ROWS } from '../../screens/list-data.js';
import { listQueryOf } from '../../screens/list-query.js';
import type { FeedQuestion } from '../client/http-feed.js';
import type { PageAddress } from './state/address.js';

/** Questions of an address, the first to be shown first. */
export function firstQuestions(address: PageAddress): FeedQuestion[] {
  if (address.at === 'request') return [['find', address.id]];
  if (address.at === 'diff')
    return [
      ['find', address.before],
      ['find', address.after],
    ];
  const { view, filter, sort, from } = address;
  // Of a span of time the ids come first.
  if (from !== undefined) return [];
  const query = listQueryOf({ view, filter, marks: [], onlyMarked: false });
  if (view === 'routes') return [['routes', query]];
  return [['page', query, sort, 0, PAGE_ROWS], ['count', query], ['stats']];
}
