/** The requests before and after the shown one in the list that it was opened from. */

import { listQueryOf } from '../../../screens/list-query.js';
import { usePage } from './page-context.js';
import { useCommands } from './use-commands.js';

/** Steps to the next and previous request, with the same tab. */
export function useNeighbours(id: string, tab: string | undefined): void {
  const { feed, state, go, failed } = usePage();
  const { list, marks, onlyMarked } = state;
  const step = async (n: 1 | -1) => {
    const view = list.view === 'routes' ? 'all' : list.view;
    const query = listQueryOf({ view, filter: list.filter, marks, onlyMarked });
    const at = await feed.position(query, list.sort, id);
    if (at < 0 || at + n < 0) return;
    const [next] = await feed.page(query, list.sort, at + n, 1);
    if (next) go({ at: 'request', id: next.id, ...(tab !== undefined && { tab }) }, { replace: true });
  };
  useCommands({
    nextRequest: () => void step(1).catch(failed),
    previousRequest: () => void step(-1).catch(failed),
  });
}
