/** Calls put together that ask the same from the same line: what a table of calls, a printout and a timeline show. */

import type { Frame, Kind, Span, Trace } from '../trace.js';
import { type Call, callsOf } from './calls.js';
import type { LineOf } from './helpers.js';

/** Calls of one kind that are the same but for their values, from one line. */
export interface Group {
  kind: Kind;
  library: string;
  /** What was asked, without values: the fingerprint's text, `get user:#`, `GET /users/#`. */
  shape: string;
  /** The same, short: `SELECT … users`. */
  label: string;
  /** The user's line: of a helper that asks for many things, the line that called it. */
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

/** Answers the groups of some spans, in the order of their first calls; with the texts of the lines, helpers are told from who uses them. */
export function groupsOf(spans: Span[], lineOf?: LineOf, libraries?: Trace['libraries']): Group[] {
  const calls = callsOf({ spans, ...(libraries && { libraries }) }, lineOf);
  const groups = new Map<string, Group>();
  for (const call of calls) {
    const frame = call.site;
    const site = frame && `${frame.file}:${frame.line}`;
    const key = [call.span.kind, call.span.library, site, call.shape].join('\n');
    let group = groups.get(key);
    if (!group) groups.set(key, (group = emptyGroup(call, frame, site)));
    addTo(group, call, spans);
  }
  for (const group of groups.values()) {
    const ended = group.spans.length - group.running;
    group.average = ended === 0 ? 0 : group.total / ended;
  }
  return [...groups.values()];
}

/** Answers the line to blame for each of some spans, by their positions; undefined where none is the user's. */
export function framesOf(spans: Span[], lineOf?: LineOf): (Frame | undefined)[] {
  const frames: (Frame | undefined)[] = [];
  for (const { index, site } of callsOf({ spans }, lineOf)) frames[index] = site;
  return frames;
}

function emptyGroup(call: Call, frame: Frame | undefined, site: string | undefined): Group {
  const { kind, library } = call.span;
  return {
    kind,
    library,
    shape: call.shape,
    label: call.label,
    ...(frame && { frame }),
    ...(site !== undefined && { site }),
    spans: [],
    slowest: call.index,
    total: 0,
    average: 0,
    wait: 0,
    errors: 0,
    running: 0,
  };
}

function addTo(group: Group, { index, span }: Call, spans: Span[]): void {
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
