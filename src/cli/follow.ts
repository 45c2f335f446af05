/** Requests of a store as they are saved, for `scooby list --follow`: polled, whichever run records. */

import { setTimeout as delay } from 'node:timers/promises';
import { type FilterQuery, intersectQueries } from '../domain/filter.js';
import { listedQuery, unlistedQuery } from '../domain/routine.js';
import type { Summary } from '../domain/trace.js';
import { conditionOf } from '../store/filter-sql.js';
import type { PageReader } from '../store/page-reader.js';
import type { StoreReader } from '../store/store.js';

const POLL_MS = 250;
/** ms that one question for changes waits. */
const CHANGES_MS = 2000;
/** Requests that one poll reads; the next one goes on behind them. */
const MAX_READ = 5000;

type FollowedStore = Pick<PageReader, 'lastSaved' | 'lastSeq' | 'now' | 'version'>;

export interface FollowListener {
  print(requests: Summary[]): void;
  /** Called once, when a tick is not listed. */
  unlisted(): void;
}

/**
 * Passes the `limit` requests that were saved last to `print`, in that order, and then each request
 * that matches once it is saved, until `signal` is aborted.
 */
export async function followRequests(
  store: FollowedStore,
  query: FilterQuery,
  limit: number,
  { print, unlisted }: FollowListener,
  signal: AbortSignal,
): Promise<void> {
  const condition = () => conditionOf(listedQuery(query), store.now());
  let unseen = unlistedQuery(query);
  const lookForUnlisted = (after: number, until: number) => {
    if (!unseen || store.lastSaved(after, until, conditionOf(unseen, store.now()), 1).length === 0) return;
    unseen = undefined;
    unlisted();
  };
  let version = store.version();
  let seq = store.lastSeq();
  print(store.lastSaved(0, seq, condition(), limit).reverse());
  lookForUnlisted(Math.max(0, seq - MAX_READ), seq);
  while (!signal.aborted) {
    await delay(POLL_MS, undefined, { signal }).catch(() => {});
    const now = store.version();
    if (now === version || signal.aborted) continue;
    version = now;
    const newest = store.lastSeq();
    // A database that was replaced numbers its rows from the start.
    if (newest < seq) seq = 0;
    lookForUnlisted(seq, newest);
    for (; seq < newest; seq = Math.min(newest, seq + MAX_READ)) {
      const saved = store.lastSaved(seq, Math.min(newest, seq + MAX_READ), condition(), MAX_READ);
      if (saved.length > 0) print(saved.reverse());
    }
  }
}

/** The same of a store that is no file, such as the memory of a run, or one on another machine. */
export async function followStore(
  store: StoreReader,
  query: FilterQuery,
  limit: number,
  { print, unlisted }: FollowListener,
  signal: AbortSignal,
): Promise<void> {
  const [listed, unseen] = [listedQuery(query), unlistedQuery(query)];
  if (unseen !== undefined && (await store.recent({ query: unseen }, 1)).length > 0) unlisted();
  let { mark } = await store.changes(undefined, 0);
  print((await store.recent({ query: listed }, limit)).reverse());
  while (!signal.aborted) {
    const changes = await store.changes(mark, CHANGES_MS);
    if (changes.mark === mark || signal.aborted) continue;
    mark = changes.mark;
    const saved = await selectedOf(store, listed, changes.ids);
    if (saved.length > 0) print(saved);
  }
}

async function selectedOf(store: StoreReader, query: FilterQuery, ids: string[] = []): Promise<Summary[]> {
  if (query.length === 0) return store.summaries(ids);
  const one: FilterQuery = ids.map((id) => [{ field: 'id', op: '=', value: id, not: false }]);
  return ids.length === 0
    ? []
    : (await store.recent({ query: intersectQueries(query, one) }, ids.length)).reverse();
}
