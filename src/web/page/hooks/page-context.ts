/** What every part of the page needs: the feed, the state, the address, and the way to change them. */

import { createContext, type Dispatch, useContext } from 'react';
import type { Feed, FeedStatus } from '../../../feed/feed.js';
import type { PageAddress } from '../state/address.js';
import type { PageAction, PageState } from '../state/page-state.js';

export interface PageContextValue {
  feed: Feed;
  status: FeedStatus;
  state: PageState;
  dispatch: Dispatch<PageAction>;
  address: PageAddress;
  /** Shows an address; `replace` leaves the one before it out of the history. */
  go(address: PageAddress, options?: { replace?: boolean }): void;
  /** Increases when requests have changed, at most a few times a second. */
  version: number;
  /** Epoch ms, for ages. */
  now: number;
  /** Shows why something failed. */
  failed(error: unknown): void;
}

export const PageContext = createContext<PageContextValue | undefined>(undefined);

export function usePage(): PageContextValue {
  const value = useContext(PageContext);
  if (value === undefined) throw new Error('a part of the page is outside of it');
  return value;
}
