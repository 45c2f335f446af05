/** The list: toolbar, pictures and rows. */

import { useEffect, useRef, useState } from 'react';
import { listQueryOf } from '../../../screens/list-query.js';
import { usePage } from '../hooks/page-context.js';
import { useListCursor } from '../hooks/use-list-cursor.js';
import { useListData } from '../hooks/use-list-data.js';
import { useListKeys } from '../hooks/use-list-keys.js';
import { useNewest } from '../hooks/use-newest.js';
import { useScrollMemory } from '../hooks/use-scroll-memory.js';
import { useSize } from '../hooks/use-size.js';
import { useStats } from '../hooks/use-stats.js';
import { scrollTo, virtualRows } from '../parts/virtual-rows.js';
import { formatAddress } from '../state/address.js';
import { EmptyList } from './EmptyList.js';
import { ListPictures } from './ListPictures.js';
import { ListToolbar } from './ListToolbar.js';
import { CARD_HEIGHT, RequestTable, ROW_HEIGHT } from './RequestTable.js';
import { RoutesTable, routeAddress } from './RoutesTable.js';

/** Pixels below which a request is a card. */
const MIN_TABLE = 720;

/** The list; beside a request it has no pictures. */
export function ListPane({ isAside }: { isAside: boolean }) {
  const { feed, state, address, dispatch, go, version, failed } = usePage();
  const { list, marks, onlyMarked, until, follows } = state;
  const pane = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const [scrollTop, setScrollTop] = useState(0);
  const { width } = useSize(pane);
  const { height } = useSize(scroller);
  const isCards = width < MIN_TABLE;
  const wish = { view: list.view, filter: list.filter, marks, onlyMarked };
  const { from, to } = list;
  const [hasRows, setHasRows] = useState(false);
  const newest = useNewest(
    feed,
    listQueryOf({ ...wish, view: list.view === 'routes' ? 'all' : list.view }),
    version,
    failed,
    // The first rows are not to wait for the pictures above them.
    hasRows || from !== undefined,
  );
  const ids =
    from !== undefined && to !== undefined
      ? newest?.filter(({ start }) => start >= from && start <= to).map(({ id }) => id)
      : undefined;
  const rowHeight = isCards ? CARD_HEIGHT : ROW_HEIGHT;
  const seen = useRef({ from: 0, to: 50 });
  const data = useListData(
    { feed, wish: { ...wish, ...(until !== undefined && { until }) }, ids, sort: list.sort, version, failed },
    seen.current,
  );
  useEffect(() => setHasRows(data.loaded), [data.loaded]);
  const viewport = { count: data.count, rowHeight, height: height || 600, scrollTop };
  const rows = virtualRows(viewport);
  seen.current = { from: rows.from, to: rows.to };
  const isRoutes = list.view === 'routes';
  useScrollMemory(scroller, formatAddress(list), !data.stale && data.count > 0);
  const cursor = useListCursor(data, Math.max(1, Math.floor(viewport.height / rowHeight) - 1), {
    show: (at) => {
      if (scroller.current && !isRoutes) scroller.current.scrollTop = scrollTo(at, viewport);
    },
    open: (at) => {
      const row = data.row(at);
      if (isRoutes) {
        if (data.routes[at]) go(routeAddress(data.routes[at], list));
      } else if (row)
        go({
          at: 'request',
          id: row.id,
          ...(address.at === 'request' && address.tab && { tab: address.tab }),
        });
    },
  });
  useListKeys(cursor.id);
  useEffect(() => {
    if (follows > 0 && scroller.current) scroller.current.scrollTop = 0;
  }, [follows]);
  const newestStart = data.row(0)?.start;
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const scrolled = () => {
      setScrollTop(element.scrollTop);
      if (element.scrollTop < rowHeight) dispatch({ type: 'top' });
      else if (newestStart !== undefined) dispatch({ type: 'hold', until: newestStart });
    };
    element.addEventListener('scroll', scrolled, { passive: true });
    return () => element.removeEventListener('scroll', scrolled);
  });
  useEffect(() => {
    if (!isAside) document.title = 'scooby';
  }, [isAside]);
  const stats = useStats(feed, version);
  const isEmpty = data.loaded && !data.stale && data.count === 0;
  const selected = address.at === 'request' ? address.id : cursor.id;
  return (
    <section ref={pane} className={`list-pane ${isAside ? 'is-aside' : ''}`} aria-label="list">
      {!isAside && <h1 className="page-title">Requests</h1>}
      <ListToolbar data={data} stats={stats} />
      {!isAside && <ListPictures newest={newest} />}
      {isEmpty && <EmptyList stats={stats} />}
      {!isEmpty && isRoutes && <RoutesTable rows={data.routes} selected={cursor.at} />}
      {!isEmpty && !isRoutes && (
        <RequestTable data={data} rows={rows} isCards={isCards} scroller={scroller} selected={selected} />
      )}
    </section>
  );
}
