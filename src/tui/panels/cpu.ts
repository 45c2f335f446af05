/** CPU tab: a request's CPU profile; without one, where its time went and how to record a profile. */

import { formatMs } from '../../domain/text.js';
import { timeSpentIn } from '../../domain/time-spent.js';
import type { Trace } from '../../domain/trace.js';
import { type Line, wrapLine } from '../../terminal/cells.js';
import { timeBarLines } from '../../terminal/time-lane.js';
import { callsPanel } from './calls-table.js';
import type { Panel } from './panel.js';

const cpuCalls = callsPanel('cpu');

function noProfileLines(trace: Trace, columns: number): Line[] {
  const time = timeSpentIn(trace);
  const { parts, total } = time;
  const left = parts.find(({ part }) => part === 'unaccounted')?.ms ?? 0;
  const lines: Line[] = [[' no CPU profile was taken of this request'], ...timeBarLines(time, columns)];
  if (trace.duration === undefined) return lines;
  if (left < total / 10)
    return [...lines, [[' there is little to find; its calls are where the time went', 'dim']]];
  const reason = ` ${formatMs(left)} are unaccounted: own code, or waits that are not recorded (timers, files)`;
  return [
    ...lines,
    ...wrapLine([reason], columns, 1),
    [],
    [[' to see which functions take the time:', 'dim']],
    [' ', ['P', 'key'], [' sends the request again with a profiler, as does', 'dim']],
    ['   ', [`scooby profile ${trace.id.slice(0, 8)}`, 'accent']],
  ];
}

export const cpuPanel: Panel = {
  ...cpuCalls,
  page: (context) =>
    cpuCalls.spans(context.trace).length > 0
      ? cpuCalls.page(context)
      : { headLines: (columns) => noProfileLines(context.trace, columns), entries: [] },
};
