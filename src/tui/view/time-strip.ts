/** Row with the request's time: a lane of its parts, and how much each of them took. */

import { formatMs } from '../../domain/text.js';
import { partFactsOf, timeSpentIn } from '../../domain/time-spent.js';
import { timelineExtent } from '../../screens/timeline-extent.js';
import { cleanText, type Line, lineWidth, type Segment } from '../../terminal/cells.js';
import { timeLane } from '../../terminal/time-lane.js';
import type { ViewModel } from './view-model.js';

/** Time strip, `cells` wide; empty without a trace. */
export function timeStripLine({ trace }: ViewModel, cells: number): Line {
  if (!trace) return [];
  const time = timeSpentIn(trace);
  const legend = time.parts.flatMap(({ part, ms }): Segment[] => {
    const { role, short } = partFactsOf(part);
    const count = Object.hasOwn(trace.totals, part) ? ` ×${trace.totals[part]!.count}` : '';
    return [[` ${cleanText(short)}`, role], ` ${formatMs(ms)}${count} `];
  });
  const extent = timelineExtent(trace);
  const end = ` ${formatMs(extent)} `;
  const size = Math.max(10, cells - lineWidth(legend) - end.length - 9);
  return [[' time 0 ', 'dim'], ...timeLane(time, extent, size), [end, 'dim'], ...legend];
}
