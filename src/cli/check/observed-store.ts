/**
 * Store wrapper that reports every saved trace, and keeps reporting when the store itself fails.
 */

import type { SourceText } from '../../domain/site.js';
import type { Trace } from '../../domain/trace.js';
import { type Store, StoreError } from '../../store/store.js';

/**
 * Store that calls `observe` with every saved trace, again for each later version of it.
 * A StoreError of saving becomes one warning, so that `scooby check` can still judge all requests.
 */
export function observeStore(
  store: Store,
  observe: (trace: Trace) => void,
  warn: (message: string) => void,
): Store {
  let hasWarned = false;
  const attempt = <T>(work: () => T, fallback: T): T => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (!hasWarned) warn(`${error.message}; requests are judged, but cannot be shown later`);
      hasWarned = true;
      return fallback;
    }
  };
  const saveAll = (traces: Trace[]) => {
    for (const trace of traces) observe(trace);
    attempt(() => store.saveAll(traces), undefined);
  };
  return {
    place: store.place,
    saveAll,
    save: (trace) => saveAll([trace]),
    saveSource: (source: SourceText) => attempt(() => store.saveSource(source), ''),
    source: (hash) => store.source(hash),
    find: (id) => store.find(id),
    idsWith: (prefix, limit) => store.idsWith(prefix, limit),
    recent: (selection, limit) => store.recent(selection, limit),
    children: (parent, limit) => store.children(parent, limit),
    outside: (limit) => store.outside(limit),
    aggregates: (by, selection) => store.aggregates(by, selection),
    runs: (limit) => store.runs(limit),
    close: () => store.close(),
  };
}
