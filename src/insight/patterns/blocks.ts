/** What the rules on a blocked event loop share: its calls by their line, and how sure they are. */

import type { Call } from '../calls/calls.js';
import { type Scene, shareOf, weighConfidence } from '../scene.js';

/** Name of the spans of a blocked loop whose code is not known. */
export const WHOLE_LOOP = 'event loop';

/** Calls of one block: the same key, line and shape; those without a key are left out. */
export function blocksOf({ calls }: Scene, keyOf: (call: Call) => string | undefined): Call[][] {
  const groups = new Map<string, Call[]>();
  for (const call of calls) {
    const own = keyOf(call);
    if (own === undefined) continue;
    const key = `${own} ${call.positions[0] ?? ''} ${call.shape}`;
    const group = groups.get(key);
    if (group) group.push(call);
    else groups.set(key, [call]);
  }
  return [...groups.values()];
}

/** How sure it is what blocked for `ms`, by whether its line was seen and the request's share. */
export function confidenceOfBlock(scene: Scene, { site }: Call, ms: number) {
  return weighConfidence(
    0.8,
    [site !== undefined, 0.1, 'the line was seen while it ran'],
    [shareOf(scene, ms) >= 0.3, 0.05, 'a large part of the request'],
  );
}
