/** Samples of a trace for the metrics of all requests: of its route, calls, findings and time. */

import { type Interval, unionMs } from '../../domain/intervals.js';
import { isFailed, queriesOf } from '../../domain/request.js';
import { routeNameOf } from '../../domain/route.js';
import type { Sample } from '../../domain/sample.js';
import { isTimed } from '../../domain/span-kinds.js';
import { partFactsOf, timeSpentIn } from '../../domain/time-spent.js';
import { countedSpans, intervalOf, type Trace } from '../../domain/trace.js';
import { type Group, groupsOf } from '../calls/groups.js';
import { hash } from '../util/hash.js';
import { hasMending } from '../win/mending.js';

const MAX_TEXT_CHARS = 2000;

/** Samples of a trace, its request's first; none for calls outside of requests. */
export function samplesOf(trace: Trace): Sample[] {
  if (trace.outside) return [];
  return [requestSample(trace), ...callSamples(trace), ...findingSamples(trace), ...timeSamples(trace)];
}

/** The parts of the request's time; none while it is open. */
function timeSamples(trace: Trace): Sample[] {
  if (trace.duration === undefined) return [];
  return timeSpentIn(trace).parts.map(({ part, ms }) => ({
    key: hash(`time\n${part}`),
    of: 'time',
    kind: part,
    text: partFactsOf(part).label,
    times: [ms],
    errors: 0,
    queries: 0,
  }));
}

function requestSample(trace: Trace): Sample {
  const { method, duration } = trace;
  const route = routeNameOf(trace);
  return {
    key: hash(`request\n${method}\n${route}`),
    of: 'request',
    kind: method,
    text: route,
    times: duration === undefined ? [] : [duration],
    errors: isFailed(trace) ? 1 : 0,
    queries: queriesOf(trace),
  };
}

function callSamples({ spans: all, duration = 0, duration: end }: Trace): Sample[] {
  const spans = countedSpans(all);
  // Log lines take no time and differ each time.
  const groups = groupsOf(spans).filter(isTimed);
  return groups.map((group): Sample => {
    const { kind, shape, site, frame, errors, spans: indexes } = group;
    const text = shape.slice(0, MAX_TEXT_CHARS);
    // A call that did not end took at least until the request's end.
    const times = indexes.map((at) => spans[at]!.duration ?? Math.max(0, duration - spans[at]!.start));
    const callSite = site !== undefined && { site, function: frame!.function };
    const intervals = indexes.map((at, n) => intervalOf({ ...spans[at]!, duration: times[n]! }, end));
    return { key: callKey(group), of: 'call', kind, text, ...callSite, times, intervals, errors, queries: 0 };
  });
}

/** Key of the calls of one library and shape from one call site. */
export function callKey({
  kind,
  library,
  shape,
  site = '',
}: Pick<Group, 'kind' | 'library' | 'shape' | 'site'>): string {
  return hash([kind, library, shape, site].join('\n'));
}

function findingSamples(trace: Trace): Sample[] {
  const route = `${trace.method} ${routeNameOf(trace)}`;
  return trace.findings.map(({ id, kind, message, site, function: name, ms: cost, win, spans }) => {
    // What mending it wins the page: of what costs no time that is nothing; traces of earlier versions
    // know the cost only.
    const ms = win ?? (hasMending(kind) ? cost : 0);
    return {
      key: id,
      of: 'finding',
      kind,
      text: message.slice(0, MAX_TEXT_CHARS),
      ...(site !== undefined && { site }),
      ...(name !== undefined && { function: name }),
      route,
      times: [ms],
      // What a finding wins may be less than what its calls took.
      intervals: atMost(
        ms,
        spans.map((at) => intervalOf(trace.spans[at]!, trace.duration)),
      ),
      errors: 0,
      queries: 0,
    };
  });
}

/** Intervals that cover no more than a time: themselves, or one as long. */
function atMost(ms: number, intervals: Interval[]): Interval[] {
  return unionMs(intervals) <= ms ? intervals : [{ start: 0, end: ms }];
}
