/** Rows of the list: pages of the feed, loaded as they are seen. */

import { useEffect, useMemo, useReducer } from 'react';
import type { Feed, Sort } from '../../../feed/feed.js';
import { ListData } from '../../../screens/list-data.js';
import { type ListWish, listQueryOf } from '../../../screens/list-query.js';

/** What the list is to show. */
interface ListDemand {
  feed: Feed;
  wish: ListWish;
  /** Only these requests. */
  ids: string[] | undefined;
  sort: Sort;
  version: number;
  failed(error: unknown): void;
}

/** Rows; the component is drawn again when they change. `seen` are the rows on the screen. */
export function useListData(
  { feed, wish, ids, sort, version, failed }: ListDemand,
  seen: { from: number; to: number },
): ListData {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const data = useMemo(() => {
    let isDue = false;
    const changed = () => {
      // Several answers come together.
      if (isDue) return;
      isDue = true;
      queueMicrotask(() => {
        isDue = false;
        redraw();
      });
    };
    return new ListData(feed, changed, failed);
  }, [feed, failed]);
  const query = JSON.stringify([{ ...listQueryOf(wish), ...(ids && { ids }) }, sort, wish.view === 'routes']);
  useEffect(() => {
    data.setQuery(...(JSON.parse(query) as Parameters<ListData['setQuery']>));
  }, [data, query]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is on the screen is loaded again when requests change
  useEffect(() => {
    if (!data.stale) data.refresh(seen.from, seen.to);
  }, [data, version]);
  useEffect(() => data.loadRows(seen.from, seen.to));
  return data;
}
