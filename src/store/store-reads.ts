/** Reads of a store by name, for those that ask another process: a run that keeps its requests in memory. */

import type { StoreReader } from './store.js';

/** Methods that may be asked for. */
export const STORE_READS = [
  'source',
  'find',
  'idsWith',
  'recent',
  'children',
  'outside',
  'summaries',
  'changes',
  'aggregates',
  'runs',
  'losses',
  'runBytes',
] as const satisfies (keyof StoreReader)[];

export type StoreRead = (typeof STORE_READS)[number];

/** Runs the read of that name with arguments that came as JSON. Rejects for any other name. */
export async function readStore(store: StoreReader, name: string, args: unknown[]): Promise<unknown> {
  const read = STORE_READS.find((known) => known === name);
  if (read === undefined) throw new Error(`a store has no "${name}"`);
  const method = store[read] as (...args: unknown[]) => Promise<unknown>;
  // JSON has no undefined.
  return method.apply(
    store,
    args.map((arg) => arg ?? undefined),
  );
}
