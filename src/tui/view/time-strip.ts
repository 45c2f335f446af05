/** Row with the request's time: a lane of calls and the total time per kind of call. */

import { isTimed, kindOf } from '../../domain/span-kinds.js';
import { formatMs } from '../../domain/text.js';
import { timeOf } from '../../domain/trace.js';
import { cleanText, type Line, type Segment } from '../../terminal/cells.js';
import { timelineExtent } from '../panels/timeline.js';
import type { ViewModel } from './view-model.js';

/** Kind of call per cell of the lane; of overlapping calls, the longest. */
function laneKinds({ trace }: ViewModel, cells: number): (string | undefined)[] {
  const kinds: (string | undefined)[] = Array.from({ length: cells }, () => undefined);
  if (!trace) return kinds;
  const total = timelineExtent(trace);
  for (const span of [...trace.spans].sort((a, b) => (b.duration ?? 0) - (a.duration ?? 0))) {
    if (!isTimed(span)) continue;
    const from = Math.min(cells - 1, Math.floor((span.start / total) * cells));
    const to = Math.ceil(((span.start + (span.wait ?? 0) + (span.duration ?? 0)) / total) * cells);
    const end = Math.max(from + 1, Math.min(cells, to));
    for (let cell = from; cell < end; cell++) kinds[cell] ??= span.kind;
  }
  return kinds;
}

/** Time strip, `cells` wide; empty without a trace. */
export function timeStripLine(viewModel: ViewModel, cells: number): Line {
  const { trace } = viewModel;
  if (!trace) return [];
  const totals = Object.entries(trace.totals).filter(([, total]) => total.ms > 0);
  const legend = totals.flatMap(([kind, total]): Segment[] => [
    [` ${cleanText(kind)}`, kindOf(kind).role],
    ` ${formatMs(timeOf(total))} ×${total.count} `,
  ]);
  const legendWidth = legend.reduce(
    (width, segment) => width + (typeof segment === 'string' ? segment : segment[0]).length,
    0,
  );
  const end = ` ${formatMs(timelineExtent(trace))} `;
  const size = Math.max(10, cells - legendWidth - end.length - 9);
  const bars = laneKinds(viewModel, size).map(
    (kind): Segment => (kind === undefined ? ['░', 'dim'] : ['█', kindOf(kind).role]),
  );
  return [[' time 0 ', 'dim'], ...mergeSegments(bars), [end, 'dim'], ...legend];
}

/** Merges adjacent segments of the same role. */
function mergeSegments(segments: Segment[]): Segment[] {
  const out: [string, ...string[]][] = [];
  for (const [text, ...roles] of segments as [string, ...string[]][]) {
    const last = out.at(-1);
    if (last && last[1] === roles[0]) last[0] += text;
    else out.push([text, ...roles]);
  }
  return out;
}
