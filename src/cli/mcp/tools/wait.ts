/** Tool `wait`: the next request that matches, once it is recorded. */

import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { ControlError } from '../../../control/client.js';
import { UserError } from '../../../domain/errors.js';
import { type FilterQuery, intersectQueries } from '../../../domain/filter.js';
import { listedQuery } from '../../../domain/routine.js';
import { StoreError, type StoreReader } from '../../../store/store.js';
import { addressQuery, isAddress } from '../../select/address.js';
import type { StorePlace } from '../../select/shared-store.js';
import { withStore } from '../../select/store-options.js';
import type { ToolAnswer } from '../answer.js';
import { requestAnswer } from '../reading.js';
import { toolQuery } from '../since.js';
import { defineTool, PAGE_INPUT, type ToolContext } from '../tool.js';
import { REQUEST_OUTPUT } from './request.js';

/** ms between two looks, and for which a store is held open: another run may store elsewhere. */
const LOOK_MS = 200;
const HELD_MS = 3000;
const MAX_SECONDS = 60;
/** Clients give up after 60 s by themselves. */
const DEFAULT_SECONDS = 30;
/** ms that a request may have begun before the call. */
const MAX_AGE = 600_000;

interface Wait {
  query: FilterQuery;
  /** Epoch ms of the call. */
  since: number;
  /** On the clock of performance.now(). */
  deadline: number;
}

export const waitTool = defineTool({
  name: 'wait',
  title: 'Wait for a request',
  description:
    'Waits until the next request that matches is over, and shows it: for when the user, a browser or a test is about to send it.',
  input: {
    match: z
      .string()
      .max(1000)
      .optional()
      .describe('a route or URL (GET /orders/:id), or a filter (n1, status>=500); nothing: any'),
    seconds: z.number().min(1).max(MAX_SECONDS).optional().describe('default 30'),
    ...PAGE_INPUT,
  },
  output: REQUEST_OUTPUT,
  run: async ({ match = '', seconds = DEFAULT_SECONDS }, context) => {
    const query = listedQuery(isAddress(match) ? addressQuery(match) : toolQuery(match));
    const wait = { query, since: Date.now(), deadline: performance.now() + seconds * 1000 };
    const answer = await nextAnswer(wait, context);
    if (answer) return answer;
    throw new UserError(`No such request has come within ${seconds} s. Send it, or ask again.`, 1);
  },
});

/** Answer for the first request that ends after the call; undefined without one. */
async function nextAnswer(wait: Wait, { place, signal }: ToolContext): Promise<ToolAnswer | undefined> {
  while (performance.now() < wait.deadline) {
    const answer = await whereStored(place, (store) => answerOnceStored(store, wait, signal));
    if (answer) return answer;
    await delay(LOOK_MS, undefined, { signal });
  }
  return undefined;
}

async function answerOnceStored(store: StoreReader, wait: Wait, signal: AbortSignal) {
  const until = Math.min(wait.deadline, performance.now() + HELD_MS);
  for (let mark: string | undefined; performance.now() < until; ) {
    ({ mark } = await store.changes(mark, LOOK_MS));
    signal.throwIfAborted();
    const answer = await answerSince(store, wait);
    if (answer) return answer;
    if (mark !== undefined) await store.changes(mark, LOOK_MS);
  }
  return undefined;
}

async function answerSince(store: StoreReader, { query, since }: Wait): Promise<ToolAnswer | undefined> {
  const began: FilterQuery = [[{ field: 'age', op: '<=', value: Date.now() - since + MAX_AGE, not: false }]];
  const found = await store.recent({ query: intersectQueries(query, began) }, 100);
  const ended = found.filter(
    ({ state, start, duration = 0 }) => state !== 'open' && start + duration >= since,
  );
  const first = ended.at(-1);
  const trace = first && (await store.find(first.id));
  return trace && requestAnswer(store, trace, 'overview');
}

/** Nothing has been recorded yet where the app is only about to start, and a run may end meanwhile. */
async function whereStored<T>(
  place: StorePlace,
  read: (store: StoreReader) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await withStore(place, read);
  } catch (error) {
    if (error instanceof StoreError || error instanceof UserError || error instanceof ControlError)
      return undefined;
    throw error;
  }
}
