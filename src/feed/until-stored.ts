/** Waits for a request that was just answered to be in the store. */

import type { Trace } from '../domain/trace.js';
import type { MaybePromise } from './feed.js';

type Find = (id: string) => MaybePromise<Trace | undefined>;

/** ms until a request is stored, on a busy machine. */
const MAX_STORED_MS = 20_000;
const LOOK_MS = 50;

/** A request that has been answered, once it is stored whole; rejects with an Error for the user after 20 s. */
export async function untilStored(id: string, find: Find): Promise<Trace> {
  const trace = await storedOnce(id, find, ({ state }) => state !== 'open');
  if (trace !== undefined) return trace;
  throw new Error(`request ${id.slice(0, 8)} was answered, but has not been stored for 20 s`);
}

/** A request once what is stored of it is what is waited for; undefined after 20 s. */
export async function storedOnce(
  id: string,
  find: Find,
  isReady: (trace: Trace) => boolean,
): Promise<Trace | undefined> {
  const deadline = performance.now() + MAX_STORED_MS;
  for (;;) {
    const trace = await find(id);
    if (trace && isReady(trace)) return trace;
    if (performance.now() > deadline) return undefined;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
