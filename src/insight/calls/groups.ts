/** Calls put together that ask the same from the same line: what a table of calls, a printout and a timeline show. */

import type { Frame, Kind, Span } from '../../domain/trace.js';

/** Calls of one kind that are the same but for their values, from one line. */
export interface Group {
  kind: Kind;
  library: string;
  /** What was asked, without values: the fingerprint's text, `get user:#`, `GET /users/#`. */
  shape: string;
  /** The same, short: `SELECT … users`. */
  label: string;
  /** The frame to blame. */
  frame?: Frame;
  /** `file:line` of that frame. */
  site?: string;
  /** The calls by their start, as positions in the spans that were handed in. */
  spans: number[];
  /** The one that took longest, the first of them where several did; a position, too. */
  slowest: number;
  /** Sum and mean of the durations that are known, in ms. */
  total: number;
  average: number;
  /** Sum of the waits for a connection, in ms. */
  wait: number;
  /** Sum of the rows; missing where none of them told. */
  rows?: number;
  errors: number;
  /** Calls that have not ended. */
  running: number;
}

/** Answers the groups of some spans, in the order of their first calls. */
export function groupsOf(spans: Span[]): Group[] {
  const groups = new Map<string, Group>();
  for (const index of byStart(spans)) {
    const span = spans[index]!;
    const key = [span.kind, span.library, span.site, span.shape.text].join('\n');
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

function emptyGroup({ kind, library, shape, frame, site, name }: Span, index: number): Group {
  return {
    kind,
    library,
    shape: shape.text,
    label: shape.label ?? name,
    ...(frame && { frame }),
    ...(site !== undefined && { site }),
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
