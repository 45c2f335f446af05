/** One row that says where the time of the request went: a lane of calls and the sums by kind. */

import { isTimed, kindOf } from '../../domain/span-kinds.js';
import { formatMs } from '../../domain/text.js';
import { cleanText, type Line, type Segment } from '../../terminal/cells.js';
import { timelineExtent } from '../panels/timeline.js';
import type { ViewModel } from './view-model.js';

/** Answers the kind of call that runs in each cell of the lane; the longest one wins. */
function lane({ trace }: ViewModel, cells: number): (string | undefined)[] {
  const out: (string | undefined)[] = Array.from({ length: cells }, () => undefined);
  if (!trace) return out;
  const whole = timelineExtent(trace);
  for (const span of [...trace.spans].sort((a, b) => (b.duration ?? 0) - (a.duration ?? 0))) {
    if (!isTimed(span)) continue;
    const from = Math.min(cells - 1, Math.floor((span.start / whole) * cells));
    const to = Math.ceil(((span.start + (span.wait ?? 0) + (span.duration ?? 0)) / whole) * cells);
    for (let at = from; at < Math.max(from + 1, Math.min(cells, to)); at++) out[at] ??= span.kind;
  }
  return out;
}

/** Answers the strip for that many cells. */
export function stripLine(picture: ViewModel, cells: number): Line {
  const { trace } = picture;
  if (!trace) return [];
  const sums = Object.entries(trace.totals).filter(([, total]) => total.ms > 0);
  const legend = sums.flatMap(([kind, total]): Segment[] => [
    [` ${cleanText(kind)}`, kindOf(kind).role],
    ` ${formatMs(total.ms)} ×${total.count} `,
  ]);
  const used = legend.reduce(
    (sum, segment) => sum + (typeof segment === 'string' ? segment : segment[0]).length,
    0,
  );
  const end = ` ${formatMs(timelineExtent(trace))} `;
  const size = Math.max(10, cells - used - end.length - 9);
  const bars = lane(picture, size).map(
    (kind): Segment => (kind === undefined ? ['░', 'dim'] : ['█', kindOf(kind).role]),
  );
  return [[' time 0 ', 'dim'], ...joined(bars), [end, 'dim'], ...legend];
}

/** Puts neighbours of one role into one segment. */
function joined(segments: Segment[]): Segment[] {
  const out: [string, ...string[]][] = [];
  for (const [text, ...roles] of segments as [string, ...string[]][]) {
    const last = out.at(-1);
    if (last && last[1] === roles[0]) last[0] += text;
    else out.push([text, ...roles]);
  }
  return out;
}
