/** The call of a replay that is the same as one of the request that was sent again. */

import type { Span, Trace } from '../../domain/trace.js';

type Calls = Pick<Trace, 'spans'>;

/**
 * Index in `after` of the call that is number `index` of `before`: the one of the same kind, shape and
 * line that has as many such calls before it; where a loop is shorter now, its last. -1 for none.
 */
export function indexOfSameCall(before: Calls, index: number, after: Calls): number {
  const wanted = before.spans[index]!;
  const earlier = before.spans.slice(0, index).filter((span) => isAlike(span, wanted)).length;
  const alike = [...after.spans.keys()].filter((n) => isAlike(after.spans[n]!, wanted));
  return alike[Math.min(earlier, alike.length - 1)] ?? -1;
}

function isAlike(span: Span, wanted: Span): boolean {
  return span.kind === wanted.kind && span.site === wanted.site && span.shape.text === wanted.shape.text;
}
