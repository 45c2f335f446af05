/** Row of the list on which the keys act: a request stays chosen while rows move. */

import { useState } from 'react';
import type { ListData } from '../../../screens/list-data.js';
import { usePage } from './page-context.js';
import { useCommands } from './use-commands.js';

interface ListCursor {
  /** Number of the row. */
  at: number;
  /** Id of the request there. */
  id: string | undefined;
}

/** Cursor and its keys; `show` scrolls to a row, `open` opens it. */
export function useListCursor(
  data: ListData,
  pageRows: number,
  { show, open }: { show(at: number): void; open(at: number): void },
): ListCursor {
  const { state, dispatch, address } = usePage();
  const [row, setRow] = useState(0);
  const isRoutes = state.list.view === 'routes';
  const known = state.selected === undefined || isRoutes ? -1 : data.indexOf(state.selected);
  const at = Math.max(0, Math.min(known >= 0 ? known : row, data.count - 1));
  const move = (to: number) => {
    const next = Math.max(0, Math.min(to, data.count - 1));
    setRow(next);
    dispatch({ type: 'select', id: isRoutes ? undefined : data.row(next)?.id });
    show(next);
  };
  const isList = address.at === 'list';
  const moves = {
    down: () => move(at + 1),
    up: () => move(at - 1),
    pageDown: () => move(at + pageRows),
    pageUp: () => move(at - pageRows),
    first: () => move(0),
    last: () => move(data.count - 1),
    open: () => open(at),
  };
  useCommands(isList ? moves : {});
  return { at, id: isRoutes ? undefined : data.row(at)?.id };
}
