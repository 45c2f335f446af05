/** CPU and heap tabs: a request's profiles; without one, where its time went and how to record a profile. */

import type { Profile } from '../../domain/profile.js';
import { formatMs } from '../../domain/text.js';
import { timeSpentIn } from '../../domain/time-spent.js';
import type { Trace } from '../../domain/trace.js';
import { weightsOf } from '../../insight/profile/weights.js';
import { profileHeadline, profileRemarks, weightText } from '../../screens/profile-text.js';
import { type Line, wrapLine } from '../../terminal/cells.js';
import { timeBarLines } from '../../terminal/time-lane.js';
import { callsPanel } from './calls-table.js';
import { functionTable } from './function-table.js';
import { iciclePage } from './icicle-canvas.js';
import { emptyPage, type Panel, type PanelContext, type PanelPage } from './panel.js';

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

/** Lines above a profile's functions: its sum, and what it leaves out. */
function profileLines(trace: Trace, profile: Profile, columns: number): Line[] {
  const bar = profile.kind === 'cpu' ? timeBarLines(timeSpentIn(trace), columns) : [];
  const remarks = profileRemarks(profile).flatMap((text) => wrapLine([[` ${text}`, 'dim']], columns, 1));
  return [[` ${profileHeadline(profile)}`], ...bar, ...remarks.slice(0, 4)];
}

function profilePage(profile: Profile, context: PanelContext): PanelPage {
  const page = context.icicle ? iciclePage(profile, context) : functionTable(profile, context);
  return {
    ...page,
    headLines: (columns) => [...profileLines(context.trace, profile, columns), ...page.headLines(columns)],
  };
}

const profileBadge = (profile: Profile) => weightText(profile, weightsOf(profile).whole);

export const cpuPanel: Panel = {
  ...cpuCalls,
  badge: (trace) => (trace.profiles?.cpu ? profileBadge(trace.profiles.cpu) : cpuCalls.badge(trace)),
  page: (context) => {
    const { trace } = context;
    if (trace.profiles?.cpu) return profilePage(trace.profiles.cpu, context);
    if (cpuCalls.spans(trace).length > 0) return cpuCalls.page(context);
    return { headLines: (columns) => noProfileLines(trace, columns), entries: [] };
  },
};

/** Tab of a request's heap profile; only requests with one have it. */
export const heapPanel: Panel = {
  title: 'Heap',
  short: 'Heap',
  key: '',
  canBeEmpty: true,
  spans: () => [],
  badge: (trace) => (trace.profiles?.heap ? profileBadge(trace.profiles.heap) : ''),
  page: (context) =>
    context.trace.profiles?.heap
      ? profilePage(context.trace.profiles.heap, context)
      : emptyPage('no heap profile was taken of this request'),
};
