/** What the request would take further away from what it calls. */

import { useEffect, useState } from 'react';
import type { Trace } from '../../../domain/trace.js';
import type { DistantRequest } from '../../../feed/feed.js';
import { usePage } from './page-context.js';
import { useCommands } from './use-commands.js';

/** The request under the latency of the state; undefined without one. */
export function useDistance(trace: Trace): DistantRequest | undefined {
  const { feed, state, dispatch, failed } = usePage();
  const { latency } = state;
  const [known, setKnown] = useState<{
    trace: Trace;
    latency: number;
    distant: DistantRequest | undefined;
  }>();
  useEffect(() => {
    if (latency === 0 || !feed.whatIf) return;
    let isCurrent = true;
    Promise.resolve(feed.whatIf(trace, latency)).then(
      (distant) => isCurrent && setKnown({ trace, latency, distant }),
      failed,
    );
    return () => {
      isCurrent = false;
    };
  }, [feed, trace, latency, failed]);
  const step = (n: 1 | -1) => () => {
    if (feed.whatIf) dispatch({ type: 'latency', step: n });
    else dispatch({ type: 'notice', role: 'warn', text: "this is for scooby's own page: scooby open" });
  };
  useCommands({ further: step(1), closer: step(-1) });
  return known?.trace === trace && known.latency === latency && latency > 0 ? known.distant : undefined;
}
