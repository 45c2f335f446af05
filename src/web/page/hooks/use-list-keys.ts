/** Keys of the list besides those that move in it. */

import { LIST_VIEWS } from '../../../screens/list-query.js';
import { usePage } from './page-context.js';
import { useCommands } from './use-commands.js';

/** `id` is the request on which they act. */
export function useListKeys(id: string | undefined): void {
  const { state, dispatch, go, address } = usePage();
  const { list } = state;
  const isList = address.at === 'list';
  const view = LIST_VIEWS[(LIST_VIEWS.indexOf(list.view) + 1) % LIST_VIEWS.length]!;
  useCommands(
    isList
      ? {
          sort: () => dispatch({ type: 'dialog', dialog: 'sort' }),
          reverse: () =>
            go({ ...list, sort: { ...list.sort, reverse: !list.sort.reverse } }, { replace: true }),
          view: () => go({ ...list, view, sort: { by: 'time', reverse: false } }),
          onlyMarked: () => dispatch({ type: 'onlyMarked' }),
          mark: id === undefined ? undefined : () => dispatch({ type: 'mark', id }),
          back: list.filter === '' && list.from === undefined ? undefined : () => history.back(),
        }
      : {},
  );
  useCommands({
    follow: () => dispatch({ type: 'follow' }),
    pause: () => dispatch({ type: 'pause' }),
  });
}
