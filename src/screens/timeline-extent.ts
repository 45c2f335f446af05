/** Extent of a request's timeline, and how many of its calls ran at once. */

import { isTimed } from '../domain/span-kinds.js';
import { countedSpans, type Span, type Trace } from '../domain/trace.js';

/**
 * Time in ms from the request's start to its end, or to the end of its last call if that is later.
 * Calls that began after the response do not count: a timer's would leave the request one cell.
 */
export function timelineExtent(trace: Trace): number {
  const ends = countedSpans(trace.spans).map((span) => span.start + (span.wait ?? 0) + (span.duration ?? 0));
  return Math.max(0.1, trace.duration ?? 0, ...ends);
}

/** Largest number of calls that ran or waited at the same time. */
export function maxConcurrent(spans: Span[]): number {
  const steps = spans.flatMap((span): [number, number][] =>
    isTimed(span)
      ? [
          [span.start, 1],
          [span.start + (span.wait ?? 0) + (span.duration ?? 0), -1],
        ]
      : [],
  );
  let running = 0;
  let maxRunning = 0;
  for (const [, step] of steps.sort((a, b) => a[0] - b[0] || a[1] - b[1]))
    maxRunning = Math.max(maxRunning, (running += step));
  return maxRunning;
}
