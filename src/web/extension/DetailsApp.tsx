/** The request that is chosen in the panel: that part of scooby's page, without its list. */

import { useCallback, useEffect, useMemo, useReducer, useState } from 'react';
import type { Feed } from '../../feed/feed.js';
import { NoticeBar } from '../page/components/PageNotice.js';
import { RequestPane } from '../page/components/RequestPane.js';
import { PageContext, type PageContextValue } from '../page/hooks/page-context.js';
import { useAddress } from '../page/hooks/use-address.js';
import { CommandContext, CommandTable, useCommandKeys } from '../page/hooks/use-commands.js';
import { useTheme } from '../page/hooks/use-theme.js';
import { firstPageState, reducePage } from '../page/state/page-state.js';

/** Follows the address of its frame; `onClose` is called where that leads back to the list. */
export function DetailsApp({ feed, onClose }: { feed: Feed; onClose: () => void }) {
  const [state, dispatch] = useReducer(reducePage, undefined, () => firstPageState());
  const [address, go] = useAddress();
  const [table] = useState(() => new CommandTable());
  const failed = useCallback(
    (error: unknown) =>
      dispatch({
        type: 'notice',
        text: error instanceof Error ? error.message : String(error),
        role: 'error',
      }),
    [],
  );
  useTheme(state.theme);
  useCommandKeys(table, 'request');
  const isOpen = address.at === 'request';
  useEffect(() => {
    if (!isOpen) onClose();
  }, [isOpen, onClose]);
  const value = useMemo<PageContextValue>(
    () => ({
      ...{ feed, status: feed.status(), state, dispatch, address, go, failed },
      ...{ version: 0, now: Date.now() },
    }),
    [feed, state, address, go, failed],
  );
  return (
    <PageContext value={value}>
      <CommandContext value={table}>
        <main className="main">{address.at === 'request' && <RequestPane address={address} />}</main>
        <NoticeBar />
      </CommandContext>
    </PageContext>
  );
}
