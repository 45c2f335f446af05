/** Where a request spent its processor time; without a profile, how much of it there is to find, and how to look. */

import { formatMs } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import { cleanText, type Line } from '../../terminal/cells.js';
import { callsPanel } from './calls-table.js';
import type { Panel } from './panel.js';

const calls = callsPanel('cpu');

/** Answers ms in which none of a request's calls ran; undefined while it is not over. */
export function ownTime({ duration, spans }: Pick<Trace, 'duration' | 'spans'>): number | undefined {
  if (duration === undefined) return undefined;
  let own = 0;
  let reached = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    own += Math.max(0, Math.min(span.start, duration) - reached);
    reached = Math.max(reached, span.start + (span.wait ?? 0) + (span.duration ?? 0));
  }
  return own + Math.max(0, duration - reached);
}

/** The command as it was given, where it is a plain one, with what lets a debugger look at it. */
function inspected(trace: Trace): string {
  const { command = '' } = trace.app ?? {};
  return /^node [^-]/.test(command) ? command.replace(/^node /, 'node --inspect ') : 'node --inspect app.js';
}

function without(trace: Trace): Line[] {
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
    ['   scooby run -- ', [cleanText(inspected(trace)), 'accent']],
    [[' open chrome://inspect, record in its Performance tab,', 'dim']],
    [
      [' and send the request again with ', 'dim'],
      ['r', 'key'],
    ],
  ];
}

export const cpuPanel: Panel = {
  ...calls,
  page: (reading) =>
    calls.spans(reading.trace).length > 0
      ? calls.page(reading)
      : { head: () => without(reading.trace), entries: [] },
};
