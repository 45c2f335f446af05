/** A store that lets somebody see what is saved in it, and is never in the way of that. */

import type { SourceText } from '../../domain/site.js';
import type { Trace } from '../../domain/trace.js';
import { type Store, StoreError } from '../../store/store.js';

/** Answers the store with `see` told of every trace, and each time again that one is saved; a fault costs a warning, once. */
export function observeStore(
  store: Store,
  see: (trace: Trace) => void,
  warn: (message: string) => void,
): Store {
  let failed = false;
  const trying = <T>(work: () => T, otherwise: T): T => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (!failed) warn(`${error.message}; requests are judged, and cannot be shown later`);
      failed = true;
      return otherwise;
    }
  };
  const saveAll = (traces: Trace[]) => {
    for (const trace of traces) see(trace);
    trying(() => store.saveAll(traces), undefined);
  };
  return {
    place: store.place,
    saveAll,
    save: (trace) => saveAll([trace]),
    saveSource: (source: SourceText) => trying(() => store.saveSource(source), ''),
    source: (hash) => store.source(hash),
    find: (id) => store.find(id),
    idsWith: (prefix, limit) => store.idsWith(prefix, limit),
    recent: (among, limit) => store.recent(among, limit),
    outside: (limit) => store.outside(limit),
    aggregates: (by, among) => store.aggregates(by, among),
    runs: (limit) => store.runs(limit),
    close: () => store.close(),
  };
}
