/** Rows of the waterfall: calls and the code between them in order of time, with loops folded into one row. */

import type { Span, Trace } from '../../../domain/trace.js';
import { type JavaScriptSlice, slicesOf } from '../../../insight/profile/slices.js';
import { timelineExtent } from '../../../screens/timeline-extent.js';

/** A bar of a row; ms from the request's start. */
export interface WaterfallBar {
  start: number;
  /** Where its wait for a connection ends. */
  began: number;
  end: number;
  isFailed: boolean;
}

/** A call, several equal calls from one line, or code between calls. */
export interface WaterfallRow {
  key: string;
  kind: string;
  /** Index of the call, or of the first of several. */
  span?: number;
  /** Indexes of the calls of a folded row. */
  folded?: number[];
  /** The row is one of a folded row that was opened. */
  isInside?: true;
  slice?: JavaScriptSlice;
  bars: WaterfallBar[];
}

/** Calls in a row from which on they are one row. */
const MIN_FOLDED = 4;

/** Rows of a request; of the folded ones those in `open` are followed by their calls. */
export function waterfallRows(trace: Trace, open: ReadonlySet<string>): WaterfallRow[] {
  const extent = timelineExtent(trace);
  const rows: { at: number; rows: WaterfallRow[] }[] = loopsOf(trace).map((indexes) => ({
    at: trace.spans[indexes[0]!]!.start,
    rows: rowsOf(trace, indexes, extent, open),
  }));
  for (const [n, slice] of slicesOf(trace).entries()) {
    const bar = { start: slice.start, began: slice.start, end: slice.end, isFailed: false };
    rows.push({ at: slice.start, rows: [{ key: `slice ${n}`, kind: 'cpu', slice, bars: [bar] }] });
  }
  return rows.sort((a, b) => a.at - b.at).flatMap((each) => each.rows);
}

function rowsOf(trace: Trace, indexes: number[], extent: number, open: ReadonlySet<string>): WaterfallRow[] {
  const row = (index: number): WaterfallRow => ({
    key: `span ${index}`,
    kind: trace.spans[index]!.kind,
    span: index,
    bars: [barOf(trace.spans[index]!, extent)],
  });
  if (indexes.length < MIN_FOLDED) return indexes.map(row);
  const key = `loop ${indexes[0]}`;
  const folded: WaterfallRow = {
    ...row(indexes[0]!),
    ...{ key, folded: indexes, bars: indexes.map((index) => barOf(trace.spans[index]!, extent)) },
  };
  return open.has(key)
    ? [folded, ...indexes.map((index) => ({ ...row(index), isInside: true as const }))]
    : [folded];
}

function barOf({ start, wait = 0, duration, error }: Span, extent: number): WaterfallBar {
  const began = start + wait;
  return {
    start,
    began,
    end: duration === undefined ? extent : began + duration,
    isFailed: error !== undefined,
  };
}

/**
 * Indexes of the calls in order of their starts; those of one shape and line are together, also
 * where a loop makes several calls in turn.
 */
function loopsOf({ spans }: Trace): number[][] {
  const order = spans.map((_, index) => index).sort((a, b) => spans[a]!.start - spans[b]!.start || a - b);
  const loops = new Map<string, number[]>();
  for (const index of order) {
    const { kind, library, site, shape, afterResponse } = spans[index]!;
    // A log line is read one by one.
    const key = kind === 'log' ? `log ${index}` : [kind, library, site, shape.text, afterResponse].join('\n');
    const known = loops.get(key);
    if (known) known.push(index);
    else loops.set(key, [index]);
  }
  return [...loops.values()].flatMap((indexes) =>
    indexes.length < MIN_FOLDED ? indexes.map((index) => [index]) : [indexes],
  );
}

/** Bars of a row that can be told apart at a width in pixels: neighbours closer than that are one. */
export function mergedBars(bars: readonly WaterfallBar[], msPerPixel: number): WaterfallBar[] {
  const merged: WaterfallBar[] = [];
  for (const bar of bars) {
    const last = merged.at(-1);
    if (
      last &&
      bar.start - last.end < msPerPixel &&
      bar.isFailed === last.isFailed &&
      bar.end - last.start < msPerPixel * 3
    )
      last.end = Math.max(last.end, bar.end);
    else merged.push({ ...bar });
  }
  return merged;
}
