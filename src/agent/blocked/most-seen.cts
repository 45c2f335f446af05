/** The function that blocked the event loop, from several captures of what ran. */

import type { Capture, RunningFunction } from './capture.cjs';

interface Count {
  count: number;
  /** The most functions of the app that were below it. */
  depth: number;
}

/**
 * The innermost function that was seen in more than half of the captures, at the line and with the
 * name that was seen most. The last capture may be of what runs when it has returned.
 */
export function mostSeen(captures: Pick<Capture, 'functions'>[]): RunningFunction | undefined {
  const counts = new Map<string, Count>();
  for (const { functions } of captures) countFunctions(functions, counts);
  let best: string | undefined;
  let deepest = -1;
  for (const [key, { count, depth }] of counts) {
    if (count * 2 <= captures.length || depth <= deepest) continue;
    best = key;
    deepest = depth;
  }
  return mostFrequent(captures.flatMap(({ functions }) => functions.find(({ key }) => key === best) ?? []));
}

/** Counts each once, as it may have called itself. */
function countFunctions(functions: RunningFunction[], counts: Map<string, Count>): void {
  const counted = new Set<string>();
  for (const [at, { key }] of functions.entries()) {
    if (counted.has(key)) continue;
    counted.add(key);
    const known = counts.get(key) ?? { count: 0, depth: 0 };
    counts.set(key, { count: known.count + 1, depth: Math.max(known.depth, functions.length - at) });
  }
}

function mostFrequent(seen: RunningFunction[]): RunningFunction | undefined {
  const votes = (ran: RunningFunction) =>
    seen.filter(({ stack, name }) => stack === ran.stack && name === ran.name).length;
  return seen.reduce((best: RunningFunction | undefined, ran) => {
    return best === undefined || votes(ran) > votes(best) ? ran : best;
  }, undefined);
}
