/** Call groups: the spans of one shape from one call site, as tables and timelines show them. */

import type { Frame, Kind, Span } from '../../domain/trace.js';

/** Calls of one kind and library that differ only in their values, from one call site. */
export interface Group {
  kind: Kind;
  library: string;
  /** Text without values: a statement's fingerprint text, `get user:#`, `GET /users/#`. */
  shape: string;
  /** Short form of the shape: `SELECT … users`. */
  label: string;
  /** Call site. */
  frame?: Frame;
  /** `file:line` of the call site. */
  site?: string;
  /** Calls sorted by start, as indexes of the passed spans. */
  spans: number[];
  /** Index of the slowest call; the earliest if several took as long. */
  slowest: number;
  /** ms of all ended calls. */
  total: number;
  /** ms of an ended call on average. */
  average: number;
  /** ms of all waits for a connection. */
  wait: number;
  /** Rows of all calls; missing if no call has a row count. */
  rows?: number;
  errors: number;
  /** True if they began after the response; such calls have groups of their own. */
  afterResponse?: true;
  /** Calls that have not ended. */
  running: number;
}

/** Groups of the spans, in the order of their first calls. */
export function groupsOf(spans: Span[]): Group[] {
  const groups = new Map<string, Group>();
  for (const index of byStart(spans)) {
    const span = spans[index]!;
    const key = [span.kind, span.library, span.site, span.shape.text, span.afterResponse].join('\n');
    let group = groups.get(key);
    if (!group) groups.set(key, (group = emptyGroup(span, index)));
    addTo(group, span, index, spans);
  }
  for (const group of groups.values()) {
    const ended = group.spans.length - group.running;
    group.average = ended === 0 ? 0 : group.total / ended;
  }
  return [...groups.values()];
}

function byStart(spans: Span[]): number[] {
  return spans.map((_, index) => index).sort((a, b) => spans[a]!.start - spans[b]!.start || a - b);
}

function emptyGroup({ kind, library, shape, frame, site, name, afterResponse }: Span, index: number): Group {
  return {
    kind,
    library,
    shape: shape.text,
    label: shape.label ?? name,
    ...(frame && { frame }),
    ...(site !== undefined && { site }),
    ...(afterResponse && { afterResponse }),
    spans: [],
    slowest: index,
    total: 0,
    average: 0,
    wait: 0,
    errors: 0,
    running: 0,
  };
}

function addTo(group: Group, span: Span, index: number, spans: Span[]): void {
  group.spans.push(index);
  if (span.duration === undefined) group.running++;
  else {
    group.total += span.duration;
    if (span.duration > (spans[group.slowest]!.duration ?? -1)) group.slowest = index;
  }
  group.wait += span.wait ?? 0;
  if (span.rows !== undefined) group.rows = (group.rows ?? 0) + span.rows;
  if (span.error !== undefined) group.errors++;
}
