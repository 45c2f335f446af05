/** The page: its head, the list and the request, side by side where there is room. */

import { lazy, Suspense, useCallback, useEffect, useMemo, useReducer, useState } from 'react';
import type { Feed } from '../../../feed/feed.js';
import { PageContext, type PageContextValue, usePage } from '../hooks/page-context.js';
import { useAddress } from '../hooks/use-address.js';
import { CommandContext, CommandTable, useCommandKeys, useCommands } from '../hooks/use-commands.js';
import { useFeedVersion } from '../hooks/use-feed-version.js';
import { useNow } from '../hooks/use-now.js';
import { useWindowWidth } from '../hooks/use-size.js';
import { storedTheme, useTheme } from '../hooks/use-theme.js';
import { firstPageState, reducePage } from '../state/page-state.js';
import { ListPane } from './ListPane.js';
import { LoadingRequest } from './LoadingRequest.js';
import { PageHeader } from './PageHeader.js';
import { AlarmBar, NoticeBar } from './PageNotice.js';

const loadViews = () => import('./LaterViews.js');
const LaterViews = lazy(async () => ({ default: (await loadViews()).LaterViews }));

/** Reads the other views while nothing else is to be done: once the run has ended they cannot be read. */
function loadWhenIdle(): void {
  // Safari has no idle callbacks.
  const whenIdle = globalThis.requestIdleCallback ?? ((callback: () => void) => setTimeout(callback, 500));
  whenIdle(() => void loadViews().catch(() => {}));
}

/** Pixels from which the list stays beside a request. */
const MIN_SPLIT = 1500;

/** The page of a feed. */
export function PageApp({ feed }: { feed: Feed }) {
  const [state, dispatch] = useReducer(reducePage, undefined, () => firstPageState(storedTheme()));
  const [address, go] = useAddress();
  const [table] = useState(() => new CommandTable());
  const version = useFeedVersion(feed, state.isPaused);
  const now = useNow(version, state.isPaused);
  const width = useWindowWidth();
  useTheme(state.theme);
  useEffect(loadWhenIdle, []);
  useEffect(() => {
    if (address.at === 'list') dispatch({ type: 'list', list: address });
  }, [address]);
  const failed = useCallback(
    (error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      // What the bar above the page says already.
      if (text !== feed.status().trouble) dispatch({ type: 'notice', text, role: 'error' });
    },
    [feed],
  );
  useCommandKeys(table, address.at === 'list' ? 'list' : 'request');
  const status = feed.status();
  const list = address.at === 'list' ? address : state.list;
  const value = useMemo<PageContextValue>(
    () => ({ feed, status, state: { ...state, list }, dispatch, address, go, version, now, failed }),
    [feed, status, state, list, address, go, version, now, failed],
  );
  const isSplit = width >= MIN_SPLIT && address.at === 'request';
  return (
    <PageContext value={value}>
      <CommandContext value={table}>
        <PageCommands />
        <PageHeader />
        <AlarmBar />
        <main className={isSplit ? 'main is-split' : 'main'}>
          {(isSplit || address.at === 'list') && <ListPane isAside={isSplit} />}
          {address.at === 'request' && (
            <Suspense fallback={<LoadingRequest />}>
              <LaterViews address={address} />
            </Suspense>
          )}
          {address.at === 'diff' && (
            <Suspense fallback={<p className="empty dim">reading …</p>}>
              <LaterViews address={address} />
            </Suspense>
          )}
        </main>
        <NoticeBar />
        {state.dialog !== undefined && (
          <Suspense>
            <LaterViews address={undefined} />
          </Suspense>
        )}
      </CommandContext>
    </PageContext>
  );
}

/** Commands that work everywhere. */
function PageCommands() {
  const { dispatch } = usePage();
  useCommands({
    help: () => dispatch({ type: 'dialog', dialog: 'help' }),
    commands: () => dispatch({ type: 'dialog', dialog: 'commands' }),
    record: () => dispatch({ type: 'dialog', dialog: 'record' }),
    theme: () => dispatch({ type: 'theme' }),
    pause: () => dispatch({ type: 'pause' }),
  });
  return null;
}
