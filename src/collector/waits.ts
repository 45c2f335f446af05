/** Waits of a request while the code of another one blocked the event loop (spans of kind `blocked`). */

import { type RecordedSpan, roundToMicros, type Trace } from '../domain/trace.js';

/** ms of a wait that is worth a span. */
const MIN_WAIT_MS = 25;

/** What `cutWait` has to know of a trace. */
export type TraceHead = Pick<Trace, 'method' | 'url'>;

/**
 * A span as it is, unless it is a wait: of that, the part after the request was sent, with the name of the
 * request that ran meanwhile; undefined where hardly any is left. `offset` is the time from the
 * request's start to the beginning of the block, which the app read before it could read the request.
 */
export function cutWait(
  span: RecordedSpan,
  offset: number,
  find: (id: string) => TraceHead | undefined,
): RecordedSpan | undefined {
  const { kind, detail, duration = 0 } = span;
  if (kind !== 'blocked') return span;
  const left = duration + Math.min(0, offset);
  if (left < MIN_WAIT_MS) return undefined;
  const other = typeof detail?.trace === 'string' ? find(detail.trace) : undefined;
  const request = other && `${other.method} ${other.url.split('?', 1)[0]}`;
  return {
    ...span,
    duration: roundToMicros(left),
    ...(request !== undefined && { detail: { ...detail, request } }),
  };
}
