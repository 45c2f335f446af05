/** Places of requests and their calls in the page, as they stand behind the # of its URLs. */

import type { Trace } from '../domain/trace.js';

/** Name of a kind's tab in the page's addresses. */
export function slugOf(kind: string): string {
  return kind === 'log' ? 'logs' : kind;
}

/** `/r/<id>`, of a call `/r/<id>/sql/12`: its index counts from 0. */
export function pagePlace({ id, spans }: Pick<Trace, 'id' | 'spans'>, call?: number): string {
  const kind = call === undefined ? undefined : spans[call]?.kind;
  return ['', 'r', id, ...(kind === undefined ? [] : [slugOf(kind), String(call)])]
    .map(encodeURIComponent)
    .join('/');
}
