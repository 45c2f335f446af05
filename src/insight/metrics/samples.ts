/** What a trace adds to the figures over all requests: one tally for each statement at a line, for its route, for each finding. */

import { isFailed, queriesOf } from '../../domain/request.js';
import { routeNameOf } from '../../domain/route.js';
import type { Sample } from '../../domain/sample.js';
import { isTimed } from '../../domain/span-kinds.js';
import type { Trace } from '../../domain/trace.js';
import { type Group, groupsOf } from '../calls/groups.js';
import { hash } from '../util/hash.js';

const LONGEST = 2000;

/** Answers what is to be added up of a trace, its request first; nothing of what ran outside of requests. */
export function samplesOf(trace: Trace): Sample[] {
  if (trace.outside) return [];
  return [requestTally(trace), ...callTallies(trace), ...findingTallies(trace)];
}

function requestTally(trace: Trace): Sample {
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

function callTallies({ spans, duration = 0 }: Trace): Sample[] {
  // What is logged takes no time, and says something else each time.
  const groups = groupsOf(spans).filter(isTimed);
  return groups.map((group): Sample => {
    const { kind, shape, site, frame, errors, spans: places } = group;
    const text = shape.slice(0, LONGEST);
    // One that never ended took at least as long as the request went on.
    const times = places.map((at) => spans[at]!.duration ?? Math.max(0, duration - spans[at]!.start));
    const where = site !== undefined && { site, function: frame!.function };
    return { key: callKey(group), of: 'call', kind, text, ...where, times, errors, queries: 0 };
  });
}

/** Answers the name of calls of one library that ask the same from one line. */
function callKey({ kind, library, shape, site = '' }: Group): string {
  return hash([kind, library, shape, site].join('\n'));
}

function findingTallies(trace: Trace): Sample[] {
  const route = `${trace.method} ${routeNameOf(trace)}`;
  return trace.findings.map(({ id, kind, message, site, function: name, ms }) => ({
    key: id,
    of: 'finding',
    kind,
    text: message.slice(0, LONGEST),
    ...(site !== undefined && { site }),
    ...(name !== undefined && { function: name }),
    route,
    times: [ms],
    errors: 0,
    queries: 0,
  }));
}
