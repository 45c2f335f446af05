/** Figures of the header, read at most once a second. */

import { useEffect, useRef, useState } from 'react';
import type { Feed, ListStats } from '../../../feed/feed.js';

/** ms between two readings. */
const READ_MS = 1000;

/** The figures; undefined until they are known. */
export function useStats(feed: Feed, version: number): ListStats | undefined {
  const [stats, setStats] = useState<ListStats>();
  const readAt = useRef(Number.NEGATIVE_INFINITY);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the requests is a change of the figures
  useEffect(() => {
    const timer = setTimeout(
      () => {
        readAt.current = performance.now();
        // The list says why nothing can be read.
        Promise.resolve(feed.stats()).then(setStats, () => {});
      },
      Math.max(0, readAt.current + READ_MS - performance.now()),
    );
    return () => clearTimeout(timer);
  }, [feed, version]);
  return stats;
}
