/** CPU tab: a request's CPU profile; without one, its own time and how to record a profile. */

import { formatMs } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import { cleanText, type Line } from '../../terminal/cells.js';
import { callsPanel } from './calls-table.js';
import type { Panel } from './panel.js';

const cpuCalls = callsPanel('cpu');

/**
 * Own time of a request in ms, during which none of its calls ran or waited; undefined while it is
 * open.
 */
export function ownTime({ duration, spans }: Pick<Trace, 'duration' | 'spans'>): number | undefined {
  if (duration === undefined) return undefined;
  let own = 0;
  let busyUntil = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    own += Math.max(0, Math.min(span.start, duration) - busyUntil);
    busyUntil = Math.max(busyUntil, span.start + (span.wait ?? 0) + (span.duration ?? 0));
  }
  return own + Math.max(0, duration - busyUntil);
}

/**
 * The app's command with --inspect, or a generic example where the command is not plain `node
 * file`.
 */
function inspectCommand(trace: Trace): string {
  const { command = '' } = trace.app ?? {};
  return /^node [^-]/.test(command) ? command.replace(/^node /, 'node --inspect ') : 'node --inspect app.js';
}

function noProfileLines(trace: Trace): Line[] {
  const { duration = 0 } = trace;
  const own = ownTime(trace);
  const head: Line[] = [[' no CPU profile was taken of this request']];
  if (own !== undefined)
    head.push([` ${formatMs(own)} of its ${formatMs(duration)} passed outside of calls and waits`]);
  if (own !== undefined && own < duration / 10)
    return [...head, [[' there is little to find; its calls are where the time went', 'dim']]];
  return [
    ...head,
    [],
    [[' to see which functions take the time:', 'dim']],
    ['   scooby run -- ', [cleanText(inspectCommand(trace)), 'accent']],
    [[' open chrome://inspect, record in its Performance tab,', 'dim']],
    [
      [' and send the request again with ', 'dim'],
      ['r', 'key'],
    ],
  ];
}

export const cpuPanel: Panel = {
  ...cpuCalls,
  page: (context) =>
    cpuCalls.spans(context.trace).length > 0
      ? cpuCalls.page(context)
      : { headLines: () => noProfileLines(context.trace), entries: [] },
};
