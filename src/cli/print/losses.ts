/** What runs have not kept, as remarks on stderr. */

import { escapeToOneLine, formatCount } from '../../domain/text.js';
import type { RunLoss, StoreReader } from '../../store/store.js';
import { printRemark } from '../output.js';

/** Says what a run has not kept; by default the newest, of which the newest requests are. */
export async function remarkLosses(
  store: Pick<StoreReader, 'losses' | 'runs'>,
  wanted?: number,
): Promise<void> {
  const losses = await store.losses();
  if (losses.length === 0) return;
  const run = wanted ?? Math.max(losses[0]!.run, (await store.runs(1))[0]?.number ?? 0);
  for (const loss of losses) if (loss.run === run) printRemark(lossSentence(loss));
}

function lossSentence({ run, requests, reason }: RunLoss): string {
  return `Run ${run} did not keep ${formatCount(requests, 'request')}: ${escapeToOneLine(reason)}.`;
}

/** Requests that each run has not kept, by its number. */
export async function lostByRun(store: Pick<StoreReader, 'losses'>): Promise<Map<number, number>> {
  const lost = new Map<number, number>();
  for (const { run, requests } of await store.losses()) lost.set(run, (lost.get(run) ?? 0) + requests);
  return lost;
}
