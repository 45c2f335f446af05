/** A request as a whole, read again while it may still change. */

import { useEffect, useRef, useState } from 'react';
import type { Trace } from '../../../domain/trace.js';
import type { Feed } from '../../../feed/feed.js';

/** A request that is loading, there, or no longer stored. */
export type LoadedTrace = { state: 'loading' } | { state: 'missing' } | { state: 'there'; trace: Trace };

/** ms after its end in which calls may still be added to a request. */
const SETTLING_MS = 5000;

/** The request of an id. The one before it is not shown meanwhile. */
export function useTrace(
  feed: Feed,
  id: string | undefined,
  version: number,
  failed: (error: unknown) => void,
): LoadedTrace {
  const [loaded, setLoaded] = useState<{ id: string; trace: Trace | undefined }>();
  const current = useRef(loaded);
  current.current = loaded;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the requests may be of this one
  useEffect(() => {
    if (id === undefined) return;
    const known = current.current;
    if (known?.id === id && known.trace && !mayChange(known.trace)) return;
    let isCurrent = true;
    Promise.resolve(feed.find(id)).then(
      (trace) => isCurrent && setLoaded({ id, trace }),
      (error) => {
        if (!isCurrent) return;
        failed(error);
        if (known?.id !== id) setLoaded({ id, trace: undefined });
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [feed, id, version]);
  if (id === undefined || loaded?.id !== id) return { state: 'loading' };
  return loaded.trace ? { state: 'there', trace: loaded.trace } : { state: 'missing' };
}

function mayChange({ state, start, duration = 0 }: Trace): boolean {
  return state === 'open' || Date.now() - start - duration < SETTLING_MS;
}
