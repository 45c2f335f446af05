/** Rows of the timeline for other services: what calls became there, on the clock of the shown request. */

import { statusTextOf } from '../../domain/request.js';
import { formatMs, readableUrl } from '../../domain/text.js';
import { countedSpans, type Span, type Trace } from '../../domain/trace.js';
import { callsOfChildren } from '../../insight/calls/child-calls.js';
import type { RequestTree } from '../../insight/calls/request-tree.js';
import { cleanText, type Segment } from '../../terminal/cells.js';
import { statusRole } from '../../terminal/roles.js';

/** Calls of another request that stand in the timeline: the request itself has them all. */
const MAX_CALLS = 100;

/** A row of another request; times are ms from the shown request's start. */
export interface RelatedRow {
  trace: Trace;
  /** Levels below the shown request. */
  depth: number;
  at: number;
  /** A call of it; without one the row is the request. */
  span?: Span;
  /** Calls and requests that are left out below it. */
  more?: number;
}

/** Rows below each call of the shown request, by its index, and those that belong to no call. */
export interface RelatedRows {
  below: Map<number, RelatedRow[]>;
  others: RelatedRow[][];
}

/** Rows of what a request led to. */
export function relatedRows({ trace, children, more }: RequestTree): RelatedRows {
  const below = new Map<number, RelatedRow[]>();
  const others: RelatedRow[][] = [];
  const calls = callsOf(trace, children);
  for (const [at, child] of children.entries()) {
    const rows = rowsOf(child, trace, 1);
    const call = calls[at];
    if (call === undefined) others.push(rows);
    else below.set(call, [...(below.get(call) ?? []), ...rows]);
  }
  if (more > 0) others.push([{ trace, depth: 1, at: Number.POSITIVE_INFINITY, more }]);
  return { below, others };
}

function callsOf({ start, spans }: Trace, children: RequestTree[]): (number | undefined)[] {
  return callsOfChildren(
    { start, spans },
    children.map(({ trace }) => trace),
  );
}

/** A request, its calls, and below each of them what it became. */
function rowsOf({ trace, children, more }: RequestTree, root: Trace, depth: number): RelatedRow[] {
  const offset = trace.start - root.start;
  const calls = callsOf(trace, children);
  const rows: RelatedRow[] = [{ trace, depth, at: offset }];
  const inOrder = [...trace.spans.entries()].sort(([, a], [, b]) => a.start - b.start);
  const left = new Set(children);
  for (const [index, span] of inOrder.slice(0, MAX_CALLS)) {
    rows.push({ trace, depth: depth + 1, at: offset + span.start, span });
    for (const [at, child] of children.entries()) {
      if (calls[at] !== index) continue;
      left.delete(child);
      rows.push(...rowsOf(child, root, depth + 2));
    }
  }
  for (const child of left) rows.push(...rowsOf(child, root, depth + 1));
  const hidden = Math.max(0, inOrder.length - MAX_CALLS) + more;
  if (hidden > 0) rows.push({ trace, depth: depth + 1, at: offset, more: hidden });
  return rows;
}

/** ms from the shown request's start to the end of what began in it. */
export function relatedExtent({ trace, children }: RequestTree, own: number): number {
  const endOf = (node: RequestTree): number => {
    const from = node.trace.start - trace.start;
    if (from > own) return 0;
    return Math.max(from + (node.trace.duration ?? 0), ...node.children.map(endOf));
  };
  return Math.max(own, ...children.map(endOf));
}

/** `GET /stock/1 200  node stock.js`, without the bars. */
export function requestLabel(trace: Trace): Segment[] {
  return [
    [`${cleanText(trace.method)} ${cleanText(readableUrl(trace.url))}`, 'bold'],
    [` ${statusTextOf(trace)}`, statusRole(trace.status)],
    trace.app ? [`  ${cleanText(trace.app.command)}`, 'dim'] : '',
  ];
}

/** What a request and its calls took, in a sentence. */
export function requestSentence(trace: Trace): string {
  const calls = countedSpans(trace.spans).length;
  const took = trace.duration === undefined ? 'has not ended' : `took ${formatMs(trace.duration)}`;
  return `${cleanText(trace.method)} ${cleanText(readableUrl(trace.url))} ${took}, with ${calls === 1 ? 'one call' : `${calls} calls`}`;
}

/** Number of requests, and of processes that they ran in, below the shown one. */
export function relatedSize(tree: RequestTree): { requests: number; processes: number } {
  const all = (node: RequestTree): Trace[] => [node.trace, ...node.children.flatMap(all)];
  const traces = tree.children.flatMap(all);
  return { requests: traces.length, processes: new Set(traces.map(({ app }) => app?.pid)).size };
}
