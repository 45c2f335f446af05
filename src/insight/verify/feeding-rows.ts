/** Rows of the query that a loop works through, before and after: a loop over no rows shows nothing. */

import type { Finding, Trace } from '../../domain/trace.js';

export interface FeedingRows {
  before: number;
  after: number;
}

/** Share of the rows from which a loop counts as having as much to do as before. */
const AS_MANY = 0.8;

/**
 * Rows of the query outside the finding that returned about as many rows as the finding has calls, in
 * both requests; undefined where no such query is made in both.
 */
export function feedingRows({ spans }: Finding, before: Trace, after: Trace): FeedingRows | undefined {
  const own = new Set(spans);
  const ownShapes = new Set(spans.map((index) => before.spans[index]?.shape.text));
  const candidates = before.spans
    .filter(({ rows = 0, shape }, index) => rows > 1 && !own.has(index) && !ownShapes.has(shape.text))
    .map(({ rows = 0, shape }) => ({ rows, shape, distance: Math.abs(rows - perStatement(spans, before)) }))
    .sort((a, b) => a.distance - b.distance);
  for (const { rows, shape, distance } of candidates) {
    if (distance > rows * (1 - AS_MANY)) return undefined;
    const later = after.spans.find((span) => span.shape.text === shape.text && span.rows !== undefined);
    if (later?.rows !== undefined) return { before: rows, after: later.rows };
  }
  return undefined;
}

/** Whether a loop over the rows of the new request has less to do. */
export function hasFewerRows({ before, after }: FeedingRows): boolean {
  return after < before * AS_MANY;
}

/** Turns of the loop: calls of each of its statements. */
function perStatement(spans: number[], trace: Trace): number {
  const shapes = new Set(spans.map((index) => trace.spans[index]?.shape.text));
  return spans.length / Math.max(1, shapes.size);
}
