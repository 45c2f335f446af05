/** Calls of which no line is known: whether one loop made them, or unrelated code. */

import type { Call } from '../calls/calls.js';
import type { Loop } from '../calls/loops.js';
import type { Scene } from '../scene.js';

/**
 * Whether calls without a line come from several callers that each ask once: their stacks differ,
 * or between them other statements run that do not recur with them.
 */
export function isFromSeveralCallers(scene: Scene, { calls, site, overlapping }: Loop): boolean {
  if (site !== undefined) return false;
  const stacks = new Set(calls.map(stackKey));
  // The first call of a loop, before any await, has more frames than the others.
  if (stacks.size > 2 && stacks.size * 2 >= calls.length) return true;
  if (overlapping > 0) return false;
  const timesByShape = new Map<string, number>();
  for (const { shape } of scene.calls) timesByShape.set(shape, (timesByShape.get(shape) ?? 0) + 1);
  const gaps = calls.slice(1).map((call, at) => scene.calls.slice(calls[at]!.order + 1, call.order));
  const foreign = gaps.filter((gap) =>
    gap.some(({ shape, sql, isSetup }) => sql && !isSetup && timesByShape.get(shape)! * 2 < calls.length),
  );
  return foreign.length * 2 >= gaps.length;
}

function stackKey({ span }: Call): string {
  return span.stack.map(({ file, line, column }) => `${file}:${line}:${column}`).join(' ');
}
