/** What runs have not kept, as remarks on stderr. */

import { lossesOfRun, lossSentence } from '../../domain/losses.js';
import type { StoreReader } from '../../store/store.js';
import { printRemark } from '../output.js';

/** Says what a run has not kept; by default the newest, of which the newest requests are. */
export async function remarkLosses(
  store: Pick<StoreReader, 'losses' | 'runs'>,
  wanted?: number,
): Promise<void> {
  for (const sentence of await lossSentences(store, wanted)) printRemark(sentence);
}

/** Sentences about what a run has not kept; by default the newest. */
export async function lossSentences(
  store: Pick<StoreReader, 'losses' | 'runs'>,
  wanted?: number,
): Promise<string[]> {
  const losses = await store.losses();
  if (losses.length === 0) return [];
  const newestRun = (await store.runs(1))[0]?.number ?? 0;
  return lossesOfRun(losses, newestRun, wanted).map(lossSentence);
}

/** Requests that each run has not kept, by its number. */
export async function lostByRun(store: Pick<StoreReader, 'losses'>): Promise<Map<number, number>> {
  const lost = new Map<number, number>();
  for (const { run, requests } of await store.losses()) lost.set(run, (lost.get(run) ?? 0) + requests);
  return lost;
}
