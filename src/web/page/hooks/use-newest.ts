/** The newest requests of a list, for the pictures above it. */

import { useEffect, useRef, useState } from 'react';
import type { Summary } from '../../../domain/trace.js';
import type { Feed, ListQuery } from '../../../feed/feed.js';

/** Requests in the pictures. */
export const MAX_NEWEST = 500;
/** Those that are read again when something has changed. */
const TAIL = 50;
/** ms between two readings. */
const READ_MS = 1000;
const SORT = { by: 'time', reverse: false } as const;

/** Rows, newest first; undefined until they are known. Nothing is read before it `isDue`. */
export function useNewest(
  feed: Feed,
  listQuery: ListQuery,
  version: number,
  failed: (error: unknown) => void,
  isDue = true,
): Summary[] | undefined {
  const query = JSON.stringify(listQuery);
  const [known, setKnown] = useState<{ query: string; rows: Summary[] }>();
  const reader = useRef({ query: '', isReading: false, readAt: Number.NEGATIVE_INFINITY });
  const rows = useRef<Summary[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the requests has them read again
  useEffect(() => {
    if (!isDue) return;
    const own = reader.current;
    const isNew = own.query !== query;
    if (!isNew && own.isReading) return;
    Object.assign(own, { query, isReading: true });
    const wait = isNew ? 0 : Math.max(0, own.readAt + READ_MS - performance.now());
    const timer = setTimeout(async () => {
      try {
        const read = await readNewest(feed, JSON.parse(query) as ListQuery, isNew ? [] : rows.current);
        if (own.query !== query) return;
        rows.current = read;
        setKnown({ query, rows: read });
      } catch (error) {
        failed(error);
      } finally {
        own.readAt = performance.now();
        own.isReading = false;
      }
    }, wait);
    return () => {
      // A reading that waits is done with by the next.
      clearTimeout(timer);
      own.isReading = false;
    };
  }, [feed, query, version, isDue]);
  return known?.query === query ? known.rows : undefined;
}

/** The newest; only the first of them are read where the rest is known. */
async function readNewest(feed: Feed, query: ListQuery, known: Summary[]): Promise<Summary[]> {
  const first = await feed.page(query, SORT, 0, known.length > 0 ? TAIL : MAX_NEWEST);
  const oldest = first.at(-1);
  if (known.length === 0 || oldest === undefined || first.length < TAIL) return first;
  const joint = known.findIndex(({ id }) => id === oldest.id);
  if (joint < 0) return feed.page(query, SORT, 0, MAX_NEWEST);
  return [...first, ...known.slice(joint + 1)].slice(0, MAX_NEWEST);
}
