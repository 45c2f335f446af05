/** The watch over a request: it goes on while other things are shown. */

import { useEffect } from 'react';
import { watchSummary } from '../../../insight/verify/summary.js';
import { usePage } from './page-context.js';

/** Watches the request of the state, until that has none. */
export function useWatch(): void {
  const { feed, state, dispatch, failed } = usePage();
  const id = state.watch?.id;
  useEffect(() => {
    if (id === undefined) return;
    const controller = new AbortController();
    const { signal } = controller;
    const watch = async () => {
      const trace = await feed.find(id);
      if (trace === undefined || feed.watch === undefined || signal.aborted) return;
      await feed.watch(
        trace,
        {
          compared: (verification) => {
            const last = watchSummary(verification);
            const role = verification.verdict === 'gone' ? 'ok' : 'warn';
            dispatch({ type: 'watched', last });
            dispatch({ type: 'notice', text: last, role, request: verification.after.id });
          },
          failed: (text) => dispatch({ type: 'notice', text, role: 'error' }),
        },
        signal,
      );
    };
    watch()
      .catch((error) => signal.aborted || failed(error))
      // Of a run that has ended, too.
      .finally(() => signal.aborted || dispatch({ type: 'unwatch' }));
    return () => controller.abort();
  }, [feed, id, dispatch, failed]);
}
