/** The request whose code kept another one waiting. */

import type { Span } from '../domain/trace.js';

/** Id of the request that a wait was for; undefined for other calls, and where it was no request's code. */
function blockerOfCall(span: Pick<Span, 'kind' | 'detail'> | undefined): string | undefined {
  const id = span?.kind === 'blocked' ? span.detail?.trace : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** Id of the request that blocked the call at an index, or else this request for the longest time. */
export function blockerOf(
  { spans }: { spans: readonly Pick<Span, 'kind' | 'detail' | 'duration'>[] },
  selected?: number,
): string | undefined {
  const ofSelected = selected === undefined ? undefined : blockerOfCall(spans[selected]);
  if (ofSelected !== undefined) return ofSelected;
  const times = new Map<string, number>();
  for (const span of spans) {
    const id = blockerOfCall(span);
    if (id !== undefined) times.set(id, (times.get(id) ?? 0) + (span.duration ?? 0));
  }
  return [...times].sort((a, b) => b[1] - a[1])[0]?.[0];
}
